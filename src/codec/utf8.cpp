#include "codec/utf8.hpp"

#include "codec/text.hpp"

#include <cstdint>
#include <cstring>

namespace noded::codec {
namespace {

// The longest ASCII run at the start, to the granularity of eight bytes.
std::size_t ascii_words(std::string_view text) noexcept {
  std::size_t count = 0;
  while (count + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + count, 8);
    if ((word & 0x8080808080808080) != 0) break;
    count += 8;
  }
  return count;
}

}  // namespace

bool is_valid_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      const std::size_t ascii = ascii_words(text);
      text.remove_prefix(ascii == 0 ? 1 : ascii);
      continue;
    }
    const Utf8Step step = decode_utf8(text);
    if (!step.valid) return false;
    text.remove_prefix(step.length);
  }
  return true;
}

std::size_t utf16_length(std::string_view utf8) noexcept {
  std::size_t units = ascii_words(utf8);
  utf8.remove_prefix(units);
  while (!utf8.empty()) {
    const Utf8Step step = decode_utf8(utf8);
    units += step.code_point >= 0x10000 ? 2 : 1;
    utf8.remove_prefix(step.length);
  }
  return units;
}

std::string_view utf16_prefix(std::string_view utf8, std::size_t units) noexcept {
  std::size_t end = 0;
  while (end < utf8.size()) {
    const Utf8Step step = decode_utf8(utf8.substr(end));
    const std::size_t width = step.code_point >= 0x10000 ? 2 : 1;
    if (width > units) break;
    units -= width;
    end += step.length;
  }
  return utf8.substr(0, end);
}

}  // namespace noded::codec
