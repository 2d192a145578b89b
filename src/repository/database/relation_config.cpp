#include "repository/database/relation_config.hpp"

#include "repository/database/entity_config.hpp"
#include "repository/database/field_config.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <optional>
#include <utility>

namespace noded::database {
namespace {

std::optional<RelationType> relation_type(std::string_view name) {
  if (name == "n:1") return RelationType::kManyToOne;
  if (name == "1:1") return RelationType::kOneToOne;
  if (name == "m:n") return RelationType::kManyToMany;
  if (name == "poly") return RelationType::kPolymorphic;
  return std::nullopt;
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string name;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!name.empty()) name.push_back('_');
    name.append(part);
  }
  return name;
}

// As bknd names relations in a dump.
std::string dumped_name(const Relation& relation) {
  const std::string& source = relation.source->name;
  const std::string& target = relation.target->name;
  const std::string mapped_by = text_or(relation.config, "mappedBy", "");
  const std::string inversed_by = text_or(relation.config, "inversedBy", "");
  switch (relation.type) {
    case RelationType::kManyToOne:
      return joined({"n1", source, target, mapped_by, inversed_by});
    case RelationType::kOneToOne:
      return joined({"11", source, target, mapped_by, inversed_by});
    case RelationType::kPolymorphic:
      return joined({"poly", source, target, mapped_by, inversed_by});
    case RelationType::kManyToMany:
      break;
  }
  const std::string& connection = relation.through->name;
  const std::string mapped = text_or(relation.config, "connectionTableMappedName", connection);
  return joined(
      {"mn", connection, mapped == connection ? std::string_view() : std::string_view(mapped)}
  );
}

json::object dumped_config(RelationType type, const json::object& given) {
  json::object config;
  if (type != RelationType::kOneToOne) {
    config = given;
    if (type == RelationType::kManyToOne) set_default(config, "with_limit", 5);
    return config;
  }
  const auto copy = [&given, &config](std::string_view name) {
    if (const json::value* value = given.if_contains(name); value != nullptr) config[name] = *value;
  };
  copy("mappedBy");
  copy("inversedBy");
  config["sourceCardinality"] = 1;
  copy("required");
  config["with_limit"] = 1;
  return config;
}

std::unexpected<Error> no_relation_field(
    std::string_view field, const Entity& entity, const Entity& target
) {
  return fail(
      Errc::kInvalid,
      "field " + quoted(field) + " of entity " + quoted(entity.name) + " is no relation to " +
          quoted(target.name)
  );
}

bool points_at(const Field& field, const Entity& target) {
  return field.type == FieldType::kRelation && text_or(field.config, "target", "") == target.name;
}

// The first relation field of the connection entity that points at `end`, made if there is none.
Result<const Field*> connect(Entity& connection, const Entity& end, bool required) {
  for (const auto& field : connection.fields) {
    if (points_at(*field, end)) return field.get();
  }
  auto made = make_relation_field(connection.name, end.name, end, required, "", {});
  if (!made) return std::unexpected(std::move(made.error()));
  if (find_field(connection, (*made)->name) != nullptr)
    return no_relation_field((*made)->name, connection, end);
  return connection.fields.emplace_back(std::move(*made)).get();
}

Result<> make_poly_fields(Relation& relation, Entity& target) {
  for (const auto& [name, place] :
       {std::pair("reference", &relation.poly_reference), std::pair("entity_id", &relation.poly_key)
       }) {
    *place = find_field(target, name);
    if (*place == nullptr) {
      auto made = make_field(
          target.name, name, "text", {{"hidden", true}, {"fillable", json::array{"create"}}}
      );
      if (!made) return std::unexpected(std::move(made.error()));
      *place = target.fields.emplace_back(std::move(*made)).get();
    } else if ((*place)->type != FieldType::kText) {
      return fail(
          Errc::kInvalid,
          "field " + quoted(name) + " of entity " + quoted(target.name) + " must be text"
      );
    }
  }
  return {};
}

}  // namespace

Result<> RelationBuilder::add(std::string_view key, const json::object& given) {
  const std::string type = text_or(given, "type", "");
  const auto known = relation_type(type);
  if (!known)
    return fail(Errc::kInvalid, "Unknown type " + quoted(type) + " of relation " + quoted(key));
  auto relation = std::make_unique<Relation>();
  relation->type = *known;
  if (auto described = describe(*relation, type, given); !described) {
    described.error().message = "Relation " + quoted(key) + ": " + described.error().message;
    return described;
  }
  relations_.push_back(std::move(relation));
  return {};
}

Result<> RelationBuilder::describe(
    Relation& relation, std::string_view type, const json::object& given
) {
  const std::string source_name = text_or(given, "source", "");
  const std::string target_name = text_or(given, "target", "");
  Entity* source = find(source_name);
  Entity* target = find(target_name);
  if (source == nullptr)
    return fail(Errc::kInvalid, "entity " + quoted(source_name) + " not found");
  if (target == nullptr)
    return fail(Errc::kInvalid, "entity " + quoted(target_name) + " not found");
  relation.source = source;
  relation.target = target;
  relation.config = dumped_config(relation.type, object_or_empty(given.if_contains("config")));
  ConfigReader config(relation.config, "the relation");
  relation.required = config.boolean("required").value_or(false);
  relation.with_limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(
      config.count("with_limit").value_or(5), std::numeric_limits<std::uint32_t>::max()
  ));
  if (auto valid = config.status(); !valid) return valid;
  const bool named_by_entities = relation.type == RelationType::kManyToMany;
  relation.target_name =
      named_by_entities ? target_name : text_or(relation.config, "mappedBy", target_name);
  relation.source_name =
      named_by_entities ? source_name : text_or(relation.config, "inversedBy", source_name);
  if (auto made = make_fields(relation, *source, *target); !made) return made;
  relation.name = dumped_name(relation);
  return require_distinct(relation, type);
}

Result<> RelationBuilder::make_fields(Relation& relation, Entity& source, Entity& target) {
  switch (relation.type) {
    case RelationType::kManyToMany:
      return make_connection(relation, source, target);
    case RelationType::kPolymorphic:
      return make_poly_fields(relation, target);
    default:
      return make_key(relation, source, target);
  }
}

Result<> RelationBuilder::make_key(Relation& relation, Entity& source, const Entity& target) const {
  if (auto valid = check_name("Reference", relation.target_name); !valid) return valid;
  const std::string name = relation.target_name + "_" + target.primary().name;
  const Field* key = find_field(source, name);
  if (key != nullptr && !points_at(*key, target)) return no_relation_field(name, source, target);
  if (key == nullptr) {
    const json::object& extra = object_or_empty(relation.config.if_contains("fieldConfig"));
    auto made = make_relation_field(
        source.name,
        relation.target_name,
        target,
        relation.required,
        label_of(relation.target_name),
        extra
    );
    if (!made) return std::unexpected(std::move(made.error()));
    key = source.fields.emplace_back(std::move(*made)).get();
  }
  relation.key = key;
  return {};
}

Result<> RelationBuilder::make_connection(
    Relation& relation, const Entity& source, const Entity& target
) {
  if (&source == &target) {
    return fail(
        Errc::kInvalid,
        "a m:n relation cannot connect entity " + quoted(source.name) + " with itself"
    );
  }
  const std::string name =
      text_or(relation.config, "connectionTable", source.name + "_" + target.name);
  Entity* connection = find(name);
  if (connection == nullptr) {
    auto made = make_entity(name, {{"type", "generated"}});
    if (!made) return std::unexpected(std::move(made.error()));
    connection = entities_.emplace_back(std::move(*made)).get();
  }
  auto source_key = connect(*connection, source, relation.required);
  if (!source_key) return std::unexpected(std::move(source_key.error()));
  auto target_key = connect(*connection, target, relation.required);
  if (!target_key) return std::unexpected(std::move(target_key.error()));
  relation.through = connection;
  relation.through_source = *source_key;
  relation.through_target = *target_key;
  return {};
}

Result<> RelationBuilder::require_distinct(const Relation& relation, std::string_view type) const {
  for (const auto& other : relations_) {
    const bool same_ends = other->source == relation.source && other->target == relation.target &&
                           other->source_name == relation.source_name &&
                           other->target_name == relation.target_name;
    if (!same_ends && other->name != relation.name) continue;
    return fail(
        Errc::kInvalid,
        "Relation " + quoted(type) + " between " + quoted(relation.source->name) + " and " +
            quoted(relation.target->name) + " already exists"
    );
  }
  return {};
}

Entity* RelationBuilder::find(std::string_view name) const {
  const auto found = std::find_if(entities_.begin(), entities_.end(), [name](const auto& entity) {
    return entity->name == name;
  });
  return found == entities_.end() ? nullptr : found->get();
}

}  // namespace noded::database
