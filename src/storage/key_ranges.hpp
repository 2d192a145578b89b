// How key ranges lie to each other; an empty end is behind all keys.
#pragma once

#include "noded/engine.hpp"

#include <string_view>

namespace noded::storage {

inline bool holds(const KeyRange& range, std::string_view key) {
  return range.begin <= key && (range.end.empty() || key < range.end);
}

inline bool is_same(const KeyRange& a, const KeyRange& b) {
  return a.begin == b.begin && a.end == b.end;
}

inline bool overlaps(const KeyRange& a, const KeyRange& b) {
  return (a.end.empty() || b.begin < a.end) && (b.end.empty() || a.begin < b.end);
}

}  // namespace noded::storage
