// JSON text: strict parsing with bounds, and writing straight into a buffer without building a
// tree.
#pragma once

#include "noded/result.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::codec {

struct JsonLimits {
  std::size_t max_depth = 64;
};

// RFC 8259, strictly: UTF-8, no duplicate keys, no lone surrogates, nothing after the value;
// numbers out of range are refused. Errors: kInvalid "Malformed JSON in request body: <what> at
// byte <n>" ("request body" is `what_text`).
Result<boost::json::value> parse_json(
    std::string_view text,
    std::string_view what_text = "request body",
    const JsonLimits& limits = {}
);

// Appends `text` quoted and escaped as JSON.stringify does. Ill-formed UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// As ECMAScript prints numbers: shortest round trip, 1e21 and 1e-7 as exponents, -0 as 0.
void append_json_number(std::string& out, double number);
void append_json_integer(std::string& out, std::int64_t number);
// Appends any value, members in their order, numbers as above.
void append_json(std::string& out, const boost::json::value& value);
std::string to_json_text(const boost::json::value& value);

}  // namespace noded::codec
