// JSON text: strict parsing with bounds, and writing straight into a buffer without building a
// tree.
#pragma once

#include "noded/result.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace noded::codec {

struct JsonLimits {
  std::size_t max_depth = 64;
};

// Memory for values that are read and dropped at once; it must outlive them. Small ones then take
// nothing from the heap.
class JsonArena {
 public:
  boost::json::storage_ptr storage() { return &resource_; }

 private:
  std::array<unsigned char, 3072> first_;
  boost::json::monotonic_resource resource_{first_.data(), first_.size()};
};

// RFC 8259, strictly: UTF-8, no duplicate keys, no lone surrogates, nothing after the value;
// numbers out of range are refused. Errors: kInvalid "Malformed JSON in request body: <what> at
// byte <n>" ("request body" is `what_text`).
Result<boost::json::value> parse_json(
    std::string_view text,
    std::string_view what_text = "request body",
    const JsonLimits& limits = {},
    boost::json::storage_ptr storage = {}
);

// Appends `text` quoted and escaped as JSON.stringify does. Ill-formed UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// As ECMAScript prints numbers: shortest round trip, 1e21 and 1e-7 as exponents, -0 as 0.
void append_json_number(std::string& out, double number);
void append_json_integer(std::string& out, std::int64_t number);
// Appends any value, members in their order, numbers as above.
void append_json(std::string& out, const boost::json::value& value);
std::string to_json_text(const boost::json::value& value);

// An object, member by member as they come; names are taken to be unlike each other.
class JsonObjectText {
 public:
  JsonObjectText& text(std::string_view name, std::string_view value);
  JsonObjectText& integer(std::string_view name, std::int64_t value);
  JsonObjectText& null(std::string_view name);
  JsonObjectText& boolean(std::string_view name, bool value);
  JsonObjectText& texts(std::string_view name, std::span<const std::string> values);
  // Ends it; nothing may be added then.
  std::string take();

 private:
  void add_name(std::string_view name);

  std::string text_ = "{";
};

}  // namespace noded::codec
