// Any bytes as the point in time that a backup is restored to: refused with a reason, or not after
// now, and read as the same when it is written as a date.
#include "cli/point_in_time.hpp"
#include "codec/text.hpp"

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded;
  constexpr WallTime kNow{std::chrono::milliseconds(1'795'000'000'123)};  // in the year 2026
  const auto time = cli::parse_point_in_time({reinterpret_cast<const char*>(data), size}, kNow);
  if (!time && time.error().message.empty()) std::abort();
  if (!time) return 0;
  if (*time > kNow) std::abort();
  const std::string date = codec::format_iso(time->time_since_epoch().count());
  if (date.starts_with('-')) return 0;  // before the year 0 by its zone
  const auto again = cli::parse_point_in_time(date, kNow);
  if (!again || *again != *time) std::abort();
  return 0;
}
