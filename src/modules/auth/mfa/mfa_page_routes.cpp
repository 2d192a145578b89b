// The page /auth/authenticator of MfaController.
#include "crypto/totp.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/mfa/mfa_controller.hpp"
#include "modules/auth/refusal.hpp"
#include "modules/auth/session/form_origin.hpp"
#include "modules/auth/session/html_page.hpp"

namespace noded::auth {
namespace {

http::Response to_login() {
  return http::Response::redirect(303, "/auth/login?next=%2Fauth%2Fauthenticator");
}

MfaProblem problem_of(const http::Response& refusal) {
  return refusal.status == 429 ? MfaProblem::kTooMany : MfaProblem::kPassword;
}

}  // namespace

MfaPage MfaController::page_for(
    const AuthState& state, const http::Request& request, const Account& account
) const {
  const CookieWay way = cookie_way(request, parts_.sessions.rules().allow_insecure_cookie);
  return {
      .language = language_of(request.header("accept-language")),
      .account = account.username.empty() ? account.email : account.username,
      .csrf = csrf_token(own_cookie(request, way, kSessionCookie)),
      .asks_password = !has_proved_recently(*request.identity, seconds(parts_.clock)),
      .links_passkeys = state.rules.has_passkeys,
      .problem = MfaProblem::kNone
  };
}

Task<http::Response> MfaController::answer_state(
    const AuthState& state, const http::Request& request, const Account& account, MfaProblem problem
) {
  MfaPage page = page_for(state, request, account);
  page.problem = problem;
  const int code = problem == MfaProblem::kNone ? 200 : 400;
  if (page.asks_password && account.strategy != kPasswordStrategy)
    co_return answer_page(code, sign_in_again_page(page));
  const auto status = co_await parts_.second_factors.status(account.key, request.deadline);
  if (!status) co_return refuse_error(request, status.error());
  co_return answer_page(code, authenticator_page(page, *status));
}

// What was set up or removed elsewhere meanwhile is shown as it is.
Task<http::Response> MfaController::answer_fault(
    const AuthState& state, const http::Request& request, const Account& account, const Error& error
) {
  if (http::status_of(error.code) >= 500) co_return refuse_error(request, error);
  co_return co_await answer_state(state, request, account, MfaProblem::kState);
}

Task<http::Response> MfaController::show_page(AuthStatePtr state, http::Request& request) {
  auto account = co_await require_account(*state, request);
  if (!account && account.error().status == 401) co_return to_login();
  if (!account) co_return std::move(account.error());
  co_return co_await answer_state(*state, request, *account, MfaProblem::kNone);
}

Task<http::Response> MfaController::act_on_page(AuthStatePtr state, http::Request& request) {
  auto fields = co_await read_fields(request);
  if (!fields) co_return refuse_error(request, fields.error());
  const auto known = require_known(*fields, {"csrf", "do", "password", "code"});
  if (!known) co_return refuse_error(request, known.error());
  const CookieWay way = cookie_way(request, parts_.sessions.rules().allow_insecure_cookie);
  if (request.identity->by_cookie &&
      !is_own_form(request, *fields, kSessionCookie, way, parts_.origins)) {
    co_return refuse(request, kCsrfFailed, "the request is not of a page of this site");
  }
  auto account = co_await require_account(*state, request);
  if (!account && account.error().status == 401) co_return to_login();
  if (!account) co_return std::move(account.error());
  auto proven = co_await require_proof(*state, request, *fields);
  if (!proven && proven.error().status >= 500) co_return std::move(proven.error());
  if (!proven)
    co_return co_await answer_state(*state, request, *account, problem_of(proven.error()));
  co_return co_await do_on_page(*state, request, {std::move(*account), std::move(*fields)});
}

Task<http::Response> MfaController::do_on_page(
    const AuthState& state, http::Request& request, Change change
) {
  const std::string action = text_field(change.fields, "do");
  const SecondFactors factors = factors_for(request);
  const database::RowKey key = change.account.key;
  MfaPage page = page_for(state, request, change.account);
  if (action == "begin") {
    const auto seed = co_await factors.begin(key, request.deadline);
    if (!seed) co_return co_await answer_fault(state, request, change.account, seed.error());
    const std::string typed = crypto::totp_secret_text(*seed);
    co_return answer_page(200, enrolment_page(page, uri_of(change.account, *seed), typed));
  }
  if (action == "confirm" || action == "codes") {
    auto asked = action == "codes"
                     ? factors.renew_recovery_codes(key, request.deadline)
                     : factors.confirm(key, text_field(change.fields, "code"), request.deadline);
    const auto codes = co_await std::move(asked);
    if (!codes && codes.error().code == Errc::kInvalid) {
      page.problem = MfaProblem::kCode;
      co_return answer_page(400, enrolment_page(page, {}, {}));
    }
    if (!codes) co_return co_await answer_fault(state, request, change.account, codes.error());
    co_return answer_page(200, recovery_codes_page(page, *codes));
  }
  if (action == "remove") {
    const auto removed = co_await factors.remove(key, request.deadline);
    if (!removed) co_return co_await answer_fault(state, request, change.account, removed.error());
    co_return co_await answer_state(state, request, change.account, MfaProblem::kNone);
  }
  co_return refuse(request, kValidationFailed, "do: begin, confirm, codes or remove");
}

}  // namespace noded::auth
