#include "modules/data/data_schema.hpp"

#include <array>
#include <string>
#include <utility>

namespace noded::data {
namespace {

namespace json = boost::json;

// What the configuration of every field may hold, whatever its type.
constexpr std::string_view kCommon =
    R"("label":{"type":"string"},"description":{"type":"string"},)"
    R"("required":{"type":"boolean","default":false},)"
    R"("fillable":{"anyOf":[{"type":"boolean","title":"Boolean"},)"
    R"({"type":"array","title":"Context","uniqueItems":true,"items":{"type":"string",)"
    R"("enum":["create","read","update","delete"]}}]},)"
    R"("hidden":{"anyOf":[{"type":"boolean","title":"Boolean"},)"
    R"({"type":"array","title":"Context","uniqueItems":true,"items":{"type":"string",)"
    R"("enum":["create","read","update","delete","form","table","submit"]}}]},)"
    R"("virtual":{"type":"boolean"})";

constexpr std::string_view kAnyDefault = R"("default_value":{})";

struct FieldKind {
  std::string_view type;
  std::string_view own;       // members of its configuration before the common ones
  std::string_view after;     // and behind them
  std::string_view required;  // JSON array text; empty = none
};

constexpr std::array kFieldKinds{
    FieldKind{
        "primary",
        R"("format":{"type":"string","enum":["integer","uuid"],"default":"integer"})",
        kAnyDefault,
        {},
    },
    FieldKind{
        "text",
        R"("default_value":{"type":"string"},"minLength":{"type":"number"},)"
        R"("maxLength":{"type":"number"},"pattern":{"type":"string"},)"
        R"("html_config":{"type":"object","properties":{"element":{"type":"string"},)"
        R"("props":{"type":"object","additionalProperties":{"anyOf":[)"
        R"({"type":"string","title":"String"},{"type":"number","title":"Number"}]}}}})",
        {},
        {},
    },
    FieldKind{
        "number",
        R"("default_value":{"type":"number"},"minimum":{"type":"number"},)"
        R"("maximum":{"type":"number"},"exclusiveMinimum":{"type":"number"},)"
        R"("exclusiveMaximum":{"type":"number"},"multipleOf":{"type":"number"})",
        {},
        {},
    },
    FieldKind{"boolean", R"("default_value":{"type":"boolean"})", {}, {}},
    FieldKind{
        "date",
        R"("type":{"type":"string","enum":["date","datetime","week"],"default":"date"},)"
        R"("timezone":{"type":"string"},"min_date":{"type":"string"},"max_date":{"type":"string"})",
        kAnyDefault,
        {},
    },
    FieldKind{
        "enum",
        R"("default_value":{"type":"string"},"options":{"anyOf":[)"
        R"({"type":"object","properties":{"type":{"const":"strings"},)"
        R"("values":{"type":"array","items":{"type":"string"}}},"required":["type","values"]},)"
        R"({"type":"object","properties":{"type":{"const":"objects"},)"
        R"("values":{"type":"array","items":{"type":"object",)"
        R"("properties":{"label":{"type":"string"},"value":{"type":"string"}},)"
        R"("required":["label","value"]}}},"required":["type","values"]}]})",
        {},
        {},
    },
    FieldKind{"json", kAnyDefault, {}, {}},
    FieldKind{
        "jsonschema",
        R"("schema":{"type":"object"},"ui_schema":{"type":"object"},)"
        R"("default_from_schema":{"type":"boolean"})",
        kAnyDefault,
        {},
    },
    FieldKind{
        "relation",
        R"("reference":{"type":"string"},"target":{"type":"string"},)"
        R"("target_field":{"type":"string","default":"id"},)"
        R"("target_field_type":{"type":"string","enum":["text","integer"],"default":"integer"},)"
        R"("on_delete":{"type":"string","enum":["cascade","set null","set default","restrict",)"
        R"("no action"],"default":"set null"})",
        kAnyDefault,
        R"(["reference","target"])",
    },
    FieldKind{
        "media",
        R"("entity":{"type":"string"},"min_items":{"type":"number"},)"
        R"("max_items":{"type":"number"},)"
        R"("mime_types":{"type":"array","items":{"type":"string"}})",
        kAnyDefault,
        {},
    },
};

struct RelationKind {
  std::string_view type;
  std::string_view own;  // members of its configuration before the common ones
};

constexpr std::string_view kKeyRelation =
    R"("sourceCardinality":{"type":"number"},"with_limit":{"type":"number","default":5},)"
    R"("fieldConfig":{"type":"object","properties":{"label":{"type":"string"}},)"
    R"("required":["label"]})";

constexpr std::array kRelationKinds{
    RelationKind{"1:1", kKeyRelation},
    RelationKind{"n:1", kKeyRelation},
    RelationKind{
        "m:n",
        R"("connectionTable":{"type":"string"},"connectionTableMappedName":{"type":"string"})",
    },
    RelationKind{"poly", R"("targetCardinality":{"type":"number"})"},
};

constexpr std::string_view kEntityConfig =
    R"({"type":"object","default":{},"additionalProperties":false,"properties":{)"
    R"("name":{"type":"string"},"name_singular":{"type":"string"},)"
    R"("description":{"type":"string"},"sort_field":{"type":"string","default":"id"},)"
    R"("sort_dir":{"type":"string","enum":["asc","desc"],"default":"asc"},)"
    R"("primary_format":{"type":"string","enum":["integer","uuid"]}}})";

void append_field_schema(const FieldKind& kind, std::string& out) {
  out += R"({"type":"object","title":")";
  out += kind.type;
  out += R"(","additionalProperties":false,"properties":{"name":{"type":"string"},)";
  out += R"("type":{"const":")";
  out += kind.type;
  out += R"("},"config":{"type":"object","additionalProperties":false,"properties":{)";
  out += kind.own;
  out += ',';
  out += kCommon;
  if (!kind.after.empty()) {
    out += ',';
    out += kind.after;
  }
  out += '}';
  if (!kind.required.empty()) {
    out += R"(,"required":)";
    out += kind.required;
  }
  out += R"(}},"required":["type"]})";
}

void append_relation_schema(const RelationKind& kind, std::string& out) {
  out += R"({"type":"object","title":")";
  out += kind.type;
  out += R"(","additionalProperties":false,"properties":{"type":{"const":")";
  out += kind.type;
  out += R"("},"source":{"type":"string"},"target":{"type":"string"},)";
  out += R"("config":{"type":"object","additionalProperties":false,"properties":{)";
  out += kind.own;
  out += R"(,"mappedBy":{"type":"string"},"inversedBy":{"type":"string"},)";
  out += R"("required":{"type":"boolean"}}}},"required":["type","source","target"]})";
}

std::string make_schema_text() {
  std::string out =
      R"({"type":"object","additionalProperties":false,"properties":{)"
      R"("basepath":{"type":"string","default":"/api/data"},)"
      R"("default_primary_format":{"type":"string","enum":["integer","uuid"],)"
      R"("default":"integer"},)"
      R"("entities":{"type":"object","default":{},"additionalProperties":{"type":"object",)"
      R"("additionalProperties":false,"properties":{"name":{"type":"string"},)"
      R"("type":{"type":"string","enum":["regular","system","generated"],)"
      R"("default":"regular"},"config":)";
  out += kEntityConfig;
  out += R"(,"fields":{"type":"object","default":{},"additionalProperties":{"anyOf":[)";
  for (const FieldKind& kind : kFieldKinds) {
    if (!out.ends_with('[')) out += ',';
    append_field_schema(kind, out);
  }
  out += R"(]}}}}},"relations":{"type":"object","default":{},"additionalProperties":{"anyOf":[)";
  for (const RelationKind& kind : kRelationKinds) {
    if (!out.ends_with('[')) out += ',';
    append_relation_schema(kind, out);
  }
  out += R"(]}},"indices":{"type":"object","default":{},"additionalProperties":{"type":"object",)"
         R"("additionalProperties":false,"properties":{"entity":{"type":"string"},)"
         R"("fields":{"type":"array","minItems":1,"items":{"type":"string"}},)"
         R"("unique":{"type":"boolean","default":false}},"required":["entity","fields"]}}}})";
  return out;
}

// The member as an object, made if absent; null when it is something else.
json::object* object_at(json::object& parent, std::string_view name) {
  json::value& member = parent[name];
  if (member.is_null()) member = json::object();
  return member.if_object();
}

void set_if_absent(json::object& object, std::string_view name, json::value value) {
  if (!object.contains(name)) object[name] = std::move(value);
}

// bknd asks default_primary_format for nothing: it is what its UI proposes for a new entity.
std::string primary_format_of(const json::object& config) {
  const json::value* own = config.if_contains("primary_format");
  return own != nullptr && own->is_string() ? std::string(own->as_string()) : "integer";
}

// Puts `id` in front; its configuration is the application's where it gives one.
void put_primary_first(json::object& fields, const std::string& format) {
  json::object primary;
  if (const json::value* given = fields.if_contains("id")) {
    if (!given->is_object()) return;
    primary = given->as_object();
  }
  set_if_absent(primary, "type", "primary");
  if (json::object* config = object_at(primary, "config")) {
    set_if_absent(*config, "format", json::value(format));
    set_if_absent(*config, "fillable", false);
    set_if_absent(*config, "required", false);
  }
  json::object ordered;
  ordered["id"] = std::move(primary);
  for (auto& field : fields) {
    if (field.key() != "id") ordered[field.key()] = std::move(field.value());
  }
  fields = std::move(ordered);
}

void complete_entity(json::object& entity) {
  set_if_absent(entity, "type", "regular");
  object_at(entity, "config");
  object_at(entity, "fields");
  json::object* config = entity.at("config").if_object();
  json::object* fields = entity.at("fields").if_object();
  if (config == nullptr || fields == nullptr) return;
  set_if_absent(*config, "sort_field", "id");
  set_if_absent(*config, "sort_dir", "asc");
  put_primary_first(*fields, primary_format_of(*config));
  for (auto& field : *fields) {
    json::object* given = field.value().if_object();
    json::object* field_config = given != nullptr ? object_at(*given, "config") : nullptr;
    if (field_config != nullptr) set_if_absent(*field_config, "required", false);
  }
}

}  // namespace

std::string_view data_schema_text() {
  static const std::string text = make_schema_text();
  return text;
}

void complete_data(json::object& data) {
  set_if_absent(data, "basepath", "/api/data");
  set_if_absent(data, "default_primary_format", "integer");
  for (const std::string_view part : {"entities", "relations", "indices"})
    object_at(data, part);
  json::object* entities = data.at("entities").if_object();
  if (entities == nullptr) return;
  for (auto& entity : *entities) {
    if (json::object* given = entity.value().if_object()) complete_entity(*given);
  }
}

}  // namespace noded::data
