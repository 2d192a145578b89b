#include "modules/system/permission_list.hpp"

#include "noded/permissions.hpp"

#include "codec/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <string_view>
#include <utility>

namespace noded::system {

namespace json = boost::json;

namespace {

json::object schema_of_claim(const database::Entity& users, const database::Field& field) {
  using database::FieldType;
  switch (field.type) {
    case FieldType::kPrimary:
      return {{"type", users.uuid_keys ? "string" : "number"}};
    case FieldType::kNumber:
    case FieldType::kRelation:
      return {{"type", "number"}};
    case FieldType::kBoolean:
      return {{"type", "boolean"}};
    case FieldType::kEnum:
      return {
          {"type", "string"}, {"enum", json::array(field.options.begin(), field.options.end())}
      };
    case FieldType::kJson:
    case FieldType::kJsonSchema:
      return {};
    default:
      return {{"type", "string"}};
  }
}

json::object schema_of_user(const database::Schema& schema, const json::object& auth) {
  json::object properties;
  const json::value* name = auth.if_contains("entity_name");
  const json::value* jwt = auth.if_contains("jwt");
  const json::value* fields =
      jwt != nullptr && jwt->is_object() ? jwt->get_object().if_contains("fields") : nullptr;
  const database::Entity* users =
      name != nullptr && name->is_string() ? schema.find(name->get_string()) : nullptr;
  if (users != nullptr && fields != nullptr && fields->is_array()) {
    for (const json::value& claim : fields->get_array()) {
      if (!claim.is_string()) continue;
      const auto* field = users->find_field(claim.get_string());
      if (field != nullptr) properties[field->name] = schema_of_claim(*users, *field);
    }
  }
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

}  // namespace

std::string permission_list(const database::Schema& schema, const json::object& auth) {
  std::string text = R"({"permissions":[)";
  for (const Permission& permission : kPermissions) {
    if (!text.ends_with('[')) text += ',';
    text += R"({"name":)";
    codec::append_json_string(text, permission.name);
    if (permission.filterable) text += R"(,"filterable":true)";
    if (!permission.context_schema.empty()) {
      text.append(R"(,"context":)").append(permission.context_schema);
    }
    text += '}';
  }
  const json::object context{
      {"type", "object"}, {"properties", {{"user", schema_of_user(schema, auth)}}}
  };
  text += R"(],"context":)";
  codec::append_json(text, context);
  text += '}';
  return text;
}

}  // namespace noded::system
