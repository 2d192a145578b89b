// Abbreviated keys: one number for each value, in the values' order, so that most comparisons need
// not look at the values themselves (the term is PostgreSQL's).
//
//   compare(a, b) < 0  ⇒  key(a) <= key(b)
//   key(a) == key(b) and is_whole(key(a))  ⇒  compare(a, b) == 0
//
// From the highest bit on, 3 bits of class in compare()'s order (null 0, number 1, time 2, text and
// JSON 3, UUID 4) and 61 of the value:
//   numbers, times: 2^60 + 2n for an integer n of at most 2^58, and one more for what lies between
//     n and n + 1; 1 or 2^61 - 1 for what lies beyond
//   texts, JSON, UUIDs: 1 + (first 7 bytes, big-endian, filled up with zeros) * 16 + (their number,
//     or 8 when there are more)
#pragma once

#include "repository/database/value.hpp"

#include <cstdint>
#include <string_view>

namespace noded::database {

using AbbreviatedKey = std::uint64_t;

inline constexpr AbbreviatedKey kNullKey = 0;
inline constexpr AbbreviatedKey kNoKey = ~AbbreviatedKey{0};  // no value has it

// `base` is left out of texts and JSON, which say more without the beginning that all of them have
// in common. One that does not begin with it gets a key below or above those of all that do.
AbbreviatedKey abbreviate(const ValueView& value, std::string_view base);

// Whether only equal values have this key.
bool is_whole(AbbreviatedKey key);

// What the texts and JSON among `values` have in common at their beginning; empty without any.
class CommonBase {
 public:
  void add(const ValueView& value);
  std::string_view get() const { return base_; }

 private:
  std::string_view base_;
  bool has_any_ = false;
};

}  // namespace noded::database
