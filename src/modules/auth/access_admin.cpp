#include "modules/auth/access_admin.hpp"

#include "noded/permissions.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/accounts/account_identity.hpp"
#include "modules/auth/accounts/administrators.hpp"
#include "modules/auth/decision.hpp"
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
  std::string ip;      // empty: not known
  json::object login;  // {"kind","amr","age_s"}, each may be missing
};

constexpr std::string_view kExpectedQuestion =
    R"(expected {"user":id|null,"permission":name,"resource":{"entity","id","module"}?,"ip":text?,)"
    R"("auth":{"kind":"session"|"token"|"key","amr":[text],"age_s":number}?})";

bool is_login(const json::object& login) {
  return std::ranges::all_of(login, [](const auto& member) {
    const json::value& value = member.value();
    if (member.key() == "age_s") return value.is_int64() && value.get_int64() >= 0;
    if (member.key() == "kind") return value == "session" || value == "token" || value == "key";
    return member.key() == "amr" && value.is_array() &&
           std::ranges::all_of(value.get_array(), [](const json::value& method) {
             return method.is_string();
           });
  });
}

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
    } else if (name == "ip" && value.is_string()) {
      question.ip = value.get_string();
    } else if (name == "auth" && value.is_object() && is_login(value.get_object())) {
      question.login = value.get_object();
    } else {
      return fail(Errc::kInvalid, std::string(kExpectedQuestion));
    }
  }
  if (find_permission(question.permission) != nullptr) return question;
  return fail(Errc::kInvalid, fmt::format("there is no permission \"{}\"", question.permission));
}

// As if the user had signed in so.
void set_login(Identity& identity, const json::object& login, std::int64_t now_s) {
  if (const json::value* amr = login.if_contains("amr")) {
    for (const json::value& method : amr->get_array())
      identity.amr.emplace_back(std::string_view(method.get_string()));
  }
  if (const json::value* age = login.if_contains("age_s"))
    identity.auth_time_s = now_s - age->get_int64();
}

json::value shown(const ConditionContext& context, std::string_view path) {
  const Seen seen = context.find(path);
  if (seen.value != nullptr) return *seen.value;
  if (seen.kind == Seen::Kind::kText) return json::value(seen.text);
  if (seen.kind == Seen::Kind::kNumber) return json::value(static_cast<std::int64_t>(seen.number));
  return nullptr;
}

// What the decision took them for.
std::string circumstances_json(const ConditionContext& context) {
  json::object login;
  for (const std::string_view name : {"kind", "amr", "age_s"})
    login[name] = shown(context, "auth." + std::string(name));
  return codec::to_json_text(json::object{
      {"ip", shown(context, "ip")}, {"auth", std::move(login)}, {"now", shown(context, "now")}
  });
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
        if (auto refused = refuse_without(request, authorizer_, permission))
          return http::answered(std::move(*refused));
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
  AccountChange change(sessions_, audit::actor_of(request));
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
  const std::int64_t now_ms = database_.clock().wall().time_since_epoch().count();
  set_login(identity, question->login, now_ms / 1000);
  ConditionContext context(identity, {.ip = question->ip, .now_ms = now_ms});
  const json::value* kind = question->login.if_contains("kind");
  context.auth_kind = kind != nullptr ? std::string_view(kind->get_string()) : std::string_view();
  set_resource(context, question->resource);
  std::string out = R"({"user":)";
  if (question->user.empty()) {
    out += "null";
  } else {
    codec::append_json_string(out, question->user);
  }
  out += R"(,"permission":)";
  codec::append_json_string(out, question->permission);
  out += R"(,"circumstances":)" + circumstances_json(context);
  out += R"(,"decision":)" + explain(*state->guard, identity, question->permission, context);
  co_return answer(out + "}");
}

}  // namespace noded::auth
