#include "modules/auth/auth_controller.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/cookie.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/redirect.hpp"
#include "modules/auth/session/own_cookie.hpp"
#include "modules/auth/session/sessions.hpp"

#include <utility>

namespace noded::auth {
namespace {

void add_header(http::Response& response, std::string name, std::string value) {
  response.headers.push_back({std::move(name), std::move(value)});
}

// The errors of {email, password} as the create action answers them.
std::string errors_of(const AuthRules& rules, const json::value& fields) {
  const auto errors = rules.credentials_schema->validate(fields);
  return errors.empty() ? std::string() : codec::to_json_text(codec::to_json(errors));
}

std::optional<std::string> asked_redirect(const http::Request& request) {
  const auto query = parse_form(request.query);
  if (!query) return std::nullopt;
  return same_site_path(text_field(*query, "redirect"));
}

std::string way_back(const http::Request& request, std::string otherwise) {
  auto path = path_of_referer(request.header("referer"), request.header("host"));
  return path ? std::move(*path) : std::move(otherwise);
}

json::object object_of(const json::value& fields) {
  return fields.is_object() ? fields.get_object() : json::object();
}

// What is no text is no role's name either; the writer says so.
std::string asked_role(const json::value& fields) {
  const json::value* role = fields.get_object().if_contains("role");
  if (role == nullptr || role->is_null()) return {};
  return role->is_string() ? text_field(fields, "role") : codec::to_json_text(*role);
}

http::Response strategies(const AuthRules& rules, const http::Request& request) {
  const auto query = parse_form(request.query);
  if (!query) return http::answer_error(query.error());
  const json::value* asked = query->if_contains("include_disabled");
  if (asked == nullptr) return http::Response::json(200, rules.strategies);
  const std::string_view text = asked->get_string();
  if (text == "true" || text == "1") return http::Response::json(200, rules.all_strategies);
  if (text == "false" || text == "0") return http::Response::json(200, rules.strategies);
  const json::value schema = {
      {"type", "object"}, {"properties", {{"include_disabled", {{"type", "boolean"}}}}}
  };
  const std::vector<codec::SchemaError> errors{
      {.keyword_location = "/properties/include_disabled/type",
       .instance_location = "/include_disabled",
       .error = "Expected boolean",
       .data = *asked}
  };
  return http::Response::json(400, codec::validation_answer(errors, schema));
}

Error registration_closed() {
  return {Errc::kForbidden, "Registration is not allowed", {}, {}};
}

http::Response signed_out() {
  return http::Response::json(403, R"({"user":null})");
}

}  // namespace

Error invalid_credentials() {
  return {Errc::kUnauthorized, "Invalid credentials", "AuthException", {}};
}

std::string proof_in(const http::Request& request, const json::value& fields) {
  std::string proof = text_field(fields, "proof");
  return proof.empty() ? std::string(request.header("x-login-proof")) : proof;
}

Result<> check_new_credentials(const AuthRules& rules, const json::value& fields) {
  const auto errors = rules.credentials_schema->validate(fields);
  if (errors.empty()) return {};
  const std::string& at = errors.front().instance_location;
  std::string message = at.size() > 1 ? at.substr(1) + ": " : std::string();
  message += errors.front().error;
  return fail(Errc::kInvalid, std::move(message));
}

http::Response refuse(const http::Request& request, const Error& error) {
  if (wants_json(request)) return http::answer_error(error);
  http::Response response = http::Response::redirect(302, way_back(request, "/"));
  if (accepts_html(request)) {
    const bool is_internal = http::status_of(error.code) >= 500;
    const std::string_view message = is_internal
                                         ? std::string_view("This did not work. Please try again.")
                                         : std::string_view(error.message);
    add_header(response, "Set-Cookie", flash_cookie("error", message));
  }
  return response;
}

http::Response refuse(const http::Request& request, const LoginRefusal& refusal) {
  http::Response response = refuse(request, refusal.error);
  if (refusal.retry_after_s == 0) return response;
  if (wants_json(request)) response.status = 429;
  add_header(response, "Retry-After", std::to_string(refusal.retry_after_s));
  return response;
}

std::vector<http::Route> AuthController::routes(const AuthStatePtr& state) {
  using http::Method;
  const std::string& base = state->rules.basepath;
  const auto route =
      [&base](
          Method method, std::string_view path, std::string_view summary, http::Handler handler
      ) {
        return http::Route{
            .method = method,
            .pattern = base + std::string(path),
            .permission = {},
            .summary = summary,
            .request_schema = {},
            .response_schema = {},
            .handler = std::move(handler),
            .max_body = kMaxCredentials
        };
      };
  std::vector<http::Route> table;
  table.push_back(route(
      Method::kPost,
      "/password/login",
      "Log in with e-mail address and password",
      [this, state](http::Request& request) { return login(state, request); }
  ));
  table.push_back(route(
      Method::kPost,
      "/password/register",
      "Make an account with e-mail address and password",
      [this, state](http::Request& request) { return register_account(state, request); }
  ));
  table.push_back(route(
      Method::kGet,
      "/me",
      "The account that is logged in",
      [this, state](http::Request& request) { return me(state, request); }
  ));
  table.push_back(route(Method::kGet, "/logout", "Log out", [this, state](http::Request& request) {
    return logout(state, request);
  }));
  table.push_back(route(
      Method::kGet,
      "/strategies",
      "The ways to log in",
      [state](http::Request& request) { return http::answered(strategies(state->rules, request)); }
  ));
  table.push_back(route(
      Method::kPost,
      "/password/actions/create",
      "Make an account for somebody else",
      [this, state](http::Request& request) { return create(state, request); }
  ));
  table.back().permission = "auth.user.create";
  table.push_back(route(
      Method::kGet,
      "/password/actions/create/schema.json",
      "The JSON schema of that request",
      [state](http::Request&) {
        return http::answered(http::Response::json(200, state->rules.credentials_schema_text));
      }
  ));
  return table;
}

http::Response AuthController::welcome(
    const AuthState& state, const http::Request& request, const Account& account
) {
  const std::int64_t now_s = seconds(clock_);
  const TokenSession session{.id = {}, .version = sessions_.version_of(account.key.text())};
  const auto signed_in = sign_in(state.rules, account, now_s, session);
  if (!signed_in) return refuse(request, signed_in.error());
  http::Response response;
  if (wants_json(request)) {
    std::string body = "{\"user\":" + signed_in->claims + ",\"token\":";
    codec::append_json_string(body, signed_in->token);
    body += '}';
    response = http::Response::json(200, std::move(body));
  } else {
    auto target = asked_redirect(request);
    response =
        http::Response::redirect(302, target ? std::move(*target) : state.rules.path_success);
  }
  const std::string value = sign_cookie(state.rules.jwt.secret, signed_in->token);
  add_header(response, "Set-Cookie", set_cookie(state.rules.cookie, value, now_s));
  add_header(response, "Cache-Control", "no-store");
  return response;
}

Task<http::Response> AuthController::login(AuthStatePtr state, http::Request& request) {
  if (const auto room = passwords_.require_room(); !room) co_return refuse(request, room.error());
  const auto fields = co_await read_fields(request);
  if (!fields) co_return refuse(request, fields.error());
  const auto proven = co_await check_password(
      *state,
      request,
      {.email = text_field(*fields, "email"),
       .password = text_field(*fields, "password"),
       .code = text_field(*fields, "otp"),
       .proof = proof_in(request, *fields)}
  );
  if (!proven) co_return refuse(request, proven.error());
  co_return welcome(*state, request, proven->account);
}

Task<http::Response> AuthController::register_account(AuthStatePtr state, http::Request& request) {
  if (!state->rules.allow_register) co_return refuse(request, registration_closed());
  if (const auto room = passwords_.require_room(); !room) co_return refuse(request, room.error());
  const auto fields = co_await read_fields(request);
  if (!fields) co_return refuse(request, fields.error());
  const auto account = co_await make_account(*state, *fields, request);
  if (!account) co_return refuse(request, account.error());
  co_return welcome(*state, request, *account);
}

Task<Result<Account>> AuthController::make_account(
    const AuthState& state, json::value fields, const http::Request& request
) {
  if (!state.rules.allow_register) co_return std::unexpected(registration_closed());
  if (fields.is_object() && fields.get_object().contains("role")) {
    co_return std::unexpected(invalid_credentials());
  }
  if (auto checked = check_new_credentials(state.rules, fields); !checked) {
    co_return std::unexpected(std::move(checked.error()));
  }
  auto hash = co_await passwords_.hash(text_field(fields, "password"));
  if (!hash) co_return std::unexpected(std::move(hash.error()));
  NewAccount account{
      .fields = object_of(fields),
      .email = text_field(fields, "email"),
      .username = {},
      .strategy = std::string(kPasswordStrategy),
      .strategy_value = std::move(*hash),
      .role = state.rules.default_role_register
  };
  account.fields.erase("password");
  const std::string email = account.email;
  Users::Addition addition = verification_.addition(email);
  auto made = co_await state.users.by(audit::actor_of(request))
                  .create(
                      std::move(account),
                      UnknownFields::kDrop,
                      database::unrestricted_access_for_the_node_itself(),
                      request.deadline,
                      std::move(addition)
                  );
  if (!made && made.error().code == Errc::kExists && verification_.hides_existence()) {
    const bool is_email = made.error().message.contains("email");
    auto refused = co_await verification_.refused(
        email, is_email ? Notice::kHasAccount : Notice::kNameTaken, request
    );
    co_return std::unexpected(std::move(refused.error()));
  }
  if (!made) co_return made;
  if (auto begun = co_await verification_.registered(*made, request); !begun)
    co_return std::unexpected(std::move(begun.error()));
  co_return made;
}

Task<http::Response> AuthController::create(AuthStatePtr state, http::Request& request) {
  if (const auto room = passwords_.require_room(); !room) {
    co_return http::answer_error(room.error());
  }
  const auto fields = co_await read_fields(request);
  if (!fields) co_return http::answer_error(fields.error());
  const std::string errors = errors_of(state->rules, *fields);
  if (!errors.empty()) {
    co_return http::Response::json(400, "{\"success\":false,\"errors\":" + errors + "}");
  }
  auto hash = co_await passwords_.hash(text_field(*fields, "password"));
  if (!hash) co_return http::answer_error(hash.error());
  NewAccount account{
      .fields = object_of(*fields),
      .email = text_field(*fields, "email"),
      .username = {},
      .strategy = std::string(kPasswordStrategy),
      .strategy_value = std::move(*hash),
      .role = asked_role(*fields)
  };
  account.fields.erase("password");
  const auto access = access_.access_of(request);
  const auto made =
      co_await state->users.by(audit::actor_of(request))
          .create(std::move(account), UnknownFields::kRefuse, *access, request.deadline);
  if (!made) co_return http::answer_error(made.error());
  co_return http::Response::json(
      200, R"({"success":true,"action":"create","strategy":"password","data":)" + made->row + "}"
  );
}

Task<http::Response> AuthController::me(AuthStatePtr state, http::Request& request) {
  const IdentityPtr identity = request.identity;
  if (identity->kind != Identity::Kind::kUser || identity->user_id.empty()) co_return signed_out();
  const auto account = co_await state->users.find_by_id(identity->user_id, request.deadline);
  if (!account) co_return http::answer_error(account.error());
  if (!*account) co_return signed_out();
  http::Response response = http::Response::json(200, "{\"user\":" + (*account)->row + "}");
  add_header(response, "Cache-Control", "no-store");
  if (identity->by_cookie && state->rules.renew_cookie) {
    const std::string_view value = find_cookie(request.header("cookie"), kAuthCookie);
    if (const auto token = verify_cookie(state->rules.jwt.secret, value)) {
      const std::string renewed = sign_cookie(state->rules.jwt.secret, *token);
      add_header(response, "Set-Cookie", set_cookie(state->rules.cookie, renewed, seconds(clock_)));
    }
  }
  co_return response;
}

// cookie.pathLoggedOut is for the pages of an admin UI: the route itself leads back or to the root.
Task<http::Response> AuthController::logout(AuthStatePtr state, http::Request& request) {
  http::Response response = wants_json(request)
                                ? http::Response::json(200, R"({"ok":true})")
                                : http::Response::redirect(302, way_back(request, "/"));
  add_header(response, "Set-Cookie", clear_cookie(state->rules.cookie, seconds(clock_)));
  if (const IdentityPtr identity = request.identity; !identity->session.empty()) {
    const auto ended = co_await sessions_.end(
        identity->session,
        request.deadline,
        done_by(audit::actor_of(request), "session.end", "session " + identity->session)
    );
    if (!ended) co_return http::answer_error(ended.error());
    const CookieWay way = cookie_way(request, sessions_.rules().allow_insecure_cookie);
    if (!own_cookie(request, way, kSessionCookie).empty())
      add_header(response, "Set-Cookie", clear_own_cookie(way, kSessionCookie));
  }
  co_return response;
}

}  // namespace noded::auth
