// A point in time as people name it on the command line.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"

#include <string_view>

namespace noded::cli {

// "2026-11-21T12:00:00Z" (RFC 3339, with any zone) or "10m ago" (a duration as options have them,
// and m for min), rounded down to milliseconds. kInvalid: neither, or later than `now`.
Result<WallTime> parse_point_in_time(std::string_view text, WallTime now);

}  // namespace noded::cli
