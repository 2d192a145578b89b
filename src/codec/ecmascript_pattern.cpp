#include "codec/ecmascript_pattern.hpp"

#include "codec/ascii.hpp"
#include "codec/hex.hpp"
#include "codec/unicode_property.hpp"
#include "codec/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace noded::codec {
namespace {

// Inside of a class; \s of ECMAScript, and all other code points.
constexpr std::string_view kSpaces =
    R"(\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNoSpaces =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view kNoLineEnd = R"([^\x{a}\x{d}\x{2028}\x{2029}])";

// Thrown and caught within this file: the translation is a recursive walk with one way to fail.
struct Refusal {
  const char* reason;
};

class Translator {
 public:
  explicit Translator(std::string_view pattern) : pattern_(pattern) { count_groups(); }

  std::string translate() {
    while (!at_end())
      take_term();
    if (!is_lookbehind_.empty()) refuse("a group is not closed");
    return std::move(out_);
  }

  std::size_t position() const { return at_; }

 private:
  // What stands in a class: one code point, or text for a set of them.
  struct ClassItem {
    std::optional<char32_t> code_point;
    std::string set;
  };

  [[noreturn]] static void refuse(const char* reason) { throw Refusal{reason}; }

  bool at_end() const { return at_ == pattern_.size(); }
  char peek() const { return at_end() ? '\0' : pattern_[at_]; }
  bool looking_at(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
  bool skip(std::string_view text) {
    if (!looking_at(text)) return false;
    at_ += text.size();
    return true;
  }
  char32_t next_code_point() {
    const Utf8Step step = decode_utf8(pattern_.substr(at_));
    if (!step.valid) refuse("the pattern is no UTF-8");
    at_ += step.length;
    return step.code_point;
  }

  void count_groups() {
    bool in_class = false;
    for (std::size_t at = 0; at < pattern_.size(); ++at) {
      const char c = pattern_[at];
      if (c == '\\') {
        ++at;
      } else if (in_class) {
        in_class = c != ']';
      } else if (c == '[') {
        in_class = true;
      } else if (c == '(') {
        const std::string_view rest = pattern_.substr(at + 1);
        const bool is_named =
            rest.starts_with("?<") && !rest.starts_with("?<=") && !rest.starts_with("?<!");
        if (is_named) has_names_ = true;
        if (is_named || !rest.starts_with('?')) ++groups_;
      }
    }
  }

  static std::string literal(char32_t code_point) {
    if (code_point < 0x80 &&
        (is_letter(static_cast<char>(code_point)) || is_digit(static_cast<char>(code_point)))) {
      return std::string(1, static_cast<char>(code_point));
    }
    std::array<char, 8> digits;
    const auto end =
        std::to_chars(
            digits.data(), digits.data() + digits.size(), static_cast<std::uint32_t>(code_point), 16
        )
            .ptr;
    return "\\x{" + std::string(digits.data(), end) + "}";
  }

  void take_term() {
    switch (peek()) {
      case '|':
        ++at_;
        return emit("|", false);
      case '^':
        ++at_;
        return emit("^", false);
      case '$':
        ++at_;
        return emit("$", false);
      case '.':
        ++at_;
        return emit(kNoLineEnd, true);
      case '(':
        return take_group();
      case ')':
        return close_group();
      case '[':
        return take_class();
      case '\\':
        return take_escape();
      case '*':
      case '+':
      case '?':
        return take_quantifier(pattern_.substr(at_, 1));
      case '{':
        return take_brace();
      default:
        return emit(literal(next_code_point()), true);
    }
  }

  void emit(std::string_view text, bool is_atom) {
    out_ += text;
    can_repeat_ = is_atom;
  }

  void take_group() {
    ++at_;
    is_lookbehind_.push_back(looking_at("?<=") || looking_at("?<!"));
    if (peek() != '?') {
      if (peek() == '*') refuse("nothing to repeat");
      return emit("(", false);
    }
    for (const std::string_view kind : {"?:", "?=", "?!", "?<=", "?<!"}) {
      if (skip(kind)) return emit("(" + std::string(kind), false);
    }
    if (!skip("?<")) refuse("unknown kind of group");
    emit("(?<" + take_name() + ">", false);
  }

  void close_group() {
    if (is_lookbehind_.empty()) refuse("a parenthesis closes nothing");
    ++at_;
    emit(")", !is_lookbehind_.back());
    is_lookbehind_.pop_back();
  }

  std::string take_name() {
    const std::size_t end = pattern_.find('>', at_);
    if (end == std::string_view::npos || end == at_) refuse("a group's name is missing");
    const std::string name(pattern_.substr(at_, end - at_));
    const bool is_word =
        std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_'; });
    if (!is_word || is_digit(name[0]))
      refuse("a group's name is not made of ASCII letters, digits and _");
    at_ = end + 1;
    return name;
  }

  void take_quantifier(std::string_view quantifier) {
    if (!can_repeat_) refuse("nothing to repeat");
    at_ += quantifier.size();
    emit(quantifier, false);
    if (skip("?")) out_ += '?';
  }

  // {n}, {n,} or {n,m}; any other brace stands for itself.
  void take_brace() {
    std::size_t end = at_ + 1;
    const auto skip_digits = [&] {
      const std::size_t from = end;
      while (end < pattern_.size() && is_digit(pattern_[end]))
        ++end;
      return end > from;
    };
    bool is_quantifier = skip_digits();
    if (end < pattern_.size() && pattern_[end] == ',') {
      ++end;
      skip_digits();
    }
    is_quantifier = is_quantifier && end < pattern_.size() && pattern_[end] == '}';
    if (is_quantifier) return take_quantifier(pattern_.substr(at_, end + 1 - at_));
    ++at_;
    emit(literal('{'), true);
  }

  void take_escape() {
    ++at_;
    const char c = peek();
    switch (c) {
      case 'b':
      case 'B':
        ++at_;
        return emit({pattern_.data() + at_ - 2, 2}, false);
      case 's':
        ++at_;
        return emit("[" + std::string(kSpaces) + "]", true);
      case 'S':
        ++at_;
        return emit("[^" + std::string(kSpaces) + "]", true);
      case 'k':
        ++at_;
        if (!has_names_ || !skip("<")) refuse("unknown escape");
        return emit("\\k<" + take_name() + ">", true);
      default:
        break;
    }
    if (c >= '1' && c <= '9') return take_back_reference();
    if (const auto set = take_set()) return emit(*set, true);
    emit(literal(take_character_escape()), true);
  }

  void take_back_reference() {
    unsigned number = 0;
    const auto [end, fault] =
        std::from_chars(pattern_.data() + at_, pattern_.data() + pattern_.size(), number);
    if (fault != std::errc() || number > groups_) refuse("there is no such group");
    at_ = static_cast<std::size_t>(end - pattern_.data());
    emit("\\g{" + std::to_string(number) + "}", true);
  }

  // \d \D \w \W \p{…} \P{…}: the same inside and outside of classes.
  std::optional<std::string> take_set() {
    const char c = peek();
    if (!std::string_view("dDwWpP").contains(c) || c == '\0') return std::nullopt;
    ++at_;
    std::string set = {'\\', c};
    if (c == 'p' || c == 'P') set += take_property();
    return set;
  }

  std::string take_property() {
    const std::size_t end = pattern_.find('}', at_);
    if (!skip("{") || end == std::string_view::npos) refuse("a property's name is missing");
    const auto property = find_pcre2_property(pattern_.substr(at_, end - at_));
    if (!property) refuse("unknown property");
    at_ = end + 1;
    return "{" + *property + "}";
  }

  // An escape that stands for one code point; behind the backslash.
  char32_t take_character_escape() {
    if (at_end()) refuse("the pattern ends with a backslash");
    const char32_t c = next_code_point();
    switch (c) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'v':
        return '\v';
      case 'f':
        return '\f';
      case 'r':
        return '\r';
      case '0':
        if (is_digit(peek())) refuse("octal escapes are not allowed");
        return 0;
      case 'c': {
        const char letter = peek();
        if (!is_letter(letter)) refuse("\\c needs a letter");
        ++at_;
        return static_cast<char32_t>(letter) & 31;
      }
      case 'x':
        return take_hex(2);
      case 'u':
        return take_unicode_escape();
      default:
        break;
    }
    if (c < 0x80 && (is_letter(static_cast<char>(c)) || is_digit(static_cast<char>(c)))) {
      --at_;
      refuse("unknown escape");
    }
    return c;
  }

  char32_t take_hex(int digits) {
    char32_t value = 0;
    for (; digits > 0; --digits) {
      const unsigned digit = hex_value(peek());
      if (digit > 15) refuse("hex digits are missing");
      ++at_;
      value = value << 4 | digit;
    }
    return value;
  }

  char32_t take_unicode_escape() {
    if (skip("{")) {
      char32_t value = 0;
      if (peek() == '}') refuse("hex digits are missing");
      while (!skip("}")) {
        value = value << 4 | take_hex(1);
        if (value > 0x10ffff) refuse("there is no such code point");
      }
      return require_scalar(value);
    }
    const char32_t unit = take_hex(4);
    if (unit < 0xd800 || unit > 0xdbff || !skip("\\u")) return require_scalar(unit);
    const char32_t trail = take_hex(4);
    if (trail < 0xdc00 || trail > 0xdfff) refuse("a lone surrogate matches nothing");
    return 0x10000 + ((unit - 0xd800) << 10) + (trail - 0xdc00);
  }

  static char32_t require_scalar(char32_t value) {
    if (value >= 0xd800 && value <= 0xdfff) refuse("a lone surrogate matches nothing");
    return value;
  }

  void take_class() {
    ++at_;
    const bool is_negated = skip("^");
    if (skip("]")) return emit(is_negated ? "(?s:.)" : "(?!)", true);
    std::string text = is_negated ? "[^" : "[";
    while (!skip("]")) {
      const ClassItem low = take_class_item();
      const bool is_range = peek() == '-' && at_ + 1 < pattern_.size() && pattern_[at_ + 1] != ']';
      if (!is_range) {
        append(text, low);
        continue;
      }
      ++at_;
      const ClassItem high = take_class_item();
      if (low.code_point && high.code_point) {
        if (*low.code_point > *high.code_point) refuse("a range is out of order");
        text += literal(*low.code_point) + "-" + literal(*high.code_point);
      } else {  // a set is no end of a range: the dash stands for itself
        append(text, low);
        text += literal('-');
        append(text, high);
      }
    }
    emit(text + "]", true);
  }

  static void append(std::string& text, const ClassItem& item) {
    text += item.code_point ? literal(*item.code_point) : item.set;
  }

  ClassItem take_class_item() {
    if (at_end()) refuse("a class is not closed");
    if (!skip("\\")) return {.code_point = next_code_point(), .set = {}};
    if (skip("b")) return {.code_point = '\b', .set = {}};
    if (skip("s")) return {.code_point = {}, .set = std::string(kSpaces)};
    if (skip("S")) return {.code_point = {}, .set = std::string(kNoSpaces)};
    if (auto set = take_set()) return {.code_point = {}, .set = std::move(*set)};
    return {.code_point = take_character_escape(), .set = {}};
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  std::string out_;
  bool can_repeat_ = false;
  std::vector<bool> is_lookbehind_;  // of the open groups
  unsigned groups_ = 0;              // capturing, of the whole pattern
  bool has_names_ = false;
};

}  // namespace

Result<std::string> translate_ecmascript_pattern(std::string_view pattern) {
  Translator translator(pattern);
  try {
    return translator.translate();
  } catch (const Refusal& refusal) {
    return fail(
        Errc::kInvalid,
        "invalid pattern: " + std::string(refusal.reason) + " at byte " +
            std::to_string(translator.position())
    );
  }
}

}  // namespace noded::codec
