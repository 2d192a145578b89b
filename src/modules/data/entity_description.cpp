#include "modules/data/entity_description.hpp"

#include "codec/json.hpp"

#include <boost/json/array.hpp>

#include <vector>

namespace noded::data {
namespace {

namespace json = boost::json;
using database::Context;
using database::Entity;
using database::Field;
using database::FieldType;
using database::Reference;

std::string_view type_name(FieldType type) {
  switch (type) {
    case FieldType::kPrimary:
      return "primary";
    case FieldType::kText:
      return "text";
    case FieldType::kNumber:
      return "number";
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kDate:
      return "date";
    case FieldType::kEnum:
      return "enum";
    case FieldType::kJson:
      return "json";
    case FieldType::kJsonSchema:
      return "jsonschema";
    case FieldType::kRelation:
      return "relation";
    case FieldType::kMedia:
      return "media";
  }
  return "text";
}

template <class T>
void add_if_set(json::object& out, std::string_view name, const std::optional<T>& value) {
  if (value) out[name] = *value;
}

void describe_number(const Field& field, json::object& out) {
  add_if_set(out, "minimum", field.minimum);
  add_if_set(out, "maximum", field.maximum);
  add_if_set(out, "exclusiveMinimum", field.exclusive_minimum);
  add_if_set(out, "exclusiveMaximum", field.exclusive_maximum);
  add_if_set(out, "multipleOf", field.multiple_of);
}

void describe_text(const Field& field, json::object& out) {
  add_if_set(out, "minLength", field.min_length);
  add_if_set(out, "maxLength", field.max_length);
  if (!field.pattern_text.empty()) out["pattern"] = field.pattern_text;
}

void describe_media(const Field& field, json::object& out) {
  const json::object rows{{"$ref", "../schema.json#/properties/media"}};
  const json::value* most = field.config.if_contains("max_items");
  if (most != nullptr && *most == 1) {
    out["$ref"] = rows.at("$ref");
    return;
  }
  out["type"] = "array";
  out["items"] = rows;
  if (const auto* least = field.config.if_contains("min_items")) out["minItems"] = *least;
  if (most != nullptr) out["maxItems"] = *most;
}

json::object field_schema(const Entity& entity, const Field& field) {
  json::object out{{"$field", type_name(field.type)}};
  if (field.type == FieldType::kMedia) {
    describe_media(field, out);
    return out;
  }
  out["~standard"] = json::object{{"version", 1}, {"vendor", "jsonv-ts"}};
  switch (field.type) {
    case FieldType::kPrimary:
      out["type"] = entity.uuid_keys ? "string" : "number";
      return out;
    case FieldType::kText:
    case FieldType::kDate:
    case FieldType::kEnum:
      out["type"] = "string";
      break;
    case FieldType::kNumber:
      out["type"] = "number";
      break;
    case FieldType::kBoolean:
      out["type"] = "boolean";
      break;
    case FieldType::kJson:
      return out;
    case FieldType::kJsonSchema:
      if (const auto* schema = field.config.if_contains("schema"); schema && schema->is_object()) {
        for (const auto& member : schema->as_object())
          out[member.key()] = member.value();
      } else {
        out["type"] = "object";
      }
      break;
    case FieldType::kRelation:
      out["type"] = "number";  // also of text keys, as bknd has it
      if (field.target != nullptr) out["$ref"] = field.target->name + "#/properties/id";
      return out;
    case FieldType::kMedia:
      break;
  }
  if (field.type == FieldType::kEnum)
    out["enum"] = json::array(field.options.begin(), field.options.end());
  if (field.default_value) out["default"] = *field.default_value;
  if (field.type == FieldType::kNumber) describe_number(field, out);
  if (field.type == FieldType::kText) describe_text(field, out);
  return out;
}

// References as bknd lists them: a relation of an entity with itself counts once, under the name of
// its many side.
std::vector<const Reference*> listed_references(const Entity& entity) {
  std::vector<const Reference*> listed;
  for (const Reference& reference : entity.references) {
    const bool is_own = reference.relation->source == reference.relation->target;
    if (!is_own || !reference.from_source) listed.push_back(&reference);
  }
  return listed;
}

template <class Predicate>
void append_references(
    const std::vector<const Reference*>& references, Predicate belongs, std::string& out
) {
  out += '[';
  bool first = true;
  for (const Reference* reference : references) {
    if (!belongs(*reference)) continue;
    if (!first) out += ',';
    first = false;
    out += R"({"entity":)";
    codec::append_json_string(out, reference->other->name);
    out += R"(,"ref":)";
    codec::append_json_string(out, reference->name);
    out += '}';
  }
  out += ']';
}

}  // namespace

std::string entity_label(const Entity& entity) {
  if (const auto* name = entity.config.if_contains("name"); name != nullptr && name->is_string()) {
    return std::string(name->as_string());
  }
  std::string label = entity.name;
  bool at_start = true;
  for (char& c : label) {
    if (c == '_' || c == '-') c = ' ';
    if (at_start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    at_start = c == ' ';
  }
  return label;
}

void append_entity_schema(
    const Entity& entity,
    std::optional<Context> context,
    std::string_view origin,
    std::string_view base,
    std::string& out
) {
  json::object properties;
  for (const auto& field : entity.fields) {
    const bool is_writable = !field->is_virtual && field->type != FieldType::kPrimary;
    if (context && !(is_writable && field->is_fillable(*context))) continue;
    properties[field->name] = field_schema(entity, *field);
  }
  const std::string path(base);
  const json::object schema{
      {"$schema", std::string(origin) + path + "/schema.json"},
      {"$id", path + "/schemas/" + entity.name},
      {"title", entity_label(entity)},
      {"type", "object"},
      {"additionalProperties", false},
      {"properties", std::move(properties)},
  };
  codec::append_json(out, schema);
}

void append_entity_info(const Entity& entity, std::string& out) {
  out += R"({"name":)";
  codec::append_json_string(out, entity.name);
  out += R"(,"fields":[)";
  bool first = true;
  for (const auto& field : entity.fields) {
    if (!first) out += ',';
    first = false;
    codec::append_json_string(out, field->name);
  }
  const auto references = listed_references(entity);
  const auto is_own = [](const Reference& reference) {
    return reference.relation->source == reference.relation->target;
  };
  out += R"(],"relations":{"all":)";
  append_references(references, [](const Reference&) { return true; }, out);
  out += R"(,"listable":)";
  append_references(references, [](const Reference& r) { return r.listable; }, out);
  out += R"(,"source":)";
  append_references(
      references, [&](const Reference& r) { return r.from_source || is_own(r); }, out
  );
  out += R"(,"target":)";
  append_references(
      references, [&](const Reference& r) { return !r.from_source || is_own(r); }, out
  );
  out += "}}";
}

}  // namespace noded::data
