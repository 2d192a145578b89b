// Where append() stores a value: prefix + big-endian 64-bit sequence of the commit + big-endian
// 32-bit position in it.
#pragma once

#include "noded/engine.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::storage {

inline std::string append_key(std::string_view prefix, Sequence sequence, std::uint32_t position) {
  std::string key;
  key.reserve(prefix.size() + sizeof sequence + sizeof position);
  key.append(prefix);
  for (int shift = 56; shift >= 0; shift -= 8)
    key.push_back(static_cast<char>(static_cast<unsigned char>(sequence >> shift)));
  for (int shift = 24; shift >= 0; shift -= 8)
    key.push_back(static_cast<char>(static_cast<unsigned char>(position >> shift)));
  return key;
}

}  // namespace noded::storage
