// Why a sign-in by another service came to nothing, and how that is told.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"

#include "modules/auth/oauth/oauth_challenge.hpp"
#include "modules/auth/oauth/oauth_provider.hpp"
#include "modules/auth/session/login_pages.hpp"

#include <expected>
#include <string>

namespace noded::auth {

struct OAuthFailure {
  Error error;           // for clients
  LoginProblem problem;  // for the node's own pages
  std::string reason;    // for the log
};
template <class T>
using OAuthOutcome = std::expected<T, OAuthFailure>;

// Of OAuthExchange and Issuers: only kForbidden tells its message to clients.
OAuthFailure failure_at(const OAuthProvider& provider, const Error& error);
// Of the node itself; the message of what is its own fault is for the log.
OAuthFailure own_failure(const Error& error);
// A callback that nobody here waits for.
OAuthFailure not_begun_here(std::string reason);

// JSON for programs; for browsers the page where the sign-in began, with the reason. `challenge`
// null: where that is, is not known: a page of its own. `otherwise`: where to go when the challenge
// says nothing.
http::Response answer_failure(
    const http::Request& request,
    const OAuthFailure& failure,
    const OAuthChallenge* challenge,
    const std::string& otherwise
);

}  // namespace noded::auth
