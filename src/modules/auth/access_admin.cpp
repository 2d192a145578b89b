#include "modules/auth/access_admin.hpp"

#include "noded/permissions.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/accounts/account_identity.hpp"
#include "modules/auth/decision.hpp"
#include "modules/auth/first_administrator.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace noded::auth {
namespace {

http::Response answer(std::string body) {
  http::Response response = http::Response::json(200, std::move(body));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

Task<Result<json::object>> read_object(http::Request& request) {
  const auto body = co_await request.read_body(kMaxCredentials);
  if (!body) co_return std::unexpected(body.error());
  auto value = codec::parse_json(*body, "request body", {.max_depth = request.json_depth});
  if (!value) co_return std::unexpected(std::move(value.error()));
  if (!value->is_object()) co_return fail(Errc::kInvalid, "the body is no JSON object");
  co_return std::move(value->get_object());
}

// Of POST /api/admin/access/explain.
struct Question {
  std::string user;  // empty: nobody
  std::string permission;
  json::object resource;
};

Result<Question> read_question(const json::object& body) {
  Question question;
  for (const auto& [name, value] : body) {
    if (name == "user" && value.is_null()) continue;
    if (name == "user" && value.is_string()) {
      question.user = value.get_string();
    } else if (name == "permission" && value.is_string()) {
      question.permission = value.get_string();
    } else if (name == "resource" && value.is_object()) {
      question.resource = value.get_object();
    } else {
      return fail(
          Errc::kInvalid,
          R"(expected {"user":id|null,"permission":name,"resource":{"entity","id","module"}?})"
      );
    }
  }
  if (find_permission(question.permission) != nullptr) return question;
  return fail(Errc::kInvalid, fmt::format("there is no permission \"{}\"", question.permission));
}

// The texts that the context refers to stay in `resource`.
void set_resource(ConditionContext& context, const json::object& resource) {
  const auto text = [&resource](std::string_view name) -> std::string_view {
    const json::value* value = resource.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                  : std::string_view();
  };
  context.entity = text("entity");
  context.module = text("module");
  const std::string_view id = text("id");
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(id.data(), id.data() + id.size(), number);
  const bool is_number = !id.empty() && fault == std::errc() && end == id.data() + id.size();
  if (is_number) {
    context.number = number;
  } else {
    context.id = id;
  }
}

// The name of a role, empty for none.
Result<std::string> read_role(const json::object& body, const Guard& guard) {
  const json::value* role = body.if_contains("role");
  if (role == nullptr || body.size() != 1 || !(role->is_string() || role->is_null()))
    return fail(Errc::kInvalid, R"(expected {"role":name} or {"role":null})");
  if (role->is_null()) return std::string();
  const std::string name(role->get_string());
  if (std::ranges::find(guard.roles(), name, &GuardRole::name) != guard.roles().end()) return name;
  return fail(Errc::kInvalid, fmt::format("there is no role \"{}\"", name));
}

}  // namespace

std::string to_json(const GuardRole& role) {
  std::string out = R"({"name":)";
  codec::append_json_string(out, role.name);
  out += fmt::format(
      R"(,"is_default":{},"implicit_allow":{},"permissions":[)",
      role.is_default,
      role.implicit_allow
  );
  for (const Grant& grant : role.grants) {
    if (out.back() == '}') out += ',';
    out += R"({"permission":)";
    codec::append_json_string(out, grant.permission);
    out += fmt::format(R"(,"effect":"{}","policies":[)", grant.allow ? "allow" : "deny");
    for (const Policy& policy : grant.policies) {
      if (out.back() == '}') out += ',';
      out += policy.text;
    }
    out += "]}";
  }
  return out + "]}";
}

http::Route AccessAdmin::route(
    const AuthStatePtr& state,
    http::Method method,
    std::string pattern,
    std::string_view permission,
    Handle handle
) {
  return credentials_route(
      method,
      std::move(pattern),
      [this, state, permission, handle](http::Request& request) -> Task<http::Response> {
        if (request.identity->kind == Identity::Kind::kAnonymous)
          return http::answered(refuse(request, kUnauthenticated, "sign in first"));
        if (!authorizer_.authorize(*request.identity, permission, request)) {
          return http::answered(
              refuse(request, kForbidden, fmt::format("this needs the permission {}", permission))
          );
        }
        return (this->*handle)(state, request);
      }
  );
}

std::vector<http::Route> AccessAdmin::routes(const AuthStatePtr& state) {
  using http::Method;
  std::vector<http::Route> table;
  table.push_back(
      route(state, Method::kGet, "/api/admin/roles", "roles.manage", &AccessAdmin::roles)
  );
  table.push_back(route(
      state, Method::kPut, "/api/admin/users/:id/role", "users.manage", &AccessAdmin::set_role
  ));
  table.push_back(route(
      state,
      Method::kPost,
      "/api/admin/access/explain",
      "roles.manage",
      &AccessAdmin::explain_access
  ));
  return table;
}

Task<http::Response> AccessAdmin::roles(AuthStatePtr state, http::Request&) {
  std::string body = R"({"roles":[)";
  for (const GuardRole& role : state->guard->roles()) {
    if (body.back() == '}') body += ',';
    body += to_json(role);
  }
  co_return answer(body + "]}");
}

Task<http::Response> AccessAdmin::set_role(AuthStatePtr state, http::Request& request) {
  const auto body = co_await read_object(request);
  if (!body) co_return refuse_error(request, body.error());
  auto role = read_role(*body, *state->guard);
  if (!role) co_return refuse_error(request, role.error());
  AccountChange change(sessions_, administrating_roles(*state->guard), audit::actor_of(request));
  const auto changed =
      co_await UserRecords(database_, state->rules.entity_name)
          .set_role(
              std::string(request.parameter("id")), std::move(*role), change, request.deadline
          );
  if (!changed && changed.error().type == kLastOne)
    co_return refuse(request, kLastAdministrator, changed.error().message);
  if (!changed) co_return refuse_error(request, changed.error());
  if (!*changed) co_return refuse(request, kNoSuchUser, "there is no such user");
  change.take_effect();
  co_return answer(to_json(**changed));
}

Task<http::Response> AccessAdmin::explain_access(AuthStatePtr state, http::Request& request) {
  const auto body = co_await read_object(request);
  if (!body) co_return refuse_error(request, body.error());
  const auto question = read_question(*body);
  if (!question) co_return refuse_error(request, question.error());
  Identity identity;
  identity.claims = "{}";
  if (!question->user.empty()) {
    auto found = co_await account_identity(*state, question->user, request.deadline);
    if (!found) co_return refuse_error(request, found.error());
    identity = std::move(*found);
  }
  ConditionContext context(identity);
  set_resource(context, question->resource);
  std::string out = R"({"user":)";
  if (question->user.empty()) {
    out += "null";
  } else {
    codec::append_json_string(out, question->user);
  }
  out += R"(,"permission":)";
  codec::append_json_string(out, question->permission);
  out += R"(,"decision":)" + explain(*state->guard, identity, question->permission, context);
  co_return answer(out + "}");
}

}  // namespace noded::auth
