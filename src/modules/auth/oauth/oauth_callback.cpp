// The end of a sign-in: the provider has led the browser back, with a code.
#include "codec/json.hpp"
#include "crypto/crypto.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/oauth/federated_accounts.hpp"
#include "modules/auth/oauth/oauth_controller.hpp"
#include "modules/auth/oauth/oauth_page.hpp"
#include "modules/auth/session/next_path.hpp"

#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kLongestReason = 100;  // bytes of a provider's own words in the log

OAuthFailure refused(LoginProblem problem, Errc code, std::string message) {
  std::string reason = message;
  return {
      .error = {code, std::move(message), "AuthException", {}},
      .problem = problem,
      .reason = std::move(reason)
  };
}

// What JSON and headers of bknd's native apps hold themselves.
bool is_by_program(const http::Request& request) {
  return request.has_header("x-state-challenge");
}

}  // namespace

Task<http::Response> OAuthController::finish(Call& call) {
  // What looks at an address only, as previews do, must not use the challenge up.
  if (call.request.is_head) {
    http::Response response = http::answer_refusal(405, "Method Not Allowed");
    response.headers.push_back({"Allow", "GET"});
    co_return response;
  }
  auto challenge = open_challenge_of(call, is_by_program(call.request));
  if (!challenge) co_return co_await refuse_finish(call, std::move(challenge.error()), nullptr);
  auto account = co_await sign_in(call, *challenge);
  if (!account) co_return co_await refuse_finish(call, std::move(account.error()), &*challenge);
  co_return co_await welcome(call, *challenge, *account);
}

OAuthOutcome<OAuthChallenge> OAuthController::open_challenge_of(const Call& call, bool by_program) {
  const http::Request& request = call.request;
  const std::string_view sealed = by_program ? request.header("x-state-challenge")
                                             : own_cookie(request, way(request), kChallengeCookie);
  auto challenge = open_challenge(call.state->rules.jwt.secret, call.provider.name, sealed);
  if (!challenge)
    return std::unexpected(
        not_begun_here(sealed.empty() ? "no challenge" : "the challenge is not of this node")
    );
  if (challenge->is_by_program != by_program)
    return std::unexpected(not_begun_here("the challenge was made for another way"));
  const std::string_view action = request.header("x-state-action");
  if (by_program && !action.empty() && action != to_text(challenge->action))
    return std::unexpected(not_begun_here("the challenge was made for another action"));
  const std::string state = text_field(call.query, "state");
  // Programs hand over the code alone: it is bound to their challenge by PKCE.
  const bool may_lack = by_program && state.empty();
  if (!may_lack && !crypto::equal_in_constant_time(state, challenge->state))
    return std::unexpected(not_begun_here("state is another one"));
  if (challenge->expires_ms <= now_ms())
    return std::unexpected(not_begun_here("the challenge has expired"));
  if (!used_.use(challenge->state, challenge->expires_ms, now_ms()))
    return std::unexpected(not_begun_here("the challenge was used before"));
  return std::move(*challenge);
}

Task<OAuthOutcome<std::string>> OAuthController::take_code(
    const Call& call, const OAuthChallenge& challenge
) {
  const auto metadata = co_await issuers_.metadata_of(call.provider, call.request.deadline);
  if (!metadata) co_return std::unexpected(failure_at(call.provider, metadata.error()));
  // RFC 9207: an answer of another issuer must not reach this one's token endpoint.
  const std::string issuer = text_field(call.query, "iss");
  const bool has_to_tell = metadata->tells_issuer && !challenge.is_by_program;
  if ((has_to_tell || !issuer.empty()) && issuer != metadata->issuer)
    co_return std::unexpected(not_begun_here("iss is another issuer, or missing"));
  if (const std::string error = text_field(call.query, "error"); !error.empty()) {
    OAuthFailure failure = refused(
        LoginProblem::kService, Errc::kUnauthorized, call.provider.label + " has not let you in"
    );
    failure.reason = "the provider says: " + error.substr(0, kLongestReason);
    co_return std::unexpected(std::move(failure));
  }
  std::string code = text_field(call.query, "code");
  if (code.empty()) co_return std::unexpected(not_begun_here("there is no code"));
  co_return code;
}

Task<OAuthOutcome<Account>> OAuthController::sign_in(
    const Call& call, const OAuthChallenge& challenge
) {
  auto code = co_await take_code(call, challenge);
  if (!code) co_return std::unexpected(std::move(code.error()));
  const auto profile =
      co_await exchange_.redeem(call.provider, challenge, std::move(*code), call.request.deadline);
  if (!profile) co_return std::unexpected(failure_at(call.provider, profile.error()));
  co_return co_await account_of(call, challenge.action, *profile);
}

Task<OAuthOutcome<Account>> OAuthController::account_of(
    const Call& call, OAuthAction action, const OAuthProfile& profile
) {
  const SteadyTime deadline = call.request.deadline;
  const std::string& strategy = call.provider.name;
  const FederatedAccounts accounts(parts_.database, *call.state);
  auto known = co_await accounts.find(strategy, profile, deadline);
  if (!known) co_return std::unexpected(own_failure(known.error()));
  if (*known) co_return std::move(**known);
  const auto holder = co_await call.state->users.find_by_email(profile.email, deadline);
  if (!holder) co_return std::unexpected(own_failure(holder.error()));
  if (*holder) {
    co_return std::unexpected(refused(
        LoginProblem::kOtherWay, Errc::kUnauthorized, "User signed up with a different strategy"
    ));
  }
  if (action == OAuthAction::kLogin) {
    OAuthFailure failure =
        refused(LoginProblem::kNoAccount, Errc::kUnauthorized, "Invalid credentials");
    failure.reason = "there is no account for this subject";
    co_return std::unexpected(std::move(failure));
  }
  if (!call.state->rules.allow_register) {
    co_return std::unexpected(
        refused(LoginProblem::kUnavailable, Errc::kForbidden, "Registration is not allowed")
    );
  }
  auto made = co_await accounts.create(strategy, profile, audit::actor_of(call.request), deadline);
  if (!made) co_return std::unexpected(own_failure(made.error()));
  co_return std::move(*made);
}

Task<http::Response> OAuthController::welcome(
    const Call& call, const OAuthChallenge& challenge, const Account& account
) {
  auto opened = co_await parts_.opener.open(
      *call.state,
      call.request,
      {.account = account, .amr = {"fed"}, .token_lasts_as_configured = true}
  );
  if (!opened && opened.error().type == kMfaRequiredType)
    co_return ask_second_factor(call, challenge, account);
  if (!opened) co_return co_await refuse_finish(call, own_failure(opened.error()), &challenge);
  http::Response response;
  if (challenge.is_by_program || wants_json(call.request)) {
    std::string body = "{\"user\":" + opened->claims + ",\"token\":";
    codec::append_json_string(body, opened->token);
    response = http::Response::json(200, body + "}");
  } else {
    response = http::Response::redirect(
        challenge.is_from_page ? 303 : 302,
        challenge.target.empty() ? call.state->rules.path_success : challenge.target
    );
  }
  for (std::string& cookie : opened->set_cookies)
    response.headers.push_back({"Set-Cookie", std::move(cookie)});
  take_back_challenge(call, challenge, response);
  response.headers.push_back({"Cache-Control", "no-store"});
  sign_ins_.fetch_add(1, std::memory_order_relaxed);
  co_await parts_.journal.succeeded(call.request, account.key.text());
  co_return response;
}

http::Response OAuthController::ask_second_factor(
    const Call& call, const OAuthChallenge& challenge, const Account& account
) {
  const std::string token = parts_.pending.open(account.key.text(), "fed");
  const std::int64_t lifetime_s = parts_.pending.limits().lifetime.count() / 1000;
  http::Response response;
  if (challenge.is_by_program || wants_json(call.request)) {
    const json::object members{{"mfa", {{"token", token}, {"expires_in", lifetime_s}}}};
    response = http::answer_error(
        {Errc::kUnauthorized,
         "The account asks for a second factor: POST /auth/api/mfa",
         std::string(kMfaRequiredType),
         codec::to_json_text(members)}
    );
  } else {
    response = lead_to_code(
        language_of(call.request.header("accept-language")),
        next_path(challenge.target.empty() ? call.state->rules.path_success : challenge.target)
    );
    response.headers.push_back(
        {"Set-Cookie", set_own_cookie(way(call.request), kPendingCookie, token, lifetime_s)}
    );
  }
  take_back_challenge(call, challenge, response);
  return response;
}

void OAuthController::take_back_challenge(
    const Call& call, const OAuthChallenge& challenge, http::Response& response
) const {
  const CookieWay way = this->way(call.request);
  if (way != CookieWay::kNone && !challenge.is_by_program)
    response.headers.push_back({"Set-Cookie", clear_own_cookie(way, kChallengeCookie)});
}

Task<http::Response> OAuthController::refuse_finish(
    const Call& call, OAuthFailure failure, const OAuthChallenge* challenge
) {
  note(call, failure);
  const Errc code = failure.error.code;
  if (code == Errc::kUnauthorized || code == Errc::kForbidden)
    co_await parts_.journal.failed(call.request, {});
  http::Response response =
      answer_failure(call.request, failure, challenge, call.state->rules.path_success);
  // A cookie that does not count stays: it may be of a sign-in that is under way in another tab.
  if (challenge != nullptr) take_back_challenge(call, *challenge, response);
  co_return response;
}

}  // namespace noded::auth
