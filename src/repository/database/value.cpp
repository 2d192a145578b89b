#include "repository/database/value.hpp"

#include "codec/text.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

namespace noded::database {
namespace {

// Classes in ascending order; values of different classes compare by class alone.
int class_of(ValueType type) {
  switch (type) {
    case ValueType::kNull:
      return 0;
    case ValueType::kFalse:
    case ValueType::kTrue:
    case ValueType::kInteger:
    case ValueType::kReal:
      return 1;
    case ValueType::kTime:
      return 2;
    case ValueType::kText:
    case ValueType::kJson:
      return 3;
    case ValueType::kUuid:
      return 4;
  }
  return 0;
}

std::int64_t integer_of(const ValueView& value) {
  if (value.type == ValueType::kTrue) return 1;
  if (value.type == ValueType::kFalse) return 0;
  return value.integer;
}

std::weak_ordering compare_reals(double a, double b) {
  if (a < b) return std::weak_ordering::less;
  return a > b ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

std::weak_ordering compare_real_to_integer(double real, std::int64_t integer) {
  // 2^63 and beyond lie outside of every integer; below it the integral part is exact.
  if (real >= 9223372036854775808.0) return std::weak_ordering::greater;
  if (real < -9223372036854775808.0) return std::weak_ordering::less;
  const double floor = std::floor(real);
  const auto whole = static_cast<std::int64_t>(floor);
  if (whole != integer) return whole <=> integer;
  return real > floor ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

std::weak_ordering compare_numbers(const ValueView& a, const ValueView& b) {
  const bool a_real = a.type == ValueType::kReal;
  const bool b_real = b.type == ValueType::kReal;
  if (!a_real && !b_real) return integer_of(a) <=> integer_of(b);
  if (a_real && b_real) return compare_reals(a.real, b.real);
  if (a_real) return compare_real_to_integer(a.real, integer_of(b));
  return 0 <=> compare_real_to_integer(b.real, integer_of(a));
}

}  // namespace

std::weak_ordering compare_classes(const ValueView& a, const ValueView& b) {
  const int class_a = class_of(a.type);
  const int class_b = class_of(b.type);
  if (class_a != class_b) return class_a <=> class_b;
  switch (class_a) {
    case 0:
      return std::weak_ordering::equivalent;
    case 1:
      return compare_numbers(a, b);
    case 2:
      return a.integer <=> b.integer;
    default:
      return a.text <=> b.text;
  }
}

RowKey RowKey::of_integer(std::int64_t id) {
  std::uint64_t ordered = static_cast<std::uint64_t>(id) ^ (std::uint64_t{1} << 63);
  std::array<char, 8> bytes{};
  for (std::size_t i = 8; i-- > 0; ordered >>= 8)
    bytes[i] = static_cast<char>(ordered & 0xff);
  return RowKey(std::string_view(bytes.data(), bytes.size()));
}

RowKey RowKey::of_uuid(std::string_view sixteen_bytes) {
  return RowKey(sixteen_bytes);
}

std::optional<RowKey> RowKey::parse(std::string_view text, bool is_uuid) {
  if (is_uuid) {
    const auto bytes = codec::parse_uuid(text);
    if (!bytes) return std::nullopt;
    return RowKey(std::string_view(bytes->data(), bytes->size()));
  }
  std::int64_t id = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return of_integer(id);
}

std::int64_t RowKey::integer() const {
  std::uint64_t ordered = 0;
  for (std::size_t i = 0; i < 8; ++i)
    ordered = ordered << 8 | static_cast<unsigned char>(bytes_[i]);
  return static_cast<std::int64_t>(ordered ^ (std::uint64_t{1} << 63));
}

ValueView RowKey::value() const {
  return is_uuid() ? ValueView::of_uuid(bytes()) : ValueView::of_integer(integer());
}

std::string RowKey::text() const {
  return is_uuid() ? codec::uuid_text(bytes()) : std::to_string(integer());
}

}  // namespace noded::database
