#include "repository/database/schema.hpp"

#include <algorithm>

namespace noded::database {

const Field* Entity::find_field(std::string_view field_name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [field_name](const auto& field) {
    return field->name == field_name;
  });
  return found == fields.end() ? nullptr : found->get();
}

const Reference* Entity::find_reference(std::string_view reference_name) const {
  const auto found = std::find_if(
      references.begin(),
      references.end(),
      [reference_name](const Reference& candidate) { return candidate.name == reference_name; }
  );
  return found == references.end() ? nullptr : &*found;
}

const Entity* Schema::find(std::string_view entity_name) const {
  const auto found = by_name_.find(entity_name);
  return found == by_name_.end() ? nullptr : found->second;
}

json::object Schema::dump() const {
  static constexpr std::string_view kFieldTypes[] = {
      "primary",
      "text",
      "number",
      "boolean",
      "date",
      "enum",
      "json",
      "jsonschema",
      "relation",
      "media"
  };
  static constexpr std::string_view kEntityTypes[] = {"regular", "system", "generated"};
  static constexpr std::string_view kRelationTypes[] = {"n:1", "1:1", "m:n", "poly"};
  json::object entities;
  for (const auto& entity : entities_) {
    json::object fields;
    for (const auto& field : entity->fields) {
      const std::string_view type = kFieldTypes[static_cast<std::size_t>(field->type)];
      fields.emplace(field->name, json::object{{"type", type}, {"config", field->config}});
    }
    const std::string_view type = kEntityTypes[static_cast<std::size_t>(entity->type)];
    entities.emplace(
        entity->name,
        json::object{{"type", type}, {"fields", std::move(fields)}, {"config", entity->config}}
    );
  }
  json::object relations;
  for (const auto& relation : relations_) {
    relations.emplace(
        relation->name,
        json::object{
            {"type", kRelationTypes[static_cast<std::size_t>(relation->type)]},
            {"source", relation->source->name},
            {"target", relation->target->name},
            {"config", relation->config}
        }
    );
  }
  json::object indices;
  for (const auto& index : indices_) {
    if (index->implicit) continue;
    json::array fields;
    for (const Field* field : index->fields)
      fields.emplace_back(field->name);
    indices.emplace(
        index->name,
        json::object{
            {"entity", index->entity->name},
            {"fields", std::move(fields)},
            {"unique", index->unique}
        }
    );
  }
  return {
      {"entities", std::move(entities)},
      {"relations", std::move(relations)},
      {"indices", std::move(indices)}
  };
}

}  // namespace noded::database
