// The second step of a login whose password was right (docs/sessions.md).
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"
#include "modules/auth/session/html_page.hpp"
#include "modules/auth/session/login_pages.hpp"
#include "modules/auth/session/next_path.hpp"
#include "modules/auth/session/session_controller.hpp"

#include <utility>

namespace noded::auth {
namespace {

constexpr std::string_view kCodePage = "/auth/mfa";

std::string query_text(const http::Request& request, std::string_view name) {
  const auto query = parse_form(request.query);
  return query ? text_field(*query, name) : std::string();
}

}  // namespace

Task<http::Response> SessionController::ask_second_factor(
    const AuthState& state,
    const http::Request& request,
    const json::value& fields,
    const Account& account,
    std::string amr
) {
  const auto factor = co_await parts_.second_factors.status(account.key, request.deadline);
  if (!factor) co_return refuse_error(request, factor.error());
  const auto passkeys = co_await parts_.passkeys.of_user(account.key, request.deadline);
  if (!passkeys) co_return refuse_error(request, passkeys.error());
  const std::string token = parts_.pending.open(account.key.text(), std::move(amr));
  const std::int64_t lifetime_s = parts_.pending.limits().lifetime.count() / 1000;
  if (!wants_json(request)) {
    const std::string next = next_path(text_field(fields, "next"));
    std::string target(kCodePage);
    if (next != "/") target += "?next=" + codec::percent_encode(next);
    http::Response response = http::Response::redirect(303, std::move(target));
    response.headers.push_back(
        {"Set-Cookie", set_own_cookie(way(request), kPendingCookie, token, lifetime_s)}
    );
    response.headers.push_back({"Cache-Control", "no-store"});
    co_return response;
  }
  http::Response response =
      refuse(request, kMfaRequired, "the account asks for a second factor: POST /auth/api/mfa");
  response.body.pop_back();
  response.body += ",\"mfa\":{\"token\":";
  codec::append_json_string(response.body, token);
  response.body += ",\"expires_in\":" + std::to_string(lifetime_s) + ",\"methods\":[";
  if (!passkeys->empty() && state.rules.has_passkeys) response.body += "\"passkey\",";
  response.body += "\"totp\"";
  if (factor->recovery_codes > 0) response.body += ",\"recovery\"";
  response.body += "]}}";
  co_return response;
}

http::Response SessionController::show_second_factor(const http::Request& request) {
  const std::string next = next_path(query_text(request, "next"));
  if (request.identity->kind == Identity::Kind::kUser) return http::Response::redirect(303, next);
  const std::string_view token = own_cookie(request, way(request), kPendingCookie);
  if (token.empty())
    return http::Response::redirect(303, page_target("/auth/login", LoginProblem::kExpired, next));
  const std::string csrf = csrf_token(token);
  return answer_page(
      200,
      code_page(
          language_of(request.header("accept-language")),
          {.problem = problem_of(query_text(request, "error")),
           .csrf = csrf,
           .next = next,
           .email = {}}
      )
  );
}

Task<http::Response> SessionController::go_on_with_code(
    AuthStatePtr state, http::Request& request
) {
  const auto fields = co_await read_fields(request);
  if (!fields) co_return refuse_error(request, fields.error());
  const auto known = require_known(*fields, {"token", "code", "next", "csrf", "cookie"});
  if (!known) co_return refuse_error(request, known.error());
  if (!is_from_here(request, *fields, kPendingCookie)) {
    co_return refuse(request, kCsrfFailed, "the form was open too long, or is of another site");
  }
  std::string token = text_field(*fields, "token");
  if (token.empty()) token = own_cookie(request, way(request), kPendingCookie);
  const auto proven = co_await parts_.accounts.check_code(
      *state, request, std::move(token), text_field(*fields, "code")
  );
  if (!proven) co_return refuse_code(request, *fields, proven.error());
  co_return co_await enter(*state, request, *fields, *proven, 200);
}

http::Response SessionController::refuse_code(
    const http::Request& request, const json::value& fields, const LoginRefusal& refusal
) {
  const bool is_form = !wants_json(request);
  const std::string next = next_path(text_field(fields, "next"));
  if (refusal.retry_after_s > 0) {
    if (!is_form) return refuse_for_now(request, refusal.retry_after_s);
    const std::string csrf = csrf_token(own_cookie(request, way(request), kPendingCookie));
    http::Response response = answer_page(
        429,
        code_page(
            language_of(request.header("accept-language")),
            {.problem = LoginProblem::kTooMany, .csrf = csrf, .next = next, .email = {}}
        )
    );
    response.headers.push_back({"Retry-After", std::to_string(refusal.retry_after_s)});
    return response;
  }
  if (!is_form || refusal.error.code != Errc::kUnauthorized) {
    return refuse_error(request, refusal.error);
  }
  return http::Response::redirect(
      303,
      refusal.is_expired ? page_target("/auth/login", LoginProblem::kExpired, next)
                         : page_target(kCodePage, LoginProblem::kCode, next)
  );
}

}  // namespace noded::auth
