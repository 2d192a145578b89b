#include "repository/database/keys.hpp"

#include <bit>
#include <cmath>

namespace noded::database::keys {
namespace {

// Class bytes of values, ascending as compare() orders classes.
constexpr char kNullClass = 0x01;
constexpr char kNumberClass = 0x02;
constexpr char kTimeClass = 0x03;
constexpr char kTextClass = 0x04;
constexpr char kUuidClass = 0x05;

constexpr std::size_t kNumberSize = 1 + 8 + 2;
constexpr std::size_t kTimeSize = 1 + 8;
constexpr std::size_t kUuidSize = 1 + 16;

template <class T>
void append_big_endian(std::string& out, T value) {
  for (std::size_t i = sizeof value; i-- > 0;)
    out.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

// IEEE 754 doubles sort as unsigned integers once negative ones are inverted and others get the
// sign bit.
std::uint64_t ordered_bits(double real) {
  const auto bits = std::bit_cast<std::uint64_t>(real == 0 ? 0.0 : real);  // -0 is 0
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

// A number is its nearest double and what an integer beyond 2^53 differs from it (at most 512
// either way).
void append_number(std::string& key, double nearest, std::int64_t rest) {
  key.push_back(kNumberClass);
  append_big_endian(key, ordered_bits(nearest));
  append_big_endian(key, static_cast<std::uint16_t>(rest + 0x8000));
}

void append_integer(std::string& key, std::int64_t integer) {
  const auto nearest = static_cast<double>(integer);
  // 2^63 itself does not fit back; the largest integers round up to it.
  const std::int64_t rest = nearest >= 9223372036854775808.0
                                ? integer - std::numeric_limits<std::int64_t>::max() - 1
                                : integer - static_cast<std::int64_t>(nearest);
  append_number(key, nearest, rest);
}

void append_text(std::string& key, std::string_view text) {
  key.push_back(kTextClass);
  for (const char c : text) {
    key.push_back(c);
    if (c == '\0') key.push_back('\xff');
  }
  key.push_back('\0');
  key.push_back('\x01');
}

}  // namespace

std::string prefix(std::uint16_t application, Space space) {
  std::string key;
  key.reserve(32);
  append_big_endian(key, application);
  key.push_back(static_cast<char>(space));
  return key;
}

std::string prefix(std::uint16_t application, Space space, std::uint32_t number) {
  std::string key = prefix(application, space);
  append_big_endian(key, number);
  return key;
}

std::string meta(std::uint16_t application, std::string_view name) {
  std::string key = prefix(application, Space::kMeta);
  key.append(name);
  return key;
}

std::string row(std::uint16_t application, const Entity& entity, const RowKey& key) {
  std::string bytes = prefix(application, Space::kRow, entity.id);
  bytes.append(key.bytes());
  return bytes;
}

KeyRange rows(std::uint16_t application, const Entity& entity) {
  return prefix_range(prefix(application, Space::kRow, entity.id));
}

std::string row_count(std::uint16_t application, const Entity& entity) {
  return prefix(application, Space::kCount, entity.id);
}

std::string identifier(std::uint16_t application, const Entity& entity) {
  return prefix(application, Space::kIdentifier, entity.id);
}

void append_value(std::string& key, const ValueView& value) {
  switch (value.type) {
    case ValueType::kNull:
      key.push_back(kNullClass);
      break;
    case ValueType::kFalse:
    case ValueType::kTrue:
      append_integer(key, value.type == ValueType::kTrue ? 1 : 0);
      break;
    case ValueType::kInteger:
      append_integer(key, value.integer);
      break;
    case ValueType::kReal:
      append_number(key, value.real, 0);
      break;
    case ValueType::kTime:
      key.push_back(kTimeClass);
      append_big_endian(key, static_cast<std::uint64_t>(value.integer) ^ (std::uint64_t{1} << 63));
      break;
    case ValueType::kText:
    case ValueType::kJson:
      append_text(key, value.text);
      break;
    case ValueType::kUuid:
      key.push_back(kUuidClass);
      key.append(value.text);
      break;
  }
}

std::size_t skip_value(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto fixed = [&bytes](std::size_t size) {
    return bytes.size() >= size ? size : std::size_t{0};
  };
  switch (bytes.front()) {
    case kNullClass:
      return 1;
    case kNumberClass:
      return fixed(kNumberSize);
    case kTimeClass:
      return fixed(kTimeSize);
    case kUuidClass:
      return fixed(kUuidSize);
    case kTextClass:
      for (std::size_t i = 1; i + 1 < bytes.size(); ++i) {
        if (bytes[i] != '\0') continue;
        if (bytes[i + 1] == '\x01') return i + 2;
        ++i;  // an escaped zero
      }
      return 0;
    default:
      return 0;
  }
}

}  // namespace noded::database::keys
