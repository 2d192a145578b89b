// Options of sessions: how long they last, how many there are, and what their cookies may do.
#pragma once

#include "noded/options.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace noded::auth {

inline constexpr Option<std::chrono::milliseconds> kSessionIdle{
    "auth.session_idle",
    "how long a session lasts without a request",
    std::chrono::hours(12),
    std::chrono::minutes(1),
    std::chrono::days(400)
};
inline constexpr Option<std::chrono::milliseconds> kSessionLifetime{
    "auth.session_lifetime",
    "how long a session lasts at most, however busy it is",
    std::chrono::days(7),
    std::chrono::minutes(1),
    std::chrono::days(400)
};
inline constexpr Option<std::int64_t> kSessionLimit{
    "auth.session_limit",
    "sessions that the node keeps (about 1.5 KiB of memory each); beyond them the one that was "
    "unused "
    "longest ends",
    100'000,
    1,
    10'000'000
};
inline constexpr Option<std::chrono::milliseconds> kAccessLifetime{
    "auth.access_lifetime",
    "how long a token of /auth/api/login and /auth/api/refresh is valid",
    std::chrono::minutes(10),
    std::chrono::seconds(10),
    std::chrono::hours(24)
};
inline constexpr Option<std::chrono::milliseconds> kRefreshGrace{
    "auth.refresh_grace",
    "how long a refresh token that was used gives the same successor again to the same client",
    std::chrono::seconds(30),
    std::chrono::seconds(0),
    std::chrono::minutes(5)
};
inline constexpr Option<bool> kAllowInsecureCookie{
    "auth.allow_insecure_cookie",
    "let a session's cookie go over plain http to hosts other than the loopback; whoever listens "
    "on "
    "the way can then take the session over",
    false
};
inline constexpr Option<bool> kBkndCookie{
    "auth.bknd_cookie",
    "let /auth/api/login set the application's cookie \"auth\" beside that of the session",
    true
};

inline constexpr Option<std::vector<std::string>> kRequireLogin{
    "auth.require_login",
    "paths that only somebody who is logged in gets to see, each with all below it: browsers are "
    "led "
    "to /auth/login and back, programs are answered 401; \"/\" is all but the login and health",
    {}
};

struct SessionRules {
  std::chrono::milliseconds idle = std::chrono::hours(12);
  std::chrono::milliseconds lifetime = std::chrono::days(7);
  std::size_t limit = 100'000;
  std::chrono::milliseconds access_lifetime = std::chrono::minutes(10);
  std::chrono::milliseconds refresh_grace = std::chrono::seconds(30);
  bool allow_insecure_cookie = false;
  bool bknd_cookie = true;
};

inline SessionRules session_rules(const Options& options) {
  return {
      .idle = options.get(kSessionIdle),
      .lifetime = options.get(kSessionLifetime),
      .limit = static_cast<std::size_t>(options.get(kSessionLimit)),
      .access_lifetime = options.get(kAccessLifetime),
      .refresh_grace = options.get(kRefreshGrace),
      .allow_insecure_cookie = options.get(kAllowInsecureCookie),
      .bknd_cookie = options.get(kBkndCookie)
  };
}

}  // namespace noded::auth
