// Options of sign-in by other services.
#pragma once

#include "noded/options.hpp"

#include <chrono>
#include <string>

namespace noded::auth {

inline constexpr Option<std::string> kPublicOrigin{
    "oauth.origin",
    "origin at which browsers reach the node, as in https://app.example.org: the addresses that are"
    " registered with the other services begin with it; empty: what each request names as its host",
    ""
};
inline constexpr Option<std::chrono::milliseconds> kOAuthLifetime{
    "oauth.challenge_ttl",
    "time that somebody has to sign in at the other service",
    10min,
    100ms,
    1h
};

inline OptionTable oauth_options() {
  static constexpr const OptionDeclaration* kTable[] = {&kPublicOrigin, &kOAuthLifetime};
  return kTable;
}

struct OAuthRules {
  std::string origin{};  // without a slash at its end; empty: the request's
  std::chrono::milliseconds lifetime = std::chrono::minutes(10);
};
// Errors: kInvalid naming the option.
Result<OAuthRules> read_oauth_rules(const Options& options);

}  // namespace noded::auth
