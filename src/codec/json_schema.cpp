#include "codec/json_schema.hpp"

#include "codec/json.hpp"
#include "codec/json_schema_tree.hpp"

#include <algorithm>
#include <optional>

namespace noded::codec {
namespace {

namespace json = boost::json;

using Template = std::optional<json::value>;

bool names_type(const json::object& schema, std::string_view name) {
  const json::value* type = schema.if_contains("type");
  return type != nullptr && type->is_string() && type->get_string() == name;
}

bool is_required(const json::object& schema, std::string_view name) {
  const json::value* names = schema.if_contains("required");
  return names != nullptr && names->is_array() &&
         std::ranges::any_of(names->get_array(), [name](const json::value& required) {
           return required.is_string() && required.get_string() == name;
         });
}

Template template_of(const json::value& schema, Template given, bool is_optional);

// Members that are required, or all of them once there is an object (or any other value) to begin
// with.
Template template_of_object(const json::object& schema, Template given) {
  const json::value* properties = schema.if_contains("properties");
  json::object made;
  if (given && given->is_object()) made = given->get_object();
  if (properties != nullptr && properties->is_object()) {
    for (const auto& [name, property] : properties->get_object()) {
      const bool is_optional = !is_required(schema, name);
      const json::value* member = made.if_contains(name);
      if (is_optional && member == nullptr && !given) continue;
      auto value =
          template_of(property, member == nullptr ? Template() : Template(*member), is_optional);
      if (value) made[name] = std::move(*value);
    }
  }
  if (made.empty()) return given;
  return made;
}

Template template_of(const json::value& schema, Template given, bool is_optional) {
  const json::object* object = schema.if_object();
  if (object == nullptr) return given;
  if (const json::value* constant = object->if_contains("const")) {
    given = *constant;
  } else if (const json::value* fallback = object->if_contains("default");
             fallback != nullptr && !given) {
    given = *fallback;
  }
  if (is_optional && !given) return given;
  if (names_type(*object, "object")) return template_of_object(*object, std::move(given));
  if (names_type(*object, "array") && (!given || !given->is_array())) return json::array();
  return given;
}

}  // namespace

json::value make_template(const json::value& source) {
  auto made = template_of(source, {}, false);
  return made ? std::move(*made) : json::value();
}

struct JsonSchema::Compiled {
  explicit Compiled(const json::value& schema) : source(schema) {}

  json::value source;
  json::value defaults;
  SchemaTree tree;  // points into source
};

JsonSchema::~JsonSchema() = default;

Result<std::shared_ptr<const JsonSchema>> JsonSchema::compile(const json::value& schema) {
  auto compiled = std::make_unique<Compiled>(schema);
  const auto outcome = compile_schema(compiled->source, compiled->tree);
  if (!outcome) return std::unexpected(outcome.error());
  compiled->defaults = make_template(compiled->source);
  std::shared_ptr<JsonSchema> made(new JsonSchema);
  made->compiled_ = std::move(compiled);
  return made;
}

std::vector<SchemaError> JsonSchema::validate(const json::value& instance) const {
  return validate_tree(compiled_->tree, instance);
}

json::value JsonSchema::template_of_defaults() const {
  return compiled_->defaults;
}

const json::value& JsonSchema::source() const {
  return compiled_->source;
}

json::array to_json(const std::vector<SchemaError>& errors) {
  json::array list;
  list.reserve(errors.size());
  for (const SchemaError& error : errors) {
    list.push_back({
        {"keywordLocation", error.keyword_location},
        {"instanceLocation", error.instance_location},
        {"error", error.error},
        {"data", error.data},
    });
  }
  return list;
}

std::string validation_answer(const std::vector<SchemaError>& errors, const json::value& schema) {
  std::string out = "{\"valid\":false,\"errors\":";
  append_json(out, to_json(errors));
  out += ",\"schema\":";
  append_json(out, schema);
  out += '}';
  return out;
}

}  // namespace noded::codec
