#include "mail/address.hpp"

#include "codec/text.hpp"

#include <algorithm>
#include <cstddef>

namespace noded::mail {
namespace {

constexpr std::size_t kLongestAddress = 254;
constexpr std::size_t kLongestLocalPart = 64;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestHeaderText = 200;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_beyond_ascii(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

// RFC 5322 §3.2.3.
bool is_atom_character(char c) {
  return is_letter_or_digit(c) || is_beyond_ascii(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c);
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kLongestLabel && text.front() != '-' &&
         text.back() != '-' && std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) || is_beyond_ascii(c) || c == '-';
         });
}

// Whether `text` is parts that `is_part`, with a dot between each two.
template <class IsPart>
bool is_dotted(std::string_view text, IsPart is_part) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_part(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// C1 controls are two bytes of UTF-8: c2 80 to c2 9f.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0)
      return true;
  }
  return false;
}

}  // namespace

bool is_address(std::string_view text) noexcept {
  if (text.size() > kLongestAddress || !codec::is_valid_utf8(text) || has_control(text))
    return false;
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at > kLongestLocalPart) return false;
  const auto is_atom = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, is_atom_character);
  };
  return is_dotted(text.substr(0, at), is_atom) && is_dotted(text.substr(at + 1), is_label);
}

bool is_header_text(std::string_view text) noexcept {
  return text.size() <= kLongestHeaderText && codec::is_valid_utf8(text) && !has_control(text);
}

}  // namespace noded::mail
