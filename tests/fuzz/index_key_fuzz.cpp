// Two values as index keys: their bytes sort as the values compare, and none is the beginning of
// another, or a range of an index would lose rows or show foreign ones.
#include "repository/database/keys.hpp"
#include "repository/database/value.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace noded::database;

std::int64_t integer_of(std::string_view bytes) {
  std::int64_t number = 0;
  std::memcpy(&number, bytes.data(), std::min(bytes.size(), sizeof number));
  return number;
}

std::optional<ValueView> real_of(std::string_view bytes) {
  double number = 0;
  std::memcpy(&number, bytes.data(), std::min(bytes.size(), sizeof number));
  const bool is_integer = std::abs(number) < 9223372036854775808.0 && std::trunc(number) == number;
  if (!std::isfinite(number) || is_integer) return std::nullopt;
  return ValueView::of_real(number);
}

// A type byte, then the bytes of the value; empty when there is no such value.
std::optional<ValueView> value_of(std::string_view bytes) {
  if (bytes.empty()) return ValueView::null();
  const auto type = static_cast<ValueType>(bytes.front() % 9);
  bytes.remove_prefix(1);
  switch (type) {
    case ValueType::kNull:
      return ValueView::null();
    case ValueType::kFalse:
    case ValueType::kTrue:
      return ValueView::of_boolean(type == ValueType::kTrue);
    case ValueType::kInteger:
      return ValueView::of_integer(integer_of(bytes));
    case ValueType::kTime:
      return ValueView::of_time(integer_of(bytes));
    case ValueType::kReal:
      return real_of(bytes);
    case ValueType::kUuid:
      if (bytes.size() < 16) return std::nullopt;
      return ValueView::of_uuid(bytes.substr(0, 16));
    case ValueType::kText:
    case ValueType::kJson:
      return ValueView::of_text(bytes);
  }
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t middle = data[0] % size;
  const auto a = value_of(bytes.substr(0, middle));
  const auto b = value_of(bytes.substr(middle));
  if (!a || !b) return 0;
  std::string key_a;
  keys::append_value(key_a, *a);
  std::string key_b;
  keys::append_value(key_b, *b);
  if (keys::skip_value(key_a) != key_a.size() || keys::skip_value(key_b) != key_b.size())
    std::abort();
  if ((key_a <=> key_b) != compare(*a, *b)) std::abort();
  if (key_a != key_b && (key_a.starts_with(key_b) || key_b.starts_with(key_a))) std::abort();
  return 0;
}
