// Options of what guessing passwords costs.
#pragma once

#include "noded/options.hpp"

#include <chrono>
#include <cstdint>

namespace noded::auth {

inline constexpr Option<std::int64_t> kLoginFailures{
    "auth.login_failures",
    "failed logins of one account after which the next has to wait",
    5,
    1,
    1000
};
inline constexpr Option<std::chrono::milliseconds> kLoginDelay{
    "auth.login_delay",
    "that wait; each further failure doubles it",
    std::chrono::seconds(1),
    std::chrono::seconds(1),
    std::chrono::hours(1)
};
inline constexpr Option<std::chrono::milliseconds> kLoginLongestDelay{
    "auth.login_longest_delay",
    "the longest such wait",
    std::chrono::seconds(900),
    std::chrono::seconds(1),
    std::chrono::hours(24)
};
inline constexpr Option<std::int64_t> kNetworkFailures{
    "auth.network_failures",
    "failed logins from one IPv4 address or IPv6 /64 within auth.network_window after which it has "
    "to wait for the next window; the loopback is not counted",
    30,
    1,
    1'000'000
};
inline constexpr Option<std::chrono::milliseconds> kNetworkWindow{
    "auth.network_window",
    "that window",
    std::chrono::minutes(10),
    std::chrono::seconds(10),
    std::chrono::hours(24)
};

inline constexpr Option<std::int64_t> kStormFailures{
    "auth.storm_failures",
    "failed logins of the whole node within a second after which whoever comes from an unknown "
    "device has to show a proof of work, until they have been fewer for a minute",
    50,
    1,
    10'000
};
inline constexpr Option<std::int64_t> kStormBits{
    "auth.storm_bits",
    "how much work that is: zero bits that a SHA-256 has to begin with; each further one doubles "
    "it",
    18,
    1,
    26
};

struct LoginLimits {
  std::int64_t failures = 5;
  std::chrono::milliseconds delay = std::chrono::seconds(1);
  std::chrono::milliseconds longest_delay = std::chrono::seconds(900);
  std::int64_t network_failures = 30;
  std::chrono::milliseconds network_window = std::chrono::minutes(10);
  std::int64_t storm_failures = 50;
  std::int64_t storm_bits = 18;
};

inline LoginLimits login_limits(const Options& options) {
  return {
      .failures = options.get(kLoginFailures),
      .delay = options.get(kLoginDelay),
      .longest_delay = options.get(kLoginLongestDelay),
      .network_failures = options.get(kNetworkFailures),
      .network_window = options.get(kNetworkWindow),
      .storm_failures = options.get(kStormFailures),
      .storm_bits = options.get(kStormBits)
  };
}

}  // namespace noded::auth
