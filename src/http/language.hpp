// Language: of what the node itself says to people: its pages and the titles of its refusals.
#pragma once

#include <cstdint>
#include <string_view>

namespace noded::http {

enum class Language : std::uint8_t { kEnglish, kChinese };

// By an Accept-Language field (RFC 9110 §12.5.4): Chinese when it is liked better than English,
// English otherwise.
Language language_of(std::string_view accept_language) noexcept;

// The value of the HTML attribute lang.
std::string_view tag_of(Language language) noexcept;

// One text in both languages.
struct Words {
  std::string_view english;
  std::string_view chinese;

  constexpr std::string_view in(Language language) const noexcept {
    return language == Language::kChinese ? chinese : english;
  }
};

}  // namespace noded::http
