#include "modules/auth/oauth/oauth_failure.hpp"

#include "codec/text.hpp"
#include "http/error_answer.hpp"
#include "modules/auth/cookie.hpp"
#include "modules/auth/login_request.hpp"
#include "modules/auth/refusal.hpp"

#include <utility>

namespace noded::auth {
namespace {

// Of a callback that belongs to nothing.
constexpr RefusalKind kSignInFailed{
    400, "SIGN_IN_FAILED", {"The sign-in did not work", "登录未成功"}
};

http::Response unstored(http::Response response) {
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

http::Response back_to_page(const OAuthFailure& failure, const OAuthChallenge& challenge) {
  std::string target = challenge.action == OAuthAction::kLogin ? "/auth/login" : "/auth/register";
  target.append("?error=").append(name_of(failure.problem));
  if (!challenge.target.empty() && challenge.target != "/")
    target.append("&next=").append(codec::percent_encode(challenge.target));
  return http::Response::redirect(303, std::move(target));
}

}  // namespace

OAuthFailure failure_at(const OAuthProvider& provider, const Error& error) {
  switch (error.code) {
    case Errc::kForbidden:
      return {.error = error, .problem = LoginProblem::kAddress, .reason = error.message};
    case Errc::kUnauthorized:
    case Errc::kInvalid:
      return {
          .error =
              {Errc::kUnauthorized,
               "Signing in with " + provider.label + " did not work",
               "AuthException",
               {}},
          .problem = LoginProblem::kService,
          .reason = error.message
      };
    default:
      return {
          .error =
              {Errc::kUnavailable, provider.label + " cannot be reached now; try again", {}, {}},
          .problem = LoginProblem::kService,
          .reason = error.message
      };
  }
}

OAuthFailure own_failure(const Error& error) {
  OAuthFailure failure{
      .error = error, .problem = LoginProblem::kUnavailable, .reason = error.message
  };
  if (http::status_of(error.code) >= 500)
    failure.error.message = "This did not work. Please try again.";
  return failure;
}

OAuthFailure not_begun_here(std::string reason) {
  return {
      .error =
          {Errc::kInvalid,
           "This sign-in was not begun in this browser, is done already or took too long; begin "
           "again",
           {},
           {}},
      .problem = LoginProblem::kService,
      .reason = std::move(reason)
  };
}

http::Response answer_failure(
    const http::Request& request,
    const OAuthFailure& failure,
    const OAuthChallenge* challenge,
    const std::string& otherwise
) {
  if (challenge == nullptr && prefers_html(request))
    return refuse(request, kSignInFailed, failure.error.message);
  if (challenge == nullptr || challenge->is_by_program || !prefers_html(request))
    return unstored(http::answer_error(failure.error));
  if (challenge->is_from_page) return unstored(back_to_page(failure, *challenge));
  http::Response response =
      http::Response::redirect(302, challenge->target.empty() ? otherwise : challenge->target);
  response.headers.push_back({"Set-Cookie", flash_cookie("error", failure.error.message)});
  return unstored(std::move(response));
}

}  // namespace noded::auth
