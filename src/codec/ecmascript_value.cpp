#include "codec/ecmascript_value.hpp"

#include "codec/json.hpp"

#include <algorithm>
#include <functional>

namespace noded::codec {
namespace {

namespace json = boost::json;

bool are_same_numbers(const json::value& a, const json::value& b) {
  if (a.is_int64() && b.is_int64()) return a.get_int64() == b.get_int64();
  return a.to_number<double>() == b.to_number<double>();
}

bool are_same_objects(const json::object& a, const json::object& b) {
  if (a.size() != b.size()) return false;
  return std::ranges::all_of(a, [&b](const auto& member) {
    const json::value* other = b.if_contains(member.key());
    return other != nullptr && is_same_value(member.value(), *other);
  });
}

std::size_t mix(std::size_t hash, std::size_t more) {
  return (hash ^ more) * 0x9e3779b97f4a7c15 + (hash >> 29);
}

std::size_t hash_text(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

}  // namespace

bool is_same_value(const json::value& a, const json::value& b) {
  if (a.is_number()) return b.is_number() && are_same_numbers(a, b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case json::kind::bool_:
      return a.get_bool() == b.get_bool();
    case json::kind::string:
      return a.get_string() == b.get_string();
    case json::kind::array:
      return std::ranges::equal(a.get_array(), b.get_array(), is_same_value);
    case json::kind::object:
      return are_same_objects(a.get_object(), b.get_object());
    default:
      return true;  // null
  }
}

std::size_t hash_value_of(const json::value& value) {
  if (value.is_number()) return std::hash<double>{}(value.to_number<double>());
  switch (value.kind()) {
    case json::kind::bool_:
      return value.get_bool() ? 3 : 5;
    case json::kind::string:
      return mix(7, hash_text(value.get_string()));
    case json::kind::array: {
      std::size_t hash = 11;
      for (const json::value& item : value.get_array())
        hash = mix(hash, hash_value_of(item));
      return hash;
    }
    case json::kind::object: {
      std::size_t hash = 13;  // a sum: members have no order
      for (const auto& [key, member] : value.get_object())
        hash += mix(hash_text(key), hash_value_of(member));
      return hash;
    }
    default:
      return 17;
  }
}

std::string to_template_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_object()) return "[object Object]";
  if (!value.is_array()) return to_json_text(value);
  std::string text;
  for (const json::value& item : value.get_array()) {
    if (&item != value.get_array().data()) text += ',';
    if (!item.is_null()) text += to_template_text(item);
  }
  return text;
}

}  // namespace noded::codec
