// CBOR (RFC 8949), read strictly: definite lengths, shortest forms, keys that are integers or text
// and occur once, text in UTF-8. Tags, floating-point numbers and undefined are refused, as are
// integers beyond 64 bits with sign: nothing read here has them. Pure.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace noded::codec {

struct CborMember;

// One data item. Byte and text strings are views into the input, which has to outlive the item.
class CborValue {
 public:
  struct Bytes {
    std::string_view data;
  };
  struct Text {
    std::string_view data;
  };
  using Array = std::vector<CborValue>;
  using Map = std::vector<CborMember>;  // in the order of the input

  using Content = std::variant<std::nullptr_t, bool, std::int64_t, Bytes, Text, Array, Map>;

  CborValue() noexcept;  // null
  explicit CborValue(Content content);

  // What the item is, or nothing when it is something else.
  bool is_null() const noexcept;
  std::optional<bool> boolean() const noexcept;
  std::optional<std::int64_t> integer() const noexcept;
  std::optional<std::string_view> bytes() const noexcept;
  std::optional<std::string_view> text() const noexcept;
  const Array* array() const noexcept;
  const Map* map() const noexcept;

  // The value under a key; null when there is none, or the item is no map.
  const CborValue* find(std::int64_t key) const noexcept;
  const CborValue* find(std::string_view key) const noexcept;

 private:
  Content content_;
};

struct CborMember {
  std::variant<std::int64_t, std::string_view> key;
  CborValue value;
};

struct CborLimits {
  std::size_t max_depth = 8;  // of arrays and maps in each other; an integer by itself is at 0
};

// The one item that `input` is. Errors: kInvalid "Malformed CBOR: <what> at byte <n>".
Result<CborValue> parse_cbor(std::string_view input, const CborLimits& limits = {});

// The item at the front of `input` and its size in bytes; what follows it is not looked at.
struct CborFront {
  CborValue value;
  std::size_t size = 0;
};
Result<CborFront> parse_cbor_front(std::string_view input, const CborLimits& limits = {});

}  // namespace noded::codec
