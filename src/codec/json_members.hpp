// Members of a JSON object that may be absent or of another type. Pure.
#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <string_view>

namespace noded::codec {

// A text member; empty when it is absent or no text. Valid while the object is.
inline std::string_view text_member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string())
                                                  : std::string_view();
}

// A whole number; 0 when it is absent or none that fits.
inline std::int64_t integer_member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* member = object.if_contains(name);
  return member != nullptr && member->is_int64() ? member->get_int64() : 0;
}

}  // namespace noded::codec
