// Characters of ASCII, whatever the locale. Pure.
#pragma once

namespace noded::codec {

inline constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
inline constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline constexpr bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || is_letter(c);
}
// Letters of other alphabets stay as they are.
inline constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace noded::codec
