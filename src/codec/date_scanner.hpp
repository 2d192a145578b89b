// Tokens of a date text: what parse_date reads. Lives on one stack.
#pragma once

#include <cstdint>
#include <string_view>

namespace noded::codec::date {

enum class Kind : std::uint8_t { kEnd, kNumber, kSymbol, kWord, kSpace, kOther };
enum class Word : std::uint8_t { kUnknown, kMonth, kHalfDay, kZone, kTimeMark };

// A number keeps the first nine of its significant digits and its whole length.
struct Token {
  Kind kind = Kind::kEnd;
  int length = 0;  // digits of a number
  int value = 0;   // of a number or word
  Word word = Word::kUnknown;
  char symbol = 0;             // one of : - + . ( )
  bool is_utc_letter = false;  // the word Z

  bool is(char c) const { return kind == Kind::kSymbol && symbol == c; }
  bool is_sign() const { return is('+') || is('-'); }
  int sign() const { return symbol == '-' ? -1 : 1; }
  bool is_number(int digits) const { return kind == Kind::kNumber && length == digits; }
  bool is_word(Word which) const { return kind == Kind::kWord && word == which; }
};

// The tokens one after the other, one ahead. Words are told by their first three letters.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { ahead_ = scan(); }

  const Token& peek() const { return ahead_; }
  Token next();
  bool skip(char symbol);
  // To behind the parenthesis that closes the one taken last.
  void skip_parenthesised();

 private:
  Token scan();
  Token scan_number();
  Token scan_word();
  bool at_letter() const;
  bool at_digit() const { return !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; }

  std::string_view text_;  // behind `ahead_`
  Token ahead_;
};

}  // namespace noded::codec::date
