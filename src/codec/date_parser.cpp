// `new Date(text)` in two steps, as V8 takes it: the Date Time String Format of ECMA-262
// §21.4.1.32, and where a text leaves it, a lenient reading of the rest: numbers by what follows
// them, names of months and zones, words before the first number. The zone of a text without one is
// UTC.
#include "codec/date_scanner.hpp"
#include "codec/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

namespace noded::codec {
namespace {

using date::Kind;
using date::Token;
using date::Word;

bool is_between(int number, int low, int high) {
  return number >= low && number <= high;
}

int milliseconds_of(const Token& fraction) {
  int value = fraction.value;
  int length = std::min(fraction.length, 9);
  for (; length < 3; ++length)
    value *= 10;
  for (; length > 3; --length)
    value /= 10;
  return value;
}

// A few numbers in the order of the text.
template <std::size_t kSize>
class Numbers {
 public:
  bool empty() const { return count_ == 0; }
  std::size_t count() const { return count_; }
  int operator[](std::size_t index) const { return numbers_[index]; }
  bool add(int number) {
    if (count_ == kSize) return false;
    numbers_[count_++] = number;
    return true;
  }
  void fill(int number) {
    while (add(number)) {
    }
  }

 private:
  std::array<int, kSize> numbers_{};
  std::size_t count_ = 0;
};

class DateParser {
 public:
  explicit DateParser(std::string_view text) : scanner_(text) {}

  std::optional<std::int64_t> parse() {
    Token rest;
    switch (parse_iso(rest)) {
      case Iso::kInvalid:
        return std::nullopt;
      case Iso::kWhole:
        return compose();
      case Iso::kLeft:
        break;
    }
    has_number_ = !day_.empty();
    for (Token token = rest; token.kind != Kind::kEnd; token = scanner_.next()) {
      if (!take(token)) return std::nullopt;
    }
    return compose();
  }

 private:
  enum class Iso : std::uint8_t { kWhole, kLeft, kInvalid };

  // The ISO form. kLeft: the text goes on otherwise, with the token `rest`; what was read so far
  // stays.
  Iso parse_iso(Token& rest) {
    const auto leave = [&](const Token& token) {
      rest = token;
      return Iso::kLeft;
    };
    if (scanner_.peek().is_sign()) {
      const Token sign = scanner_.next();
      if (!scanner_.peek().is_number(6)) return leave(sign);
      const int year = scanner_.next().value;
      if (sign.sign() < 0 && year == 0) return leave(sign);  // there is no year -0
      day_.add(sign.sign() * year);
    } else if (scanner_.peek().is_number(4)) {
      day_.add(scanner_.next().value);
    } else {
      return leave(scanner_.next());
    }
    for (const int highest : {12, 31}) {
      if (!scanner_.skip('-')) break;
      if (!scanner_.peek().is_number(2) || !is_between(scanner_.peek().value, 1, highest)) {
        return leave(scanner_.next());
      }
      day_.add(scanner_.next().value);
    }
    if (scanner_.peek().is_word(Word::kTimeMark)) {
      scanner_.next();
      if (!parse_iso_time() || scanner_.peek().kind != Kind::kEnd) return Iso::kInvalid;
    } else if (scanner_.peek().kind != Kind::kEnd) {
      return leave(scanner_.next());
    }
    is_iso_ = true;
    return Iso::kWhole;
  }

  bool take_two_digits(int highest, int& number) {
    if (!scanner_.peek().is_number(2) || scanner_.peek().value > highest) return false;
    number = scanner_.next().value;
    return true;
  }

  bool parse_iso_time() {
    int hour = 0, minute = 0, second = 0;
    if (!take_two_digits(24, hour) || !scanner_.skip(':')) return false;
    const int highest = hour == 24 ? 0 : 59;
    if (!take_two_digits(highest, minute)) return false;
    time_.add(hour);
    time_.add(minute);
    if (scanner_.skip(':')) {
      if (!take_two_digits(highest, second)) return false;
      time_.add(second);
      if (scanner_.skip('.')) {
        if (scanner_.peek().kind != Kind::kNumber) return false;
        if (hour == 24 && scanner_.peek().value > 0) return false;
        time_.add(milliseconds_of(scanner_.next()));
      }
    }
    return parse_iso_zone();
  }

  bool parse_iso_zone() {
    if (scanner_.peek().is_utc_letter) {
      scanner_.next();
      return true;
    }
    if (!scanner_.peek().is_sign()) return true;
    zone_sign_ = scanner_.next().sign();
    int hour = 0, minute = 0;
    if (scanner_.peek().is_number(4)) {
      hour = scanner_.peek().value / 100;
      minute = scanner_.next().value % 100;
      if (hour > 23 || minute > 59) return false;
    } else if (!take_two_digits(23, hour) || !scanner_.skip(':') || !take_two_digits(59, minute)) {
      return false;
    }
    zone_hour_ = hour;
    zone_minute_ = minute;
    return true;
  }

  // One token of a text outside the ISO form.
  bool take(const Token& token) {
    if (token.kind == Kind::kNumber) {
      has_number_ = true;
      return take_number(token.value);
    }
    if (token.kind == Kind::kWord) return take_word(token);
    const bool is_utc = zone_hour_ == 0 && zone_minute_ == 0;
    if (token.is_sign() && (is_utc || !time_.empty())) return take_offset(token.sign());
    if ((token.is_sign() || token.is(')')) && has_number_) return false;
    if (token.is('(')) scanner_.skip_parenthesised();
    return true;
  }

  bool time_expects(int number) const {
    return (time_.count() == 1 || time_.count() == 2) ? is_between(number, 0, 59)
                                                      : time_.count() == 3 && number < 1000;
  }

  bool take_number(int number) {
    if (scanner_.skip(':')) {
      if (scanner_.skip(':')) return time_.empty() && time_.add(number) && time_.add(0);
      if (!time_.add(number)) return false;
      scanner_.skip('.');
      return true;
    }
    if (scanner_.skip('.') && time_expects(number)) {
      time_.add(number);
      if (scanner_.peek().kind != Kind::kNumber) return false;
      if (!time_.add(milliseconds_of(scanner_.next()))) return false;
      time_.fill(0);
      return true;
    }
    if (zone_hour_ && !zone_minute_ && is_between(number, 0, 59)) {
      zone_minute_ = number;
      return true;
    }
    if (time_expects(number)) {
      time_.add(number);
      time_.fill(0);
      const Token& peek = scanner_.peek();
      return peek.kind == Kind::kEnd || peek.kind == Kind::kSpace || peek.is_utc_letter ||
             peek.is_sign();
    }
    if (!day_.add(number)) return false;
    scanner_.skip('-');
    return true;
  }

  bool take_word(const Token& token) {
    if (token.word == Word::kHalfDay && !time_.empty()) {
      half_day_ = token.value;
      return true;
    }
    if (token.word == Word::kMonth) {
      named_month_ = token.value;
      scanner_.skip('-');
      return true;
    }
    if (token.word == Word::kZone && has_number_) {
      zone_sign_ = token.value < 0 ? -1 : 1;
      zone_hour_ = std::abs(token.value);
      zone_minute_ = 0;
      return true;
    }
    // Other words stand before the first number, and apart from it.
    return !has_number_ && scanner_.peek().kind != Kind::kNumber;
  }

  bool take_offset(int sign) {
    zone_sign_ = sign;
    int number = 0;
    int length = 0;
    if (scanner_.peek().kind == Kind::kNumber) {
      length = scanner_.peek().length;
      number = scanner_.next().value;
    }
    has_number_ = true;
    if (scanner_.peek().is(':')) {
      zone_hour_ = number;
      zone_minute_.reset();
    } else if (length == 1 || length == 2) {
      zone_hour_ = number;
      zone_minute_ = 0;
    } else if (length == 3 || length == 4) {
      zone_hour_ = number / 100;
      zone_minute_ = number % 100;
    } else {
      return false;
    }
    return true;
  }

  std::optional<std::int64_t> compose() {
    const auto days = compose_day();
    const auto in_day = compose_time();
    if (!days || !in_day || std::abs(*days) > 100'000'001) return std::nullopt;
    const std::int64_t zone =
        zone_sign_ * (zone_hour_.value_or(0) * 60LL + zone_minute_.value_or(0));
    const std::int64_t ms = *days * 86'400'000 + *in_day - zone * 60'000;
    constexpr std::int64_t kHighest = 8'640'000'000'000'000;  // TimeClip of ECMA-262
    if (ms < -kHighest || ms > kHighest) return std::nullopt;
    return ms;
  }

  std::optional<std::int64_t> compose_day() {
    if (day_.empty()) return std::nullopt;
    day_.fill(1);
    const auto is_day = [](int number) {
      return is_between(number, 1, 31);
    };
    int year = 0, month = 0, day = 0;
    if (named_month_ == 0) {
      const bool year_first = is_iso_ || !is_day(day_[0]);
      year = day_[year_first ? 0 : 2];
      month = day_[year_first ? 1 : 0];
      day = day_[year_first ? 2 : 1];
    } else {
      month = named_month_;
      const bool year_first = !is_day(day_[0]);
      year = day_[year_first ? 0 : 1];
      day = day_[year_first ? 1 : 0];
    }
    if (!is_iso_ && is_between(year, 0, 99)) year += year < 50 ? 2000 : 1900;
    if (!is_between(month, 1, 12) || !is_day(day)) return std::nullopt;
    return days_before(year, month) + day - 1;
  }

  // Days from the epoch to the first of a month of any year.
  static std::int64_t days_before(int year, int month) {
    const int cycles = year / 400;
    const std::chrono::year_month_day first{
        std::chrono::year(year - cycles * 400),
        std::chrono::month(static_cast<unsigned>(month)),
        std::chrono::day(1)
    };
    const std::int64_t days = std::chrono::sys_days(first).time_since_epoch().count();
    return days + cycles * 146'097LL;
  }

  std::optional<std::int64_t> compose_time() {
    time_.fill(0);
    int hour = time_[0];
    if (half_day_) {
      if (!is_between(hour, 0, 12)) return std::nullopt;
      hour = hour % 12 + *half_day_;
    }
    const bool is_midnight = hour == 24 && time_[1] == 0 && time_[2] == 0 && time_[3] == 0;
    if (!is_midnight && (hour > 23 || time_[1] > 59 || time_[2] > 59 || time_[3] > 999)) {
      return std::nullopt;
    }
    return ((hour * 60LL + time_[1]) * 60 + time_[2]) * 1000 + time_[3];
  }

  date::Scanner scanner_;
  Numbers<3> day_;
  Numbers<4> time_;
  bool is_iso_ = false;
  bool has_number_ = false;
  int named_month_ = 0;
  std::optional<int> half_day_;  // hours to add
  int zone_sign_ = 1;
  std::optional<int> zone_hour_;
  std::optional<int> zone_minute_;
};

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text) noexcept {
  return DateParser(text).parse();
}

}  // namespace noded::codec
