#include "config/value_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace noded::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

// Largest first: the first that divides a number is the one it is printed in.
constexpr std::array<Unit, 5> kDurationUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1'000}, {"ms", 1}}
};
constexpr std::array<Unit, 5> kSizeUnits{
    {{"TiB", std::int64_t{1} << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}
};

std::optional<std::int64_t> parse_integer(std::string_view text, std::string_view& rest) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc()) return std::nullopt;
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  return number;
}

// A whole number, optional spaces and one of the units. Without a unit the number counts `bare`; 0
// never needs one.
std::optional<std::int64_t> parse_quantity(
    std::string_view text, std::span<const Unit> units, std::optional<std::int64_t> bare
) {
  std::string_view rest;
  const auto number = parse_integer(text, rest);
  if (!number || *number < 0) return std::nullopt;
  while (rest.starts_with(' '))
    rest.remove_prefix(1);
  std::optional<std::int64_t> factor;
  if (rest.empty()) factor = *number == 0 ? 1 : bare;
  for (const Unit& unit : units) {
    if (rest == unit.name) factor = unit.factor;
  }
  if (!factor || *number > std::numeric_limits<std::int64_t>::max() / *factor) return std::nullopt;
  return *number * *factor;
}

std::string quantity_text(std::int64_t number, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (number != 0 && number % unit.factor == 0)
      return fmt::format("{}{}", number / unit.factor, unit.name);
  }
  return fmt::format("{}{}", number, units.back().name);
}

std::optional<std::int64_t> parse_number(OptionKind kind, std::string_view text) {
  switch (kind) {
    case OptionKind::kBoolean:
      if (text == "true") return 1;
      if (text == "false") return 0;
      return std::nullopt;
    case OptionKind::kDuration:
      return parse_quantity(text, kDurationUnits, std::nullopt);
    case OptionKind::kSize:
      return parse_quantity(text, kSizeUnits, 1);
    case OptionKind::kInteger: {
      std::string_view rest;
      const auto number = parse_integer(text, rest);
      return rest.empty() ? number : std::nullopt;
    }
    case OptionKind::kText:
    case OptionKind::kTextList:
      break;
  }
  return std::nullopt;
}

OptionValue number_value(OptionKind kind, std::int64_t number) {
  switch (kind) {
    case OptionKind::kBoolean:
      return number != 0;
    case OptionKind::kDuration:
      return std::chrono::milliseconds(number);
    case OptionKind::kSize:
      return Bytes{static_cast<std::uint64_t>(number)};
    case OptionKind::kInteger:
    case OptionKind::kText:
    case OptionKind::kTextList:
      break;
  }
  return number;
}

std::unexpected<Error> refuse(const OptionDeclaration& declaration, std::string_view written) {
  constexpr std::size_t kShown = 80;
  const bool is_long = written.size() > kShown;
  return fail(
      Errc::kInvalid,
      fmt::format(
          "\"{}{}\" is not allowed; expected {}",
          written.substr(0, kShown),
          is_long ? "…" : "",
          allowed_text(declaration)
      )
  );
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> elements;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view element = text.substr(0, comma);
    while (element.starts_with(' '))
      element.remove_prefix(1);
    while (element.ends_with(' '))
      element.remove_suffix(1);
    elements.emplace_back(element);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return elements;
}

// YAML double-quoted text; also plain ASCII that a shell and a person read well.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string joined(std::span<const std::string_view> texts) {
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += i + 1 == texts.size() ? " or " : ", ";
    out += texts[i];
  }
  return out;
}

// "from 1 to 64", or with other words around; empty when everything is allowed.
std::string range_text(const OptionDeclaration& declaration) {
  // Durations and sizes are never negative, so their 0 tells nothing.
  const bool from_zero = declaration.kind != OptionKind::kInteger && declaration.minimum == 0;
  const bool has_minimum = declaration.minimum != OptionDeclaration::kNoMinimum && !from_zero;
  const bool has_maximum = declaration.maximum != OptionDeclaration::kNoMaximum;
  const std::string least = number_text(declaration.kind, declaration.minimum);
  const std::string most = number_text(declaration.kind, declaration.maximum);
  if (has_minimum && has_maximum) return fmt::format("from {} to {}", least, most);
  if (has_minimum) return fmt::format("of at least {}", least);
  if (has_maximum) return fmt::format("of at most {}", most);
  return {};
}

// "a duration such as 250ms, 30s or 5min": those that the option allows.
std::string with_examples(
    std::string_view kind,
    std::initializer_list<std::string_view> examples,
    const OptionDeclaration& declaration
) {
  std::vector<std::string_view> allowed;
  for (const std::string_view example : examples) {
    const auto number = parse_number(declaration.kind, example);
    if (number && *number >= declaration.minimum && *number <= declaration.maximum)
      allowed.push_back(example);
  }
  return allowed.empty() ? std::string(kind) : fmt::format("{} such as {}", kind, joined(allowed));
}

std::string with_range(
    std::string_view kind, std::string_view separator, const OptionDeclaration& declaration
) {
  const std::string range = range_text(declaration);
  return range.empty() ? std::string(kind) : fmt::format("{}{}{}", kind, separator, range);
}

}  // namespace

std::string_view kind_text(OptionKind kind) noexcept {
  switch (kind) {
    case OptionKind::kBoolean:
      return "boolean";
    case OptionKind::kInteger:
      return "integer";
    case OptionKind::kText:
      return "text";
    case OptionKind::kDuration:
      return "duration";
    case OptionKind::kSize:
      return "size";
    case OptionKind::kTextList:
      return "list of texts";
  }
  return {};
}

std::string number_text(OptionKind kind, std::int64_t number) {
  if (kind == OptionKind::kBoolean) return number != 0 ? "true" : "false";
  if (kind == OptionKind::kDuration) return quantity_text(number, kDurationUnits);
  if (kind == OptionKind::kSize) return quantity_text(number, kSizeUnits);
  return fmt::format("{}", number);
}

std::string allowed_text(const OptionDeclaration& declaration) {
  const auto choices = declaration.choices.all();
  switch (declaration.kind) {
    case OptionKind::kBoolean:
      return "true or false";
    case OptionKind::kInteger:
      return with_range("an integer", " ", declaration);
    case OptionKind::kDuration:
      return with_range(
          with_examples("a duration", {"250ms", "30s", "5min", "2h", "7d"}, declaration),
          ", ",
          declaration
      );
    case OptionKind::kSize:
      return with_range(
          with_examples("a size", {"4096", "64KiB", "1MiB", "2GiB"}, declaration), ", ", declaration
      );
    case OptionKind::kText:
      return choices.empty() ? "a text" : joined(choices);
    case OptionKind::kTextList:
      return choices.empty() ? "a list of texts" : "a list of " + joined(choices);
  }
  return {};
}

std::string short_allowed_text(const OptionDeclaration& declaration) {
  const bool has_choices = !declaration.choices.empty() || declaration.kind == OptionKind::kBoolean;
  return has_choices ? allowed_text(declaration)
                     : with_range(kind_text(declaration.kind), " ", declaration);
}

std::string plain_text(const OptionDeclaration& declaration, const OptionValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto* elements = std::get_if<std::vector<std::string>>(&value);
  if (elements == nullptr) return value_text(declaration, value);
  std::string out;
  for (const std::string& element : *elements)
    out += (out.empty() ? "" : ", ") + element;
  return out;
}

Result<OptionValue> parse_list(
    const OptionDeclaration& declaration, std::vector<std::string> elements
) {
  for (const std::string& element : elements) {
    const bool is_allowed = declaration.choices.empty() || declaration.choices.contains(element);
    if (element.empty() || !is_allowed) return refuse(declaration, element);
  }
  return OptionValue(std::move(elements));
}

Result<OptionValue> parse_value(const OptionDeclaration& declaration, std::string_view text) {
  if (declaration.kind == OptionKind::kTextList) return parse_list(declaration, split_list(text));
  if (declaration.kind == OptionKind::kText) {
    if (!declaration.choices.empty() && !declaration.choices.contains(text))
      return refuse(declaration, text);
    return OptionValue(std::string(text));
  }
  const auto number = parse_number(declaration.kind, text);
  if (!number || *number < declaration.minimum || *number > declaration.maximum)
    return refuse(declaration, text);
  return number_value(declaration.kind, *number);
}

OptionValue default_value(const OptionDeclaration& declaration) {
  if (declaration.kind == OptionKind::kText) return std::string(declaration.default_text);
  if (declaration.kind == OptionKind::kTextList) {
    const auto texts = declaration.default_list.all();
    return std::vector<std::string>(texts.begin(), texts.end());
  }
  return number_value(declaration.kind, declaration.default_number);
}

std::string value_text(const OptionDeclaration& declaration, const OptionValue& value) {
  switch (declaration.kind) {
    case OptionKind::kBoolean:
      return std::get<bool>(value) ? "true" : "false";
    case OptionKind::kInteger:
      return number_text(declaration.kind, std::get<std::int64_t>(value));
    case OptionKind::kDuration:
      return number_text(declaration.kind, std::get<std::chrono::milliseconds>(value).count());
    case OptionKind::kSize:
      return number_text(declaration.kind, static_cast<std::int64_t>(std::get<Bytes>(value).count));
    case OptionKind::kText: {
      const std::string& text = std::get<std::string>(value);
      return declaration.choices.empty() ? quoted(text) : text;
    }
    case OptionKind::kTextList:
      break;
  }
  std::string out = "[";
  for (const std::string& element : std::get<std::vector<std::string>>(value)) {
    if (out.size() > 1) out += ", ";
    out += declaration.element_key.empty()
               ? quoted(element)
               : fmt::format("{{{}: {}}}", declaration.element_key, quoted(element));
  }
  return out + "]";
}

}  // namespace noded::config
