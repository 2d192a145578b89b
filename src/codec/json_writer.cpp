#include "codec/json.hpp"
#include "codec/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

namespace noded::codec {
namespace {

namespace json = boost::json;

// Whether any of the eight bytes is a control, a quote, a backslash or not ASCII.
bool has_special(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t value) {
    return (value - kOnes) & ~value & kHighs;
  };
  const std::uint64_t below_space = (word - kOnes * 0x20) & ~word & kHighs;
  return ((word & kHighs) | below_space | has_zero(word ^ (kOnes * '"')) |
          has_zero(word ^ (kOnes * '\\'))) != 0;
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

// Bytes from `from` on that can be copied as they are.
std::size_t plain_end(std::string_view text, std::size_t from) {
  while (from + 8 <= text.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + from, 8);
    if (has_special(word)) break;
    from += 8;
  }
  while (from < text.size() && is_plain(text[from]))
    ++from;
  return from;
}

void append_escape(std::string& out, char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  out += "\\u00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[static_cast<unsigned char>(c) & 15];
}

// Number::toString of ECMA-262 from the shortest digits d…d and exponent e of d.…d × 10^e.
void append_formatted(std::string& out, std::string_view digits, int exponent) {
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the decimal point
  if (count <= point && point <= 21) {
    out += digits;
    out.append(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out += digits.substr(0, static_cast<std::size_t>(point));
    out += '.';
    out += digits.substr(static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += digits;
  } else {
    out += digits[0];
    if (count > 1) {
      out += '.';
      out += digits.substr(1);
    }
    out += exponent < 0 ? "e-" : "e+";
    append_json_integer(out, std::abs(exponent));
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t copied = 0;  // what stands before it is in `out`
  for (std::size_t at = plain_end(text, 0); at < text.size(); at = plain_end(text, at)) {
    const bool is_ascii = static_cast<unsigned char>(text[at]) < 0x80;
    const Utf8Step step = decode_utf8(text.substr(at));
    if (step.valid && !is_ascii) {
      at += step.length;
      continue;
    }
    out.append(text, copied, at - copied);
    if (is_ascii) {
      append_escape(out, text[at]);
    } else {
      out += "\xef\xbf\xbd";
    }
    at += step.length;
    copied = at;
  }
  out.append(text, copied, text.size() - copied);
  out += '"';
}

void append_json_integer(std::string& out, std::int64_t number) {
  std::array<char, 24> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

void append_json_number(std::string& out, double number) {
  constexpr double kExactIntegers = 9007199254740992;  // 2^53
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  if (std::abs(number) < kExactIntegers && std::trunc(number) == number) {
    append_json_integer(out, static_cast<std::int64_t>(number));
    return;
  }
  std::array<char, 32> buffer;
  const auto end = std::to_chars(
                       buffer.data(),
                       buffer.data() + buffer.size(),
                       std::abs(number),
                       std::chars_format::scientific
  )
                       .ptr;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  const std::size_t mark = text.find('e');
  int exponent = 0;
  const std::size_t sign = text[mark + 1] == '+' ? 1 : 0;  // from_chars takes no plus
  std::from_chars(text.data() + mark + 1 + sign, end, exponent);
  std::string digits(1, text[0]);  // at most 17: no allocation worth avoiding
  if (mark > 1) digits += text.substr(2, mark - 2);
  if (number < 0) out += '-';
  append_formatted(out, digits, exponent);
}

void append_json(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      return;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json::kind::int64:
      append_json_integer(out, value.get_int64());
      return;
    case json::kind::uint64:
      if (std::in_range<std::int64_t>(value.get_uint64()))
        return append_json_integer(out, static_cast<std::int64_t>(value.get_uint64()));
      append_json_number(out, static_cast<double>(value.get_uint64()));
      return;
    case json::kind::double_:
      append_json_number(out, value.get_double());
      return;
    case json::kind::string:
      append_json_string(out, value.get_string());
      return;
    case json::kind::array: {
      char separator = '[';
      for (const json::value& item : value.get_array()) {
        out += separator;
        append_json(out, item);
        separator = ',';
      }
      out += value.get_array().empty() ? "[]" : "]";
      return;
    }
    case json::kind::object: {
      char separator = '{';
      for (const auto& [key, member] : value.get_object()) {
        out += separator;
        append_json_string(out, key);
        out += ':';
        append_json(out, member);
        separator = ',';
      }
      out += value.get_object().empty() ? "{}" : "}";
      return;
    }
  }
}

std::string to_json_text(const json::value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

JsonObjectText& JsonObjectText::text(std::string_view name, std::string_view value) {
  add_name(name);
  append_json_string(text_, value);
  return *this;
}

JsonObjectText& JsonObjectText::integer(std::string_view name, std::int64_t value) {
  add_name(name);
  append_json_integer(text_, value);
  return *this;
}

JsonObjectText& JsonObjectText::null(std::string_view name) {
  add_name(name);
  text_ += "null";
  return *this;
}

JsonObjectText& JsonObjectText::boolean(std::string_view name, bool value) {
  add_name(name);
  text_ += value ? "true" : "false";
  return *this;
}

JsonObjectText& JsonObjectText::texts(std::string_view name, std::span<const std::string> values) {
  add_name(name);
  text_ += '[';
  for (const std::string& value : values) {
    if (text_.back() != '[') text_ += ',';
    append_json_string(text_, value);
  }
  text_ += ']';
  return *this;
}

std::string JsonObjectText::take() {
  text_ += '}';
  return std::move(text_);
}

void JsonObjectText::add_name(std::string_view name) {
  if (text_.size() > 1) text_ += ',';
  append_json_string(text_, name);
  text_ += ':';
}

}  // namespace noded::codec
