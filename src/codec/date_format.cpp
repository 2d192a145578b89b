#include "codec/text.hpp"

#include <chrono>
#include <cstdlib>

namespace noded::codec {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

struct Civil {
  int year = 1970;
  unsigned month = 1, day = 1;
  unsigned weekday = 4;  // 0 is Sunday
  unsigned hour = 0, minute = 0, second = 0, millisecond = 0;
};

// Years beyond those of std::chrono::year (±32767) are brought into its range by whole 400-year
// cycles.
Civil to_civil(std::int64_t unix_ms) {
  constexpr std::int64_t kCycleDays = 146'097;
  std::int64_t days = unix_ms / kDayMs;
  std::int64_t in_day = unix_ms % kDayMs;
  if (in_day < 0) {
    in_day += kDayMs;
    --days;
  }
  const std::int64_t cycles = days / kCycleDays;
  const std::chrono::sys_days date{std::chrono::days(days - cycles * kCycleDays)};
  const std::chrono::year_month_day ymd(date);
  const auto part = [in_day](std::int64_t unit, std::int64_t count) {
    return static_cast<unsigned>(in_day / unit % count);
  };
  return {
      .year = static_cast<int>(ymd.year()) + static_cast<int>(cycles * 400),
      .month = static_cast<unsigned>(ymd.month()),
      .day = static_cast<unsigned>(ymd.day()),
      .weekday = std::chrono::weekday(date).c_encoding(),
      .hour = part(3'600'000, 24),
      .minute = part(60'000, 60),
      .second = part(1000, 60),
      .millisecond = part(1, 1000),
  };
}

void append_digits(std::string& out, unsigned number, unsigned width) {
  char digits[10];
  for (unsigned at = width; at > 0; --at) {
    digits[at - 1] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  out.append(digits, width);
}

void append_clock(std::string& out, const Civil& civil) {
  append_digits(out, civil.hour, 2);
  out += ':';
  append_digits(out, civil.minute, 2);
  out += ':';
  append_digits(out, civil.second, 2);
}

}  // namespace

void append_iso(std::string& out, std::int64_t unix_ms) {
  const Civil civil = to_civil(unix_ms);
  const bool is_plain = civil.year >= 0 && civil.year <= 9999;
  if (!is_plain) out += civil.year < 0 ? '-' : '+';
  append_digits(out, static_cast<unsigned>(std::abs(civil.year)), is_plain ? 4 : 6);
  out += '-';
  append_digits(out, civil.month, 2);
  out += '-';
  append_digits(out, civil.day, 2);
  out += 'T';
  append_clock(out, civil);
  out += '.';
  append_digits(out, civil.millisecond, 3);
  out += 'Z';
}

std::string format_iso(std::int64_t unix_ms) {
  std::string out;
  out.reserve(28);
  append_iso(out, unix_ms);
  return out;
}

std::string format_http_date(std::int64_t unix_seconds) {
  static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const Civil civil = to_civil(unix_seconds * 1000);
  std::string out(kDays.substr(civil.weekday * 3, 3));
  out += ", ";
  append_digits(out, civil.day, 2);
  out += ' ';
  out += kMonths.substr((civil.month - 1) * 3, 3);
  out += ' ';
  append_digits(out, static_cast<unsigned>(civil.year), 4);
  out += ' ';
  append_clock(out, civil);
  out += " GMT";
  return out;
}

}  // namespace noded::codec
