// Small encodings: UTF-8, percent, HTML, base64, hex, UUID, and the date texts of ECMAScript. Pure
// functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::codec {

bool is_valid_utf8(std::string_view text) noexcept;
std::size_t utf16_length(std::string_view utf8) noexcept;
// The longest prefix of at most `units` UTF-16 code units that cuts no code point.
std::string_view utf16_prefix(std::string_view utf8, std::size_t units) noexcept;

// RFC 3986 §2.1. Empty when a '%' is not followed by two hex digits or the result is no UTF-8.
// `plus_is_space` for queries.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
// As browsers' servers read queries: runs of well-formed escapes that make UTF-8 are decoded, the
// rest stays as it was sent.
std::string percent_decode_what_can_be(std::string_view text, bool plus_is_space);
std::string percent_encode(std::string_view text);  // as encodeURIComponent

// Names and values of an application/x-www-form-urlencoded text, a form or a query, decoded and in
// the order they were sent in; one without a name and a value is left out. Empty when one cannot be
// decoded.
using FormFields = std::vector<std::pair<std::string, std::string>>;
std::optional<FormFields> parse_form_fields(std::string_view text);

// Text and attribute values of HTML, the latter in quotes of either kind.
void append_html_text(std::string& out, std::string_view text);

std::string base64_encode(std::string_view bytes);                   // RFC 4648 §4, padded
std::string base64url_encode(std::string_view bytes);                // §5, unpadded
std::optional<std::string> base64_decode(std::string_view text);     // strict: padded, canonical
std::optional<std::string> base64url_decode(std::string_view text);  // strict: unpadded, canonical
std::string hex_encode(std::string_view bytes);                      // lower case
std::optional<std::string> hex_decode(std::string_view text);

// RFC 9562. The 16 bytes of a version 7 UUID: 48 bits of `unix_ms`, then random bits; ascending
// within one process.
std::array<char, 16> make_uuid_v7(std::int64_t unix_ms);
std::array<char, 16> make_uuid_v4();
std::string uuid_text(std::string_view sixteen_bytes);  // 8-4-4-4-12, lower case
std::optional<std::array<char, 16>> parse_uuid(std::string_view text) noexcept;  // either case

// Milliseconds since the epoch of what ECMAScript's `new Date(text)` takes: the ISO forms (date
// only is UTC, date-time without zone is UTC too, since a server has no other), and the common
// "Tue, 02 Jan 2024 03:04:05 GMT" and "Jan 2, 2024" forms. Days past a month's end roll over for 29
// to 31 as V8 does (2024-02-30 is March 1).
std::optional<std::int64_t> parse_date(std::string_view text) noexcept;
std::string format_iso(std::int64_t unix_ms);  // 2024-01-02T03:04:05.000Z
void append_iso(std::string& out, std::int64_t unix_ms);
std::string format_http_date(std::int64_t unix_seconds);  // RFC 9110 §5.6.7

}  // namespace noded::codec
