// Options of the change feed: how much of it is kept.
#pragma once

#include "noded/options.hpp"

#include <chrono>

namespace noded::database {

using namespace option_literals;

inline constexpr Option<std::chrono::milliseconds> kFeedMaxAge{
    "feed.max_age",
    "how long the change feed keeps a change; it is cut in steps of a sixteenth of this",
    std::chrono::days(7),
    1s,
    std::chrono::days(3650),
    Reload::kLive,
};
inline constexpr Option<Bytes> kFeedMaxBytes{
    "feed.max_bytes",
    "most that the change feed takes in the store; when it has more, the oldest eighth and what is "
    "beyond goes",
    256_MiB,
    1_MiB,
    1024_GiB,
    Reload::kLive,
};
inline constexpr Option<std::chrono::milliseconds> kFeedCheck{
    "feed.check",
    "time between two looks at the change feed's age and size",
    10s,
    100ms,
    1h,
};

OptionTable feed_options();

}  // namespace noded::database
