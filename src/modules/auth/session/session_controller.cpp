#include "modules/auth/session/session_controller.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/cookie.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/recovery/address_verification.hpp"
#include "modules/auth/refusal.hpp"
#include "modules/auth/session/form_origin.hpp"
#include "modules/auth/session/html_page.hpp"
#include "modules/auth/session/login_pages.hpp"
#include "modules/auth/session/next_path.hpp"
#include "modules/auth/session/passkey_page.hpp"

#include <utility>

namespace noded::auth {
namespace {

void add_header(http::Response& response, std::string name, std::string value) {
  response.headers.push_back({std::move(name), std::move(value)});
}

bool flag_of(const json::value& fields, std::string_view name) {
  const json::value* flag = fields.get_object().if_contains(name);
  return flag != nullptr && flag->is_bool() && flag->get_bool();
}

std::string token_answer(const OpenedSession& opened) {
  std::string body = "{\"token\":";
  codec::append_json_string(body, opened.token);
  body += R"(,"token_type":"Bearer","expires_in":)" + std::to_string(opened.expires_in_s);
  if (!opened.refresh_token.empty()) {
    body += ",\"refresh_token\":";
    codec::append_json_string(body, opened.refresh_token);
  }
  if (!opened.csrf.empty()) {
    body += ",\"csrf\":";
    codec::append_json_string(body, opened.csrf);
  }
  return body + ",\"user\":" + opened.claims;
}

// Tells clients apart that could hold the same refresh token.
std::string client_of(const http::Request& request) {
  std::string text(request.peer);
  text.append("\n").append(request.header("user-agent"));
  return codec::base64url_encode(crypto::sha256(text));
}

}  // namespace

std::vector<http::Route> SessionController::routes(const AuthStatePtr& state) {
  using http::Method;
  std::vector<http::Route> table = page_routes(state);
  const auto add = [&table](Method method, std::string pattern, http::Handler handler) {
    table.push_back(credentials_route(method, std::move(pattern), std::move(handler)));
  };
  add(Method::kPost, "/auth/api/login", [this, state](http::Request& request) {
    return login(state, request);
  });
  add(Method::kPost, "/auth/api/mfa", [this, state](http::Request& request) {
    return go_on_with_code(state, request);
  });
  add(Method::kPost, "/auth/api/logout", [this, state](http::Request& request) {
    return logout(request, state);
  });
  add(Method::kPost, "/auth/api/refresh", [this, state](http::Request& request) {
    return refresh(state, request);
  });
  add(Method::kPost, "/auth/api/password", [this, state](http::Request& request) {
    return change_password(state, request);
  });
  add(Method::kGet, "/api/check", [this](http::Request& request) {
    return http::answered(check(request));
  });
  add(Method::kPost, "/auth/register", [this, state](http::Request& request) {
    return register_account(state, request);
  });
  return table;
}

CookieWay SessionController::way(const http::Request& request) const {
  return cookie_way(request, parts_.sessions.rules().allow_insecure_cookie);
}

bool SessionController::is_from_here(
    const http::Request& request, const json::value& fields, const OwnCookie& cookie
) const {
  return is_own_form(request, fields, cookie, way(request), parts_.origins);
}

Task<http::Response> SessionController::login(AuthStatePtr state, http::Request& request) {
  const bool is_form = !wants_json(request);
  if (is_form && way(request) == CookieWay::kNone)
    co_return refuse(request, kForbidden, kNoCookies);
  const auto room = parts_.passwords.require_room();
  if (!room) co_return refuse_error(request, room.error());
  const auto fields = co_await read_fields(request);
  if (!fields) co_return refuse_error(request, fields.error());
  const auto known = require_known(
      *fields, {"email", "username", "password", "otp", "proof", "next", "csrf", "cookie"}
  );
  if (!known) co_return refuse_error(request, known.error());
  if (!is_from_here(request, *fields, kPreSessionCookie)) {
    co_return refuse(request, kCsrfFailed, "the form was open too long, or is of another site");
  }
  std::string email = text_field(*fields, "email");
  if (email.empty()) email = text_field(*fields, "username");
  const auto proven = co_await parts_.accounts.check_password(
      *state,
      request,
      {.email = std::move(email),
       .password = text_field(*fields, "password"),
       .code = text_field(*fields, "otp"),
       .proof = proof_in(request, *fields)}
  );
  if (proven) co_return co_await enter(*state, request, *fields, *proven, 200);
  if (proven.error().waiting)
    co_return co_await ask_second_factor(*state, request, *fields, *proven.error().waiting, "pwd");
  co_return refuse_login(request, *fields, proven.error());
}

http::Response SessionController::refuse_login(
    const http::Request& request, const json::value& fields, const LoginRefusal& refusal
) {
  if (refusal.proof) return refuse_without_proof(request, fields, refusal);
  const bool is_form = !wants_json(request);
  const std::string next = next_path(text_field(fields, "next"));
  if (refusal.retry_after_s > 0) {
    if (!is_form) return refuse_for_now(request, refusal.retry_after_s);
    const std::string email = text_field(fields, "email");
    const std::string csrf = text_field(fields, "csrf");
    http::Response response = answer_page(
        429,
        login_page(
            language_of(request.header("accept-language")),
            {.problem = LoginProblem::kTooMany, .csrf = csrf, .next = next, .email = email}
        )
    );
    add_header(response, "Retry-After", std::to_string(refusal.retry_after_s));
    return response;
  }
  if (!is_form || refusal.error.code != Errc::kUnauthorized) {
    return refuse_error(request, refusal.error);
  }
  return http::Response::redirect(
      303, page_target("/auth/login", LoginProblem::kCredentials, next)
  );
}

// A form comes back with what its script needs; without scripts only waiting helps.
http::Response SessionController::refuse_without_proof(
    const http::Request& request, const json::value& fields, const LoginRefusal& refusal
) {
  http::Response response;
  if (wants_json(request)) {
    response = refuse(request, kProofRequired, refusal.error.message);
    response.body.pop_back();
    response.body += ",\"proof\":" + to_json(*refusal.proof) + "}";
  } else {
    const std::string next = next_path(text_field(fields, "next"));
    const std::string email = text_field(fields, "email");
    const std::string csrf = text_field(fields, "csrf");
    const LoginPage page{
        .problem = LoginProblem::kStorm,
        .csrf = csrf,
        .next = next,
        .email = email,
        .proof = &*refusal.proof
    };
    response = answer_page(
        429, login_page(language_of(request.header("accept-language")), page), Scripts::kOwn
    );
  }
  add_header(response, "Retry-After", std::to_string(refusal.retry_after_s));
  return response;
}

Task<http::Response> SessionController::enter(
    const AuthState& state,
    http::Request& request,
    const json::value& fields,
    const Proven& proven,
    int status
) {
  auto answer = co_await let_in(state, request, fields, proven, status);
  if (!answer) co_return refuse_error(request, answer.error());
  co_return std::move(*answer);
}

Task<Result<http::Response>> SessionController::let_in(
    const AuthState& state,
    http::Request& request,
    const json::value& fields,
    const Proven& proven,
    int status,
    Sessions::Addition addition
) {
  const bool is_form = !wants_json(request);
  const bool with_cookies = is_form || flag_of(fields, "cookie") || request.identity->by_cookie;
  auto opened = co_await parts_.opener.open(
      state,
      request,
      {.account = proven.account,
       .amr = proven.amr,
       .with_cookies = with_cookies,
       .with_refresh = !with_cookies,
       .addition = std::move(addition)}
  );
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  const std::string next = next_path(text_field(fields, "next"));
  http::Response response;
  if (is_form) {
    response = http::Response::redirect(303, next);
  } else {
    std::string body = token_answer(*opened) + ",\"redirect\":";
    codec::append_json_string(body, next);
    response = http::Response::json(status, body + "}");
  }
  for (std::string& cookie : opened->set_cookies)
    add_header(response, "Set-Cookie", std::move(cookie));
  const CookieWay way = this->way(request);
  for (const OwnCookie& done : {kPreSessionCookie, kPendingCookie}) {
    if (!own_cookie(request, way, done).empty())
      add_header(response, "Set-Cookie", clear_own_cookie(way, done));
  }
  add_header(response, "Cache-Control", "no-store");
  co_return response;
}

Task<http::Response> SessionController::register_account(
    AuthStatePtr state, http::Request& request
) {
  const bool is_form = !wants_json(request);
  if (is_form && way(request) == CookieWay::kNone)
    co_return refuse(request, kForbidden, kNoCookies);
  const auto room = parts_.passwords.require_room();
  if (!room) co_return refuse_error(request, room.error());
  const auto fields = co_await read_fields(request);
  if (!fields) co_return refuse_error(request, fields.error());
  const auto known = require_known(*fields, {"email", "password", "next", "csrf", "cookie"});
  if (!known) co_return refuse_error(request, known.error());
  if (!is_from_here(request, *fields, kPreSessionCookie)) {
    co_return refuse(request, kCsrfFailed, "the form was open too long, or is of another site");
  }
  json::object credentials{
      {"email", text_field(*fields, "email")}, {"password", text_field(*fields, "password")}
  };
  auto account = co_await parts_.accounts.make_account(*state, std::move(credentials), request);
  if (account) {
    const Proven proven{.account = std::move(*account), .amr = {"pwd"}};
    co_return co_await enter(*state, request, *fields, proven, 201);
  }
  if (is_form && account.error().type == kAddressUnproven)
    co_return http::Response::redirect(303, std::string(path_of(Purpose::kVerify)) + "?sent=1");
  if (parts_.hides_existence && account.error().type == kAddressUnproven) {
    http::Response response = http::Response::json(202, R"({"sent":true})");
    add_header(response, "Cache-Control", "no-store");
    co_return response;
  }
  const int refused_with = http::status_of(account.error().code);
  if (is_form && refused_with < 500 && state->rules.allow_register) {
    co_return http::Response::redirect(
        303,
        page_target(
            "/auth/register", LoginProblem::kRegistration, next_path(text_field(*fields, "next"))
        )
    );
  }
  co_return refuse_error(request, account.error());
}

Task<http::Response> SessionController::logout(http::Request& request, AuthStatePtr state) {
  const IdentityPtr identity = request.identity;
  json::value fields;
  if (!wants_json(request)) {
    auto read = co_await read_fields(request);
    if (read) fields = std::move(*read);
  }
  if (identity->by_cookie && !is_from_here(request, fields, kSessionCookie)) {
    co_return refuse(request, kCsrfFailed, "the request is not of a page of this site");
  }
  if (!identity->session.empty()) {
    const auto ended = co_await parts_.sessions.end(
        identity->session,
        request.deadline,
        done_by(audit::actor_of(request), "session.end", "session " + identity->session)
    );
    if (!ended) co_return refuse_error(request, ended.error());
  }
  http::Response response = wants_json(request) ? http::Response::json(200, R"({"ok":true})")
                                                : http::Response::redirect(303, "/auth/login");
  if (const CookieWay way = this->way(request); way != CookieWay::kNone) {
    add_header(response, "Set-Cookie", clear_own_cookie(way, kSessionCookie));
  }
  const std::int64_t now_s = parts_.sessions.now_ms() / 1000;
  add_header(response, "Set-Cookie", clear_cookie(state->rules.cookie, now_s));
  add_header(response, "Cache-Control", "no-store");
  co_return response;
}

Task<http::Response> SessionController::refresh(AuthStatePtr state, http::Request& request) {
  const auto fields = co_await read_fields(request);
  if (!fields) co_return refuse_error(request, fields.error());
  const auto known = require_known(*fields, {"refresh_token"});
  if (!known) co_return refuse_error(request, known.error());
  const auto refreshed = co_await parts_.sessions.refresh(
      text_field(*fields, "refresh_token"),
      client_of(request),
      request.deadline,
      audit::actor_of(request)
  );
  if (!refreshed) co_return refuse_error(request, refreshed.error());
  using Outcome = Sessions::Refreshed::Outcome;
  if (refreshed->outcome == Outcome::kReused) {
    parts_.log.warning(
        "token.reuse",
        codec::to_json_text(json::object{
            {"user", refreshed->user}, {"session", refreshed->id}, {"ip", request.peer}
        })
    );
  }
  if (refreshed->outcome != Outcome::kDone) {
    co_return refuse(request, kTokenInvalid, "the refresh token is not valid (any more)");
  }
  const auto account = co_await state->users.find_by_id(refreshed->user, request.deadline);
  if (!account) co_return refuse_error(request, account.error());
  if (!*account) co_return refuse(request, kTokenInvalid, "the account is gone");
  const auto renewed = parts_.opener.renew(*state, **account, *refreshed);
  if (!renewed) co_return refuse_error(request, renewed.error());
  http::Response response = http::Response::json(200, token_answer(*renewed) + "}");
  add_header(response, "Cache-Control", "no-store");
  co_return response;
}

}  // namespace noded::auth
