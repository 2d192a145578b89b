#include "repository/database/abbreviated_key.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace noded::database {
namespace {

constexpr int kValueBits = 61;
constexpr AbbreviatedKey kValueMask = (AbbreviatedKey{1} << kValueBits) - 1;
constexpr AbbreviatedKey kLowest = 0;  // of a class; a text's only
constexpr AbbreviatedKey kHighest = kValueMask;

constexpr std::int64_t kMaxInteger = std::int64_t{1} << 58;
constexpr std::int64_t kZero = std::int64_t{1} << 60;

constexpr std::size_t kTextBytes = 7;
constexpr AbbreviatedKey kMore = 8;

enum Class : AbbreviatedKey { kNumbers = 1, kTimes = 2, kTexts = 3, kUuids = 4 };

AbbreviatedKey in_class(AbbreviatedKey value_class, AbbreviatedKey value) {
  return value_class << kValueBits | value;
}

AbbreviatedKey of_integer(std::int64_t n) {
  if (n < -kMaxInteger) return 1;
  if (n > kMaxInteger) return kHighest;
  return static_cast<AbbreviatedKey>(kZero + 2 * n);
}

AbbreviatedKey of_real(double real) {
  constexpr auto kMax = static_cast<double>(kMaxInteger);
  if (real < -kMax) return 1;
  if (real > kMax) return kHighest;
  const double floor = std::floor(real);
  const AbbreviatedKey below = of_integer(static_cast<std::int64_t>(floor));
  return real > floor ? below + 1 : below;
}

AbbreviatedKey of_bytes(std::string_view bytes) {
  AbbreviatedKey first = 0;
  for (std::size_t i = 0; i < kTextBytes; ++i)
    first = first << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
  const AbbreviatedKey length = bytes.size() > kTextBytes ? kMore : bytes.size();
  return 1 + (first << 4 | length);
}

AbbreviatedKey of_text(std::string_view text, std::string_view base) {
  const int order = text.substr(0, base.size()).compare(base);
  if (order == 0) return of_bytes(text.substr(base.size()));
  return order < 0 ? kLowest : kHighest;
}

}  // namespace

AbbreviatedKey abbreviate(const ValueView& value, std::string_view base) {
  switch (value.type) {
    case ValueType::kNull:
      return kNullKey;
    case ValueType::kFalse:
      return in_class(kNumbers, of_integer(0));
    case ValueType::kTrue:
      return in_class(kNumbers, of_integer(1));
    case ValueType::kInteger:
      return in_class(kNumbers, of_integer(value.integer));
    case ValueType::kReal:
      return in_class(kNumbers, of_real(value.real));
    case ValueType::kTime:
      return in_class(kTimes, of_integer(value.integer));
    case ValueType::kText:
    case ValueType::kJson:
      return in_class(kTexts, of_text(value.text, base));
    case ValueType::kUuid:
      return in_class(kUuids, of_bytes(value.text));
  }
  return kNullKey;
}

bool is_whole(AbbreviatedKey key) {
  const AbbreviatedKey value = key & kValueMask;
  switch (key >> kValueBits) {
    case 0:
      return true;
    case kNumbers:
    case kTimes:
      return value % 2 == 0;
    default:
      return value != kLowest && value != kHighest && (value - 1) % 16 <= kTextBytes;
  }
}

void CommonBase::add(const ValueView& value) {
  if (value.type != ValueType::kText && value.type != ValueType::kJson) return;
  if (!has_any_) {
    has_any_ = true;
    base_ = value.text;
    return;
  }
  const std::size_t most = std::min(base_.size(), value.text.size());
  const auto end = base_.begin() + static_cast<std::ptrdiff_t>(most);
  const auto differs = std::mismatch(base_.begin(), end, value.text.begin()).first;
  base_ = base_.substr(0, static_cast<std::size_t>(differs - base_.begin()));
}

}  // namespace noded::database
