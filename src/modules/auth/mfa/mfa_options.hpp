// Options of the second factor.
#pragma once

#include "noded/options.hpp"

#include "modules/auth/mfa/pending_logins.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace noded::auth {

inline constexpr Option<std::string> kMfaIssuer{
    "mfa.issuer", "what authenticator apps call this service", "noded"
};
inline constexpr Option<std::chrono::milliseconds> kMfaLifetime{
    "mfa.login_lifetime",
    "how long a login with the right password waits for its second factor",
    std::chrono::minutes(5),
    std::chrono::seconds(30),
    std::chrono::minutes(30)
};
inline constexpr Option<std::int64_t> kMfaPending{
    "mfa.pending_logins",
    "logins that wait for their second factor; beyond them the oldest have to begin anew",
    10'000,
    1,
    1'000'000
};
inline constexpr Option<std::int64_t> kMfaTries{
    "mfa.tries", "codes that one login may try before it has to begin anew", 5, 1, 20
};

struct MfaRules {
  std::string issuer = "noded";
  PendingLogins::Limits pending{.lifetime = std::chrono::minutes(5), .most = 10'000, .tries = 5};
};

inline MfaRules mfa_rules(const Options& options) {
  return {
      .issuer = options.get(kMfaIssuer),
      .pending =
          {.lifetime = options.get(kMfaLifetime),
           .most = static_cast<std::size_t>(options.get(kMfaPending)),
           .tries = static_cast<std::uint32_t>(options.get(kMfaTries))}
  };
}

}  // namespace noded::auth
