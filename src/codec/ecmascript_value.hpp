// JSON values as ECMAScript compares and prints them. Pure.
#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <string>

namespace noded::codec {

// Equality of JSON Schema: 1 equals 1.0, members in any order.
bool is_same_value(const boost::json::value& a, const boost::json::value& b);
// Equal for what is_same_value.
std::size_t hash_value_of(const boost::json::value& value);
// `${value}`: text without quotes, arrays joined by commas, "[object Object]".
std::string to_template_text(const boost::json::value& value);

}  // namespace noded::codec
