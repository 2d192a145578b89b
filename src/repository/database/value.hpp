// Value: one field's value in memory. Stored, compared and printed the same way everywhere in the
// record layer.
#pragma once

#include <boost/json/fwd.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace noded::database {

enum class ValueType : std::uint8_t {
  kNull = 0,
  kInteger = 1,  // 64-bit signed
  kReal = 2,     // finite double that is no 64-bit integer
  kText = 3,     // UTF-8
  kFalse = 4,
  kTrue = 5,
  kJson = 6,  // canonical JSON text
  kUuid = 7,  // 16 bytes
  kTime = 8,  // milliseconds since 1970-01-01T00:00:00Z
};

// A view of a value: `text` points into a row, an operand or a static text.
struct ValueView {
  ValueType type = ValueType::kNull;
  std::int64_t integer = 0;  // kInteger, kTime
  double real = 0;           // kReal
  std::string_view text;     // kText, kJson, kUuid (16 bytes)

  bool is_null() const { return type == ValueType::kNull; }
  static ValueView null() { return {}; }
  static ValueView of_integer(std::int64_t v) { return {ValueType::kInteger, v, 0, {}}; }
  static ValueView of_real(double v) { return {ValueType::kReal, 0, v, {}}; }
  static ValueView of_text(std::string_view v) { return {ValueType::kText, 0, 0, v}; }
  static ValueView of_boolean(bool v) {
    return {v ? ValueType::kTrue : ValueType::kFalse, 0, 0, {}};
  }
  static ValueView of_json(std::string_view v) { return {ValueType::kJson, 0, 0, v}; }
  static ValueView of_uuid(std::string_view v) { return {ValueType::kUuid, 0, 0, v}; }
  static ValueView of_time(std::int64_t ms) { return {ValueType::kTime, ms, 0, {}}; }
};

// A value that owns its text.
struct Value {
  ValueType type = ValueType::kNull;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;

  Value() = default;
  explicit Value(const ValueView& v)
      : type(v.type), integer(v.integer), real(v.real), text(v.text) {}
  ValueView view() const { return {type, integer, real, text}; }
  // As construction, but keeps the memory of the text.
  void assign(const ValueView& v) {
    type = v.type;
    integer = v.integer;
    real = v.real;
    text.assign(v.text);
  }
  bool is_null() const { return type == ValueType::kNull; }
};

// compare() of values that are not both integers or both texts.
std::weak_ordering compare_classes(const ValueView& a, const ValueView& b);

// SQLite's order across types: null, then booleans and numbers by value, times, then text, JSON and
// uuid by bytes.
inline std::weak_ordering compare(const ValueView& a, const ValueView& b) {
  if (a.type == b.type) {
    if (a.type == ValueType::kInteger) return a.integer <=> b.integer;
    if (a.type == ValueType::kText) return a.text <=> b.text;
  }
  return compare_classes(a, b);
}

// compare(a, b) == 0.
inline bool equal(const ValueView& a, const ValueView& b) {
  if (a.type == ValueType::kText && b.type == ValueType::kText) return a.text == b.text;
  return compare(a, b) == 0;
}

// A row's primary key: an integer or a UUID. Order-preserving bytes: 8 big-endian with the sign
// flipped, or the 16 of the UUID.
class RowKey {
 public:
  static RowKey of_integer(std::int64_t id);
  static RowKey of_uuid(std::string_view sixteen_bytes);
  // Text of a path or a body member: digits for integer entities, a UUID in any case for others;
  // empty if it is none.
  static std::optional<RowKey> parse(std::string_view text, bool is_uuid);
  // From the bytes at the end of a store key.
  static RowKey from_bytes(std::string_view bytes) { return RowKey(bytes); }

  std::string_view bytes() const { return {bytes_.data(), size_}; }
  bool is_uuid() const { return size_ == 16; }
  std::int64_t integer() const;  // only if !is_uuid()
  ValueView value() const;       // kInteger or kUuid; valid while *this is
  std::string text() const;      // decimal, or lower-case UUID text

  friend bool operator==(const RowKey& a, const RowKey& b) { return a.bytes() == b.bytes(); }
  friend auto operator<=>(const RowKey& a, const RowKey& b) { return a.bytes() <=> b.bytes(); }

 private:
  explicit RowKey(std::string_view bytes) : size_(bytes.size() == 16 ? 16 : 8) {
    if (bytes.size() == 8) {  // most keys, copied at once
      std::memcpy(bytes_.data(), bytes.data(), 8);
    } else {
      std::memcpy(bytes_.data(), bytes.data(), std::min<std::size_t>(bytes.size(), size_));
    }
  }
  std::array<char, 16> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace noded::database
