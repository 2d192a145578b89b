#include "codec/date_scanner.hpp"

#include "codec/ascii.hpp"
#include "codec/utf8.hpp"

#include <algorithm>
#include <array>

namespace noded::codec::date {
namespace {

struct Keyword {
  std::string_view text;
  Word word;
  int value;
};
constexpr Keyword kKeywords[] = {
    {"jan", Word::kMonth, 1},  {"feb", Word::kMonth, 2},   {"mar", Word::kMonth, 3},
    {"apr", Word::kMonth, 4},  {"may", Word::kMonth, 5},   {"jun", Word::kMonth, 6},
    {"jul", Word::kMonth, 7},  {"aug", Word::kMonth, 8},   {"sep", Word::kMonth, 9},
    {"oct", Word::kMonth, 10}, {"nov", Word::kMonth, 11},  {"dec", Word::kMonth, 12},
    {"am", Word::kHalfDay, 0}, {"pm", Word::kHalfDay, 12}, {"ut", Word::kZone, 0},
    {"utc", Word::kZone, 0},   {"z", Word::kZone, 0},      {"gmt", Word::kZone, 0},
    {"cdt", Word::kZone, -5},  {"cst", Word::kZone, -6},   {"edt", Word::kZone, -4},
    {"est", Word::kZone, -5},  {"mdt", Word::kZone, -6},   {"mst", Word::kZone, -7},
    {"pdt", Word::kZone, -7},  {"pst", Word::kZone, -8},   {"t", Word::kTimeMark, 0},
};

Token classify(std::string_view start, std::size_t length) {
  for (const Keyword& keyword : kKeywords) {
    if (keyword.text != start || (length > 3 && keyword.word != Word::kMonth)) continue;
    return {
        .kind = Kind::kWord,
        .value = keyword.value,
        .word = keyword.word,
        .is_utc_letter = start == "z",
    };
  }
  return {.kind = Kind::kWord};
}

}  // namespace

Token Scanner::next() {
  const Token token = ahead_;
  ahead_ = scan();
  return token;
}

bool Scanner::skip(char symbol) {
  if (!ahead_.is(symbol)) return false;
  ahead_ = scan();
  return true;
}

void Scanner::skip_parenthesised() {
  for (int open = 1; open > 0 && ahead_.kind != Kind::kEnd;) {
    if (ahead_.is('(')) ++open;
    if (ahead_.is(')')) --open;
    ahead_ = scan();
  }
}

bool Scanner::at_letter() const {
  return !text_.empty() && static_cast<unsigned char>(text_[0]) >= 'A' &&
         !is_ecmascript_space(decode_utf8(text_).code_point);
}

Token Scanner::scan() {
  if (text_.empty()) return {};
  if (at_digit()) return scan_number();
  if (std::string_view(":-+.()").contains(text_[0])) {
    const Token token{.kind = Kind::kSymbol, .symbol = text_[0]};
    text_.remove_prefix(1);
    return token;
  }
  if (at_letter()) return scan_word();
  const Utf8Step step = decode_utf8(text_);
  text_.remove_prefix(step.length);
  return {.kind = is_ecmascript_space(step.code_point) ? Kind::kSpace : Kind::kOther};
}

Token Scanner::scan_number() {
  Token token{.kind = Kind::kNumber};
  int significant = 0;
  for (; at_digit(); text_.remove_prefix(1)) {
    if (token.length < 1000) ++token.length;
    if (token.value == 0 && text_[0] == '0') continue;
    if (++significant <= 9) token.value = token.value * 10 + (text_[0] - '0');
  }
  return token;
}

Token Scanner::scan_word() {
  std::array<char, 3> prefix{};
  std::size_t length = 0;
  for (; at_letter(); ++length) {
    const Utf8Step step = decode_utf8(text_);
    if (length < prefix.size()) {
      const char c = step.length == 1 ? text_[0] : '?';
      prefix[length] = to_lower(c);
    }
    text_.remove_prefix(step.length);
  }
  return classify({prefix.data(), std::min(length, prefix.size())}, length);
}

}  // namespace noded::codec::date
