// Hex digits, shared by what reads and writes them. Pure.
#pragma once

#include <string_view>

namespace noded::codec {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";

// The value of a hex digit of either case, or 16.
inline constexpr unsigned hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

}  // namespace noded::codec
