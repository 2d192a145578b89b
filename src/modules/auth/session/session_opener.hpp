// SessionOpener: what a way of logging in (password, passkey, …) calls once it knows who somebody
// is:
//
//   auto opened = co_await opener.open(*state, request, {.account = account, .amr = {"pwd"}});
//   for (std::string& cookie : opened->set_cookies)
//     response.headers.push_back({"Set-Cookie", std::move(cookie)});
//
// The session that the request came with has ended then: a login always gets a new one.
// Thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/http.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/mfa/second_factors.hpp"
#include "modules/auth/session/sessions.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::auth {

struct SessionOpening {
  const Account& account;
  std::vector<std::string> amr;  // how it was verified, RFC 8176: "pwd", "hwk", "mfa"
  std::int64_t auth_time_s = 0;  // when; 0: now
  bool with_cookies = true;      // for a browser
  bool with_refresh = false;     // for a program: a token to get further ones with
  // The token lasts as long as the application says, though no longer than the session; otherwise
  // as auth.access_lifetime says.
  bool token_lasts_as_configured = false;
  // What goes with it in one transaction; its errors are those of open() too.
  Sessions::Addition addition{};
};

struct OpenedSession {
  std::string id;
  std::string claims;                    // what the token tells of the account: JSON object text
  std::string token;                     // a bearer token of the session
  std::int64_t expires_in_s = 0;         // how long it is valid
  std::string refresh_token;             // empty unless asked for
  std::string csrf;                      // for X-CSRF-Token; empty without cookies
  std::vector<std::string> set_cookies;  // values
};

inline constexpr std::string_view kMfaRequiredType = "MfaRequired";

class SessionOpener {
 public:
  // All outlive it.
  SessionOpener(Sessions& sessions, SecondFactors second_factors, const Clock& clock)
      : sessions_(sessions), second_factors_(std::move(second_factors)), clock_(clock) {}

  // Synced when it returns. Errors: those of reads and writes; kConflict: all of the account's
  // sessions were ended meanwhile; kUnauthorized with the type kMfaRequiredType: the account has a
  // second factor, and amr does not tell "mfa".
  Task<Result<OpenedSession>> open(
      const AuthState& state, const http::Request& request, SessionOpening opening
  );

  // A further bearer token of a session.
  Result<OpenedSession> renew(
      const AuthState& state, const Account& account, const Sessions::Refreshed& refreshed
  );

 private:
  std::int64_t access_lifetime_s(std::int64_t expires_ms) const;
  std::vector<std::string> set_cookies(
      const AuthState& state,
      const http::Request& request,
      std::string_view email,
      std::string_view claims,
      TokenSession session,
      std::string_view token
  ) const;
  std::string application_cookie(
      const AuthState& state, std::string_view claims, const TokenSession& session
  ) const;

  Task<Result<>> require_second_factor(const SessionOpening& opening, SteadyTime deadline) const;

  Sessions& sessions_;
  const SecondFactors second_factors_;
  const Clock& clock_;
};

}  // namespace noded::auth
