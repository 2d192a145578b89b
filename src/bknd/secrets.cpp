#include "bknd/secrets.hpp"

#include <boost/json/value.hpp>

#include <string_view>

namespace noded::bknd {

namespace json = boost::json;

namespace {

void put(json::object& into, std::string_view path, const json::value& secret) {
  const std::size_t dot = path.find('.');
  const std::string_view name = path.substr(0, dot);
  if (dot == std::string_view::npos) {
    into[name] = secret;
    return;
  }
  json::value* inner = into.if_contains(name);
  if (inner != nullptr && inner->is_object())
    put(inner->get_object(), path.substr(dot + 1), secret);
}

}  // namespace

void put_secrets(json::object& configuration, const json::object& secrets) {
  for (const auto& [path, secret] : secrets)
    put(configuration, path, secret);
}

}  // namespace noded::bknd
