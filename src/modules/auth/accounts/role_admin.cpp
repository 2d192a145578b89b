#include "modules/auth/accounts/role_admin.hpp"

#include "noded/permissions.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/access_admin.hpp"
#include "modules/auth/accounts/account_change.hpp"
#include "modules/auth/accounts/administrators.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row.hpp"
#include "repository/database/transact.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kPermission = "roles.manage";
constexpr std::size_t kLongestName = 64;
constexpr RefusalKind kNoSuchRole{404, "NOT_FOUND", {"Role not found", "未找到角色"}};
constexpr RefusalKind kRoleExists{409, "ROLE_EXISTS", {"Role exists", "角色已存在"}};
constexpr std::string_view kInUse = "auth.role_in_use";  // Error::type
constexpr RefusalKind kRoleInUse{409, "ROLE_IN_USE", {"Role in use", "角色正在使用"}};
constexpr RefusalKind kNotHere{501, "ROLES_FIXED", {"Roles are fixed", "角色不可更改"}};

bool is_role_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, [](char c) {
    return codec::is_alphanumeric(c) || c == '_' || c == '-';
  });
}

// The name of an entry of `permissions`; empty when it has none.
std::string_view permission_of(const json::value& entry) {
  if (entry.is_string()) return entry.get_string();
  const json::value* name =
      entry.is_object() ? entry.get_object().if_contains("permission") : nullptr;
  return name != nullptr && name->is_string() ? std::string_view(name->get_string())
                                              : std::string_view();
}

void check_permissions(const json::value* permissions, std::vector<Flaw>& flaws) {
  if (permissions == nullptr || !permissions->is_array()) {
    flaws.push_back({"/permissions", "not_a_list", "expected a list of permissions"});
    return;
  }
  std::size_t place = 0;
  for (const json::value& entry : permissions->get_array()) {
    const std::string path = fmt::format("/permissions/{}", place++);
    const std::string_view name = permission_of(entry);
    if (name.empty()) {
      flaws.push_back({path, "no_permission", R"(expected a name or {"permission":name,…})"});
    } else if (find_permission(name) == nullptr) {
      flaws.push_back(
          {path, "unknown_permission", fmt::format("there is no permission \"{}\"", name)}
      );
    }
  }
}

// What is wrong with a role's body beyond what the configuration itself checks.
std::vector<Flaw> flaws_of(const json::object& role) {
  constexpr std::array<std::string_view, 3> kKnown{"permissions", "is_default", "implicit_allow"};
  std::vector<Flaw> flaws;
  for (const auto& [name, value] : role) {
    const std::string path = "/" + std::string(name);
    if (std::ranges::find(kKnown, std::string_view(name)) == kKnown.end()) {
      flaws.push_back({path, "unknown_member", "there is no such member here"});
    } else if (name != "permissions" && !value.is_bool()) {
      flaws.push_back({path, "not_a_boolean", "expected true or false"});
    }
  }
  check_permissions(role.if_contains("permissions"), flaws);
  return flaws;
}

Task<std::expected<json::object, http::Response>> read_object(http::Request& request) {
  const auto body = co_await request.read_body(kMaxCredentials);
  if (!body) co_return std::unexpected(refuse_error(request, body.error()));
  auto value = codec::parse_json(*body, "request body", {.max_depth = request.json_depth});
  if (!value) co_return std::unexpected(refuse(request, kBadJson, value.error().message));
  if (value->is_object()) co_return std::move(value->get_object());
  co_return std::unexpected(refuse(request, kValidationFailed, "the body is no JSON object"));
}

http::Response refuse_change(const http::Request& request, const Error& error) {
  if (error.type == kLastOne) return refuse(request, kLastAdministrator, error.message);
  return refuse_error(request, error);
}

http::Response no_such_role(const http::Request& request) {
  return refuse(request, kNoSuchRole, "there is no such role");
}

}  // namespace

http::Route RoleAdmin::route(http::Method method, std::string pattern, Handle handle) {
  return credentials_route(
      method,
      std::move(pattern),
      [this, handle](http::Request& request) -> Task<http::Response> {
        if (auto refused = refuse_without(request, authorizer_, kPermission))
          return http::answered(std::move(*refused));
        if (!change_)
          return http::answered(refuse(request, kNotHere, "this node's roles cannot be changed"));
        return (this->*handle)(request);
      }
  );
}

std::vector<http::Route> RoleAdmin::routes() {
  using http::Method;
  std::vector<http::Route> table;
  table.push_back(route(Method::kPost, "/api/admin/roles", &RoleAdmin::make));
  table.push_back(route(Method::kPut, "/api/admin/roles/:name", &RoleAdmin::replace));
  table.push_back(route(Method::kDelete, "/api/admin/roles/:name", &RoleAdmin::remove));
  return table;
}

Task<http::Response> RoleAdmin::make(http::Request& request) {
  auto body = co_await read_object(request);
  if (!body) co_return std::move(body.error());
  const json::value* given = body->if_contains("name");
  const std::string name = given != nullptr && given->is_string()
                               ? std::string(std::string_view(given->get_string()))
                               : std::string();
  if (!is_role_name(name)) {
    const std::string what =
        fmt::format("1 to {} letters, digits, '_' and '-' are required", kLongestName);
    co_return refuse(
        request, kValidationFailed, "the body breaks rules", {{"/name", "bad_name", what}}
    );
  }
  body->erase("name");
  if (current_()->guard->find_role(name) != nullptr)
    co_return refuse(request, kRoleExists, "there is a role of that name already");
  co_return co_await put(request, name, std::move(*body), true);
}

Task<http::Response> RoleAdmin::replace(http::Request& request) {
  const std::string name(request.parameter("name"));
  if (!is_role_name(name) || current_()->guard->find_role(name) == nullptr)
    co_return no_such_role(request);
  auto body = co_await read_object(request);
  if (!body) co_return std::move(body.error());
  co_return co_await put(request, name, std::move(*body), false);
}

Task<http::Response> RoleAdmin::put(
    http::Request& request, std::string name, json::object role, bool is_new
) {
  const std::vector<Flaw> flaws = flaws_of(role);
  if (!flaws.empty()) co_return refuse(request, kValidationFailed, "the body breaks rules", flaws);
  const auto changed = co_await change_(name, std::move(role), audit::actor_of(request), nullptr);
  if (!changed) co_return refuse_change(request, changed.error());
  const AuthStatePtr state = current_();
  const GuardRole* made = state->guard->find_role(name);
  if (made == nullptr) co_return no_such_role(request);  // removed at once by somebody else
  http::Response response = http::Response::json(is_new ? 201 : 200, to_json(*made));
  response.headers.push_back({"Cache-Control", "no-store"});
  if (is_new) response.headers.push_back({"Location", "/api/admin/roles/" + name});
  co_return response;
}

Task<http::Response> RoleAdmin::remove(http::Request& request) {
  const std::string name(request.parameter("name"));
  if (!is_role_name(name) || current_()->guard->find_role(name) == nullptr)
    co_return no_such_role(request);
  const auto users = std::make_shared<std::uint64_t>(0);  // the change may outlive the request
  auto is_unused = [this, name, users](Transaction& transaction) -> Result<> {
    const auto counted = users_of(name, transaction);
    if (!counted) return std::unexpected(counted.error());
    *users = *counted;
    if (*users == 0) return {};
    return fail(
        Errc::kConflict, fmt::format("{} users have this role", *users), std::string(kInUse)
    );
  };
  const auto changed =
      co_await change_(name, std::nullopt, audit::actor_of(request), std::move(is_unused));
  if (!changed && changed.error().type == kInUse) {
    http::Response response = refuse(request, kRoleInUse, changed.error().message);
    response.body.pop_back();
    response.body += fmt::format(",\"count\":{}}}", *users);
    co_return response;
  }
  if (!changed) co_return refuse_change(request, changed.error());
  http::Response response;
  response.status = 204;
  response.content_type = {};
  co_return response;
}

Result<std::uint64_t> RoleAdmin::users_of(const std::string& name, Transaction& transaction) const {
  const auto schema = database_.schema();
  const database::Entity* users =
      schema != nullptr ? schema->find(current_()->rules.entity_name) : nullptr;
  if (users == nullptr) return fail(Errc::kUnavailable, "there is no users entity");
  watch_administrators(transaction);
  return count_users(transaction, database_.application(), *users, name);
}

}  // namespace noded::auth
