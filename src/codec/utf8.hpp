// One step of UTF-8 decoding (RFC 3629), shared by what walks text. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace noded::codec {

struct Utf8Step {
  char32_t code_point = 0xfffd;
  std::size_t length = 1;  // bytes to advance; of an ill-formed sequence its maximal subpart
  bool valid = false;
};

// `text` is not empty.
inline Utf8Step decode_utf8(std::string_view text) noexcept {
  const auto byte = [&](std::size_t index) {
    return static_cast<unsigned char>(text[index]);
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  std::size_t length = 0;
  unsigned lowest = 0x80;
  unsigned highest =
      0xbf;  // of the second byte: excludes overlong forms, surrogates and > U+10FFFF
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead == 0xe0) lowest = 0xa0;
    if (lead == 0xed) highest = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead == 0xf0) lowest = 0x90;
    if (lead == 0xf4) highest = 0x8f;
  } else {
    return {};
  }
  char32_t code_point = lead & (0x7fU >> length);
  for (std::size_t index = 1; index < length; ++index) {
    if (index >= text.size() || byte(index) < lowest || byte(index) > highest) {
      return {0xfffd, index, false};
    }
    code_point = code_point << 6 | (byte(index) & 0x3fU);
    lowest = 0x80;
    highest = 0xbf;
  }
  return {code_point, length, true};
}

// `code_point` is a Unicode scalar value.
inline void append_utf8(std::string& out, char32_t code_point) {
  const auto put = [&out](char32_t byte) {
    out.push_back(static_cast<char>(byte));
  };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xc0 | code_point >> 6);
    put(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    put(0xe0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  } else {
    put(0xf0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3f));
    put(0x80 | (code_point >> 6 & 0x3f));
    put(0x80 | (code_point & 0x3f));
  }
}

// WhiteSpace and LineTerminator of ECMAScript: what \s and trim() take.
inline constexpr bool is_ecmascript_space(char32_t c) noexcept {
  return (c >= 9 && c <= 13) || c == 0x20 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000 || c == 0xfeff;
}

}  // namespace noded::codec
