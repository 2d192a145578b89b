// Options of the gateway's chain.
#pragma once

#include "noded/options.hpp"

#include "gateway/access_log.hpp"
#include "gateway/admission.hpp"

#include <cstddef>

namespace noded::gateway {

using namespace option_literals;

inline constexpr Option<std::int64_t> kMaxInFlight{
    "http.max_in_flight",
    "requests answered at the same time; further ones wait",
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
inline constexpr Option<std::int64_t> kMaxWaiting{
    "http.max_waiting",
    "requests that may wait for a place; further ones get 503 at once",
    4096,
    0,
    65'536,
    Reload::kLive
};
inline constexpr Option<std::chrono::milliseconds> kMaxWait{
    "http.max_wait",
    "how long a request may wait for a place before it gets 503",
    1s,
    0s,
    30s,
    Reload::kLive
};
inline constexpr Option<std::vector<std::string>> kHosts{
    "http.hosts",
    "hosts that requests may be for, beside loopback addresses and localhost; \"*\" is any, and so "
    "is an empty list on a node that listens beyond loopback addresses",
    {},
    {},
    Reload::kLive
};
inline constexpr Option<std::chrono::milliseconds> kSlowRequest{
    "http.slow_request",
    "an answer that took longer has a warning of its own in the log, whatever else is logged",
    1s,
    1ms,
    1h,
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
  AdmissionLimits admission;
  std::uint64_t max_body = 1 << 20;  // as ServerLimits::max_body
  AccessLog::Rules access_log;
};

OptionTable gateway_options();
ChainLimits make_chain_limits(const Options& options);

}  // namespace noded::gateway
