#include "repository/database/entity_config.hpp"

#include "repository/database/field_config.hpp"

#include <algorithm>
#include <optional>

namespace noded::database {
namespace {

std::optional<EntityType> entity_type(std::string_view name) {
  if (name == "regular") return EntityType::kRegular;
  if (name == "system") return EntityType::kSystem;
  if (name == "generated") return EntityType::kGenerated;
  return std::nullopt;
}

Result<> add_primary(Entity& entity, std::unique_ptr<Field> primary) {
  if (primary == nullptr) {
    const std::string format = text_or(entity.config, "primary_format", "integer");
    auto made = make_field(entity.name, "id", "primary", {{"format", format}});
    if (!made) return std::unexpected(std::move(made.error()));
    primary = std::move(*made);
  }
  if (find_field(entity, primary->name) != nullptr) {
    return fail(
        Errc::kInvalid,
        "Field " + quoted(primary->name) + " of entity " + quoted(entity.name) +
            " is the primary field"
    );
  }
  const std::string format = text_or(primary->config, "format", "integer");
  if (format != "integer" && format != "uuid") {
    return fail(
        Errc::kInvalid,
        "Unknown primary format " + quoted(format) + " of entity " + quoted(entity.name)
    );
  }
  entity.uuid_keys = format == "uuid";
  entity.fields.insert(entity.fields.begin(), std::move(primary));
  return {};
}

}  // namespace

Result<std::unique_ptr<Entity>> make_entity(std::string_view name, const json::object& given) {
  if (auto valid = check_name("Entity", name); !valid)
    return std::unexpected(std::move(valid.error()));
  auto entity = std::make_unique<Entity>();
  entity->name = name;
  const std::string type = text_or(given, "type", "regular");
  const auto known = entity_type(type);
  if (!known)
    return fail(Errc::kInvalid, "Unknown type " + quoted(type) + " of entity " + quoted(name));
  entity->type = *known;
  entity->config = object_or_empty(given.if_contains("config"));
  set_default(entity->config, "sort_field", "id");
  set_default(entity->config, "sort_dir", "asc");
  std::unique_ptr<Field> primary;
  for (const auto& [field_name, field_value] : object_or_empty(given.if_contains("fields"))) {
    const json::object& field_object = object_or_empty(&field_value);
    const std::string field_type = text_or(field_object, "type", "");
    auto field = make_field(
        name, field_name, field_type, object_or_empty(field_object.if_contains("config"))
    );
    if (!field) return std::unexpected(std::move(field.error()));
    if ((*field)->type != FieldType::kPrimary) {
      entity->fields.push_back(std::move(*field));
    } else if (primary != nullptr) {
      return fail(Errc::kInvalid, "Entity " + quoted(name) + " has more than one primary field");
    } else {
      primary = std::move(*field);
    }
  }
  if (auto added = add_primary(*entity, std::move(primary)); !added)
    return std::unexpected(std::move(added.error()));
  return entity;
}

Field* find_field(Entity& entity, std::string_view name) {
  const auto found =
      std::find_if(entity.fields.begin(), entity.fields.end(), [name](const auto& field) {
        return field->name == name;
      });
  return found == entity.fields.end() ? nullptr : found->get();
}

const json::object& object_or_empty(const json::value* value) {
  static const json::object empty;
  return value != nullptr && value->is_object() ? value->get_object() : empty;
}

std::string text_or(const json::object& object, std::string_view name, std::string_view otherwise) {
  const json::value* value = object.if_contains(name);
  const bool is_given = value != nullptr && value->is_string() && !value->get_string().empty();
  return is_given ? std::string(value->get_string()) : std::string(otherwise);
}

std::string quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

}  // namespace noded::database
