// Options of the gateway's chain.
#pragma once

#include "noded/options.hpp"

#include "gateway/access_log.hpp"

#include <cstddef>

namespace noded::gateway {

using namespace option_literals;

inline constexpr Option<std::int64_t> kMaxInFlight{
    "http.max_in_flight",
    "requests answered at the same time; further ones get 503 at once",
    1024,
    1,
    1'000'000,
    Reload::kLive
};
inline constexpr Option<std::int64_t> kReservedInFlight{
    "http.reserved_in_flight",
    "places beyond http.max_in_flight for health checks, metrics, login and the admin socket",
    64,
    0,
    100'000,
    Reload::kLive
};
inline constexpr Option<bool> kAccessLog{
    "http.access_log", "whether each request is logged after it ends", true, Reload::kLive
};
inline constexpr Option<std::int64_t> kAccessLogSample{
    "http.access_log_sample",
    "log one of so many 2xx answers; other and slow ones are always logged",
    1,
    1,
    1'000'000,
    Reload::kLive
};

struct ChainLimits {
  std::size_t max_in_flight = 1024;
  std::size_t reserved_in_flight = 64;
  std::uint64_t max_body = 1 << 20;  // as ServerLimits::max_body
  AccessLog::Rules access_log;
};

OptionTable gateway_options();
ChainLimits make_chain_limits(const Options& options);

}  // namespace noded::gateway
