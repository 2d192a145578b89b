// Options of the auth module: what a password hash costs, and those of sessions and logins. Source
// of the floors: OWASP Password Storage Cheat Sheet, Argon2id with 19 MiB and two passes, one lane.
#pragma once

#include "noded/options.hpp"

#include "crypto/password.hpp"
#include "modules/auth/mfa/mfa_options.hpp"
#include "modules/auth/recovery/recovery_options.hpp"
#include "modules/auth/session/login_limits.hpp"
#include "modules/auth/session/session_options.hpp"

#include <cstdint>

namespace noded::auth {

inline constexpr Option<Bytes> kHashMemory{
    "auth.hash_memory",
    "memory that one Argon2id password hash takes; more makes stolen hashes harder to guess",
    19_MiB,
    19_MiB,
    1_GiB
};
inline constexpr Option<std::int64_t> kHashPasses{
    "auth.hash_passes", "passes over that memory", 2, 2, 16
};

inline OptionTable auth_options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kHashMemory,        &kHashPasses,      &kSessionIdle,   &kSessionLifetime,
      &kSessionLimit,      &kAccessLifetime,  &kRefreshGrace,  &kAllowInsecureCookie,
      &kBkndCookie,        &kRequireLogin,    &kLoginFailures, &kLoginDelay,
      &kLoginLongestDelay, &kNetworkFailures, &kNetworkWindow, &kLinkLifetime,
      &kVerifyEmail,       &kEmailOtp,        &kMagicLink,     &kHideExistence,
      &kStormFailures,     &kStormBits,       &kMfaIssuer,     &kMfaLifetime,
      &kMfaPending,        &kMfaTries
  };
  return kTable;
}

inline crypto::PasswordCost password_cost(const Options& options) {
  return {
      .memory_bytes = options.get(kHashMemory).count,
      .passes = static_cast<std::uint64_t>(options.get(kHashPasses))
  };
}

}  // namespace noded::auth
