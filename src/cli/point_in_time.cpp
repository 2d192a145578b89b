#include "cli/point_in_time.hpp"

#include "noded/options.hpp"

#include "codec/json_formats.hpp"
#include "codec/text.hpp"
#include "config/value_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace noded::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kAgo = " ago";
constexpr Option<milliseconds> kDistance{
    "restore.at", "how long ago", milliseconds(0), milliseconds(0), std::chrono::days(36'500)
};

std::optional<WallTime> time_of(std::string_view text, WallTime now) {
  if (text.ends_with(kAgo)) {
    text.remove_suffix(kAgo.size());
    std::string length_text(text);
    if (text.ends_with('m')) length_text += "in";  // 10m is 10min
    const auto distance = config::parse_value(kDistance, length_text);
    if (!distance) return std::nullopt;
    const auto* const length = std::get_if<milliseconds>(&*distance);
    return length == nullptr ? std::nullopt : std::optional(now - *length);
  }
  if (!codec::find_format("date-time")(text)) return std::nullopt;
  const auto time_ms = codec::parse_date(text);
  return time_ms ? std::optional(WallTime(milliseconds(*time_ms))) : std::nullopt;
}

}  // namespace

Result<WallTime> parse_point_in_time(std::string_view text, WallTime now) {
  const auto time = time_of(text, now);
  if (!time)
    return fail(
        Errc::kInvalid,
        fmt::format(
            "\"{}\" is no point in time: expected one such as 2026-11-21T12:00:00Z or \"10m ago\"",
            text
        )
    );
  if (*time > now) return fail(Errc::kInvalid, fmt::format("{} is in the future", text));
  return *time;
}

}  // namespace noded::cli
