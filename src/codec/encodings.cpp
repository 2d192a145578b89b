// Percent, HTML, base64 and hex.
#include "codec/ascii.hpp"
#include "codec/hex.hpp"
#include "codec/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace noded::codec {
namespace {

constexpr std::string_view kUpperHexDigits = "0123456789ABCDEF";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

unsigned byte_of(char c) {
  return static_cast<unsigned char>(c);
}

using DecodeTable = std::array<std::uint8_t, 256>;
constexpr std::uint8_t kNoDigit = 64;

constexpr DecodeTable make_decode_table(std::string_view alphabet) {
  DecodeTable table{};
  table.fill(kNoDigit);
  for (std::size_t value = 0; value < alphabet.size(); ++value) {
    table[static_cast<unsigned char>(alphabet[value])] = static_cast<std::uint8_t>(value);
  }
  return table;
}

std::string encode(std::string_view bytes, std::string_view alphabet, bool padded) {
  const std::size_t digits = (bytes.size() * 4 + 2) / 3;
  std::string out(padded ? (digits + 3) / 4 * 4 : digits, '=');
  char* digit = out.data();
  const auto put = [&](unsigned group, int count) {
    for (int shift = 18; count > 0; --count, shift -= 6)
      *digit++ = alphabet[group >> shift & 63];
  };
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    put(byte_of(bytes[at]) << 16 | byte_of(bytes[at + 1]) << 8 | byte_of(bytes[at + 2]), 4);
  }
  if (bytes.size() - at == 1) put(byte_of(bytes[at]) << 16, 2);
  if (bytes.size() - at == 2) put(byte_of(bytes[at]) << 16 | byte_of(bytes[at + 1]) << 8, 3);
  return out;
}

// `text` has no padding any more. Refuses bits behind the last byte that are not zero: one text per
// value.
std::optional<std::string> decode(std::string_view text, const DecodeTable& table) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out(text.size() * 3 / 4, '\0');
  std::size_t size = 0;
  unsigned bits = 0;
  unsigned count = 0;
  unsigned seen = 0;
  for (const char c : text) {
    const unsigned digit = table[static_cast<unsigned char>(c)];
    seen |= digit;
    bits = bits << 6 | digit;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out[size++] = static_cast<char>(bits >> count & 0xff);
    }
  }
  if ((seen & kNoDigit) != 0 || (bits & ((1U << count) - 1)) != 0) return std::nullopt;
  return out;
}

bool is_uri_unreserved(char c) {  // what encodeURIComponent leaves alone
  return is_alphanumeric(c) || std::string_view("-_.!~*'()").contains(c);
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '%') {
      if (text.size() - at < 3) return std::nullopt;
      const unsigned high = hex_value(text[at + 1]);
      const unsigned low = hex_value(text[at + 2]);
      if (high > 15 || low > 15) return std::nullopt;
      out += static_cast<char>(high << 4 | low);
      at += 2;
    } else {
      out += c == '+' && plus_is_space ? ' ' : c;
    }
  }
  if (!is_valid_utf8(out)) return std::nullopt;
  return out;
}

std::string percent_decode_what_can_be(std::string_view text, bool plus_is_space) {
  const auto is_escape = [text](std::size_t at) {
    return text.size() - at >= 3 && text[at] == '%' && hex_value(text[at + 1]) <= 15 &&
           hex_value(text[at + 2]) <= 15;
  };
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (is_escape(end))
      end += 3;
    if (end == at) {
      out += text[at] == '+' && plus_is_space ? ' ' : text[at];
      ++at;
      continue;
    }
    const std::string_view run = text.substr(at, end - at);
    const auto decoded = percent_decode(run, false);
    out += decoded ? *decoded : run;
    at = end;
  }
  return out;
}

std::optional<FormFields> parse_form_fields(std::string_view text) {
  FormFields fields;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return std::nullopt;
    fields.emplace_back(std::move(*name), std::move(*value));
  }
  return fields;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_uri_unreserved(c)) {
      out += c;
    } else {
      out += '%';
      out += kUpperHexDigits[byte_of(c) >> 4];
      out += kUpperHexDigits[byte_of(c) & 15];
    }
  }
  return out;
}

void append_html_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

std::string base64_encode(std::string_view bytes) {
  return encode(bytes, kBase64, true);
}

std::string base64url_encode(std::string_view bytes) {
  return encode(bytes, kBase64Url, false);
}

std::optional<std::string> base64_decode(std::string_view text) {
  static constexpr DecodeTable kTable = make_decode_table(kBase64);
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
    text.remove_suffix(1);
  return decode(text, kTable);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  static constexpr DecodeTable kTable = make_decode_table(kBase64Url);
  return decode(text, kTable);
}

std::string hex_encode(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += kHexDigits[byte_of(c) >> 4];
    out += kHexDigits[byte_of(c) & 15];
  }
  return out;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const unsigned high = hex_value(text[at]);
    const unsigned low = hex_value(text[at + 1]);
    if (high > 15 || low > 15) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

}  // namespace noded::codec
