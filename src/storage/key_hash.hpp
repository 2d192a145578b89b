// Keys and conflict tokens as 64-bit numbers. Two that collide only cause a conflict too many,
// never one too few.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace noded::storage {

using KeyHash = std::uint64_t;

inline KeyHash hash_key(std::string_view key) noexcept {
  return std::hash<std::string_view>{}(key);
}

// Another number than the key of the same bytes has.
inline KeyHash hash_token(std::string_view token) noexcept {
  return (hash_key(token) ^ 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;
}

// For maps that are asked with views.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace noded::storage
