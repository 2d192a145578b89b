// TypeScript definitions of an application's entities. The names that the client library looks up
// (DB, BkndEntity…) are its own; the interfaces are made from the schema.
#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "modules/data/entity_description.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace noded::data {
namespace {

using database::Entity;
using database::EntityType;
using database::Field;
using database::FieldType;
using database::Reference;
using database::Schema;
namespace json = boost::json;

constexpr std::string_view kHead =
    R"(// Generated from the application's configuration. Do not edit.
import type { DB } from "bknd";
import type { Generated, Insertable, Selectable, Updateable } from "kysely";

declare global {
  type BkndEntity<T extends keyof DB> = Selectable<DB[T]>;
  type BkndEntityCreate<T extends keyof DB> = Insertable<DB[T]>;
  type BkndEntityUpdate<T extends keyof DB> = Updateable<DB[T]>;
}
)";

constexpr std::string_view kTail = R"(
declare module "bknd" {
  interface DB extends Database {}
}
)";

bool is_identifier_character(char c, bool first) {
  return codec::is_letter(c) || c == '_' || c == '$' || (!first && codec::is_digit(c));
}

std::string quoted(std::string_view text) {
  std::string out;
  codec::append_json_string(out, text);
  return out;
}

std::string property_name(std::string_view name) {
  bool plain = !name.empty();
  for (std::size_t i = 0; i < name.size(); ++i)
    plain = plain && is_identifier_character(name[i], i == 0);
  return plain ? std::string(name) : quoted(name);
}

// posts_tags → PostsTags. Characters that no identifier has end a word.
std::string interface_name(std::string_view entity) {
  std::string name;
  bool at_start = true;
  for (char c : entity) {
    const bool is_break = c == '_' || !is_identifier_character(c, false);
    if (!is_break) {
      if (at_start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      name += c;
    }
    at_start = is_break;
  }
  if (name.empty() || !is_identifier_character(name.front(), true)) name.insert(0, "_");
  return name;
}

void append_comment(std::string_view indent, std::string_view text, std::string& out) {
  std::string safe;
  for (const char c : text) {
    if (c == '/' && safe.ends_with('*')) safe += ' ';
    safe += c == '\n' || c == '\r' ? ' ' : c;
  }
  out.append(indent) += "/** " + safe + " */\n";
}

void append_comment_of(std::string_view indent, const json::object& config, std::string& out) {
  const json::value* text = config.if_contains("description");
  if (text != nullptr && text->is_string() && !text->as_string().empty()) {
    append_comment(indent, text->as_string(), out);
  }
}

template <class Texts>
std::string union_of(const Texts& texts) {
  std::string out;
  for (const auto& text : texts) {
    if (!out.empty()) out += " | ";
    out += text;
  }
  return out.empty() ? "never" : out;
}

std::string type_of_schema(const json::value& schema);

std::string type_of_object(const json::object& schema) {
  const json::value* properties = schema.if_contains("properties");
  if (properties == nullptr || !properties->is_object()) return "Record<string, unknown>";
  std::set<std::string_view> required;
  if (const auto* names = schema.if_contains("required"); names != nullptr && names->is_array()) {
    for (const json::value& name : names->as_array()) {
      if (name.is_string()) required.emplace(name.as_string());
    }
  }
  std::string out = "{";
  for (const auto& member : properties->as_object()) {
    const std::string_view optional = required.contains(member.key()) ? ": " : "?: ";
    out += ' ' + property_name(member.key());
    out.append(optional) += type_of_schema(member.value()) + ';';
  }
  return out + " }";
}

std::string type_of_named(std::string_view type, const json::object& schema) {
  if (type == "string") return "string";
  if (type == "number" || type == "integer") return "number";
  if (type == "boolean") return "boolean";
  if (type == "null") return "null";
  if (type == "object") return type_of_object(schema);
  if (type == "array") {
    const json::value* items = schema.if_contains("items");
    return "Array<" + (items != nullptr ? type_of_schema(*items) : std::string("unknown")) + ">";
  }
  return "unknown";
}

// The nesting is bounded: the configuration was parsed with a bounded depth.
std::string type_of_schema(const json::value& value) {
  const auto* schema = value.if_object();
  if (schema == nullptr) return "unknown";
  if (const auto* constant = schema->if_contains("const")) return codec::to_json_text(*constant);
  std::vector<std::string> choices;
  if (const auto* values = schema->if_contains("enum"); values != nullptr && values->is_array()) {
    for (const json::value& choice : values->as_array())
      choices.push_back(codec::to_json_text(choice));
    return union_of(choices);
  }
  for (const std::string_view name : {"anyOf", "oneOf"}) {
    const json::value* alternatives = schema->if_contains(name);
    if (alternatives == nullptr || !alternatives->is_array()) continue;
    for (const json::value& alternative : alternatives->as_array())
      choices.push_back("(" + type_of_schema(alternative) + ")");
    return union_of(choices);
  }
  const json::value* type = schema->if_contains("type");
  if (type == nullptr) return "unknown";
  if (const auto* name = type->if_string()) return type_of_named(*name, *schema);
  if (const auto* names = type->if_array()) {
    for (const json::value& name : *names) {
      if (name.is_string()) choices.push_back(type_of_named(name.as_string(), *schema));
    }
    return union_of(choices);
  }
  return "unknown";
}

std::string key_type(const Entity& entity) {
  return entity.uuid_keys ? "string" : "number";
}

std::string type_of_field(const Entity& entity, const Field& field) {
  switch (field.type) {
    case FieldType::kPrimary:
      return "Generated<" + key_type(entity) + ">";
    case FieldType::kText:
      return "string";
    case FieldType::kNumber:
      return "number";
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kDate:
      return "Date | string";
    case FieldType::kEnum: {
      std::vector<std::string> choices;
      for (const std::string& option : field.options)
        choices.push_back(quoted(option));
      return union_of(choices);
    }
    case FieldType::kJson:
      return "any";
    case FieldType::kJsonSchema: {
      const json::value* schema = field.config.if_contains("schema");
      return schema != nullptr ? type_of_schema(*schema) : "unknown";
    }
    case FieldType::kRelation:
      return field.target != nullptr ? key_type(*field.target) : "number";
    case FieldType::kMedia:
      return "unknown";  // shown as a relation
  }
  return "unknown";
}

using Names = std::map<const Entity*, std::string>;  // interfaces of the entities that get one

Names name_interfaces(const Schema& schema) {
  Names names;
  std::set<std::string> taken{"Database"};
  for (const auto& entity : schema.entities()) {
    if (entity->type == EntityType::kSystem) continue;
    const std::string name = interface_name(entity->name);
    std::string unique = name;
    for (int copy = 2; !taken.insert(unique).second; ++copy)
      unique = name + "_" + std::to_string(copy);
    names.emplace(entity.get(), std::move(unique));
  }
  return names;
}

void append_interface(const Entity& entity, const Names& names, std::string& out) {
  out += '\n';
  append_comment_of("", entity.config, out);
  out += "export interface " + names.at(&entity) + " {\n";
  std::set<std::string_view> used;
  for (const auto& field : entity.fields) {
    if (field->type == FieldType::kMedia) continue;
    used.insert(field->name);
    append_comment_of("  ", field->config, out);
    const bool is_certain = field->required || field->type == FieldType::kPrimary;
    out += "  " + property_name(field->name) + (is_certain ? ": " : "?: ") +
           type_of_field(entity, *field) + ";\n";
  }
  for (const Reference& reference : entity.references) {
    if (!used.insert(reference.name).second) continue;
    const auto known = names.find(reference.other);
    const std::string type =
        known != names.end() ? known->second : "DB[" + quoted(reference.other->name) + "]";
    out += "  " + property_name(reference.name) + "?: " + type + (reference.single ? "" : "[]") +
           ";\n";
  }
  out += "}\n";
}

}  // namespace

std::string type_definitions(const Schema& schema) {
  const Names names = name_interfaces(schema);
  std::string out(kHead);
  for (const auto& entity : schema.entities()) {
    if (names.contains(entity.get())) append_interface(*entity, names, out);
  }
  out += "\ninterface Database {\n";
  for (const auto& entity : schema.entities()) {
    const auto known = names.find(entity.get());
    if (known == names.end()) continue;
    out += "  " + property_name(entity->name) + ": " + known->second + ";\n";
  }
  out += "}\n";
  out += kTail;
  return out;
}

}  // namespace noded::data
