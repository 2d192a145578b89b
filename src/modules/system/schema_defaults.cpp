#include "modules/system/schema_defaults.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace noded::system {

namespace json = boost::json;

namespace {

bool is_required(const json::object& schema, std::string_view name) {
  const json::value* list = schema.if_contains("required");
  if (list == nullptr || !list->is_array()) return false;
  return std::ranges::any_of(list->get_array(), [name](const json::value& entry) {
    return entry.is_string() && std::string_view(entry.get_string()) == name;
  });
}

void add_default(
    const json::object& schema,
    std::string_view name,
    const json::value& property,
    json::object& instance
) {
  const auto* declaration = property.if_object();
  if (declaration == nullptr) return;
  if (const json::value* value = declaration->if_contains("default")) {
    instance[name] = *value;
    fill_defaults(property, instance[name]);
  } else if (declaration->contains("properties") && is_required(schema, name)) {
    json::value made = json::object();
    fill_defaults(property, made);
    if (!made.get_object().empty()) instance[name] = std::move(made);
  }
}

}  // namespace

void fill_defaults(const json::value& schema, json::value& instance) {
  const auto* declaration = schema.if_object();
  auto* members = instance.if_object();
  if (declaration == nullptr || members == nullptr) return;

  const json::value* listed = declaration->if_contains("properties");
  const json::object* properties = listed != nullptr ? listed->if_object() : nullptr;
  if (properties != nullptr) {
    for (const auto& [name, property] : *properties) {
      if (json::value* present = members->if_contains(name)) {
        fill_defaults(property, *present);
      } else {
        add_default(*declaration, name, property, *members);
      }
    }
  }
  const json::value* additional = declaration->if_contains("additionalProperties");
  if (additional == nullptr || !additional->is_object()) return;
  for (auto& [name, value] : *members) {
    if (properties == nullptr || !properties->contains(name)) fill_defaults(*additional, value);
  }
}

}  // namespace noded::system
