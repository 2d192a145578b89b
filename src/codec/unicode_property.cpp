#include "codec/unicode_property.hpp"

#include "codec/ascii.hpp"

#include <algorithm>

namespace noded::codec {
namespace {

// General categories that PCRE2 knows by their short names only.
struct Category {
  std::string_view name, short_name;
};
constexpr Category kCategories[] = {
    {"Letter", "L"},
    {"Cased_Letter", "L&"},
    {"Lowercase_Letter", "Ll"},
    {"Uppercase_Letter", "Lu"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Control", "Cc"},
    {"Format", "Cf"},
    {"Other", "C"},
};

bool is_word(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '_'; });
}

}  // namespace

std::optional<std::string> find_pcre2_property(std::string_view ecmascript) {
  std::string_view kind;
  std::string_view name = ecmascript;
  if (const std::size_t equals = name.find('='); equals != std::string_view::npos) {
    const std::string_view key = name.substr(0, equals);
    name.remove_prefix(equals + 1);
    if (key == "Script" || key == "sc") {
      kind = "sc:";
    } else if (key == "Script_Extensions" || key == "scx") {
      kind = "scx:";
    } else if (key != "General_Category" && key != "gc") {
      return std::nullopt;
    }
  }
  if (!is_word(name)) return std::nullopt;
  const auto* category = std::ranges::find(kCategories, name, &Category::name);
  if (kind.empty() && category != std::end(kCategories)) name = category->short_name;
  return std::string(kind) + std::string(name);
}

}  // namespace noded::codec
