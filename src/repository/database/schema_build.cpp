#include "repository/database/field_config.hpp"
#include "repository/database/schema.hpp"

#include <algorithm>
#include <set>

namespace noded::database {
namespace {

const json::object& object_or_empty(const json::value* value) {
  static const json::object empty;
  return value != nullptr && value->is_object() ? value->get_object() : empty;
}

std::string text_or(const json::object& object, std::string_view name, std::string_view otherwise) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() && !value->get_string().empty() ? std::string(value->get_string())
                                                                                : std::string(otherwise);
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// A cardinality of exactly one; others mean many.
bool is_one(const json::object& config, std::string_view name) {
  const json::value* value = config.if_contains(name);
  return value != nullptr && value->is_number() && value->to_number<double>() == 1;
}

std::optional<EntityType> entity_type(std::string_view name) {
  if (name == "regular") return EntityType::kRegular;
  if (name == "system") return EntityType::kSystem;
  if (name == "generated") return EntityType::kGenerated;
  return std::nullopt;
}

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
std::string dumped_name(const Relation& relation, std::string_view mapped_by, std::string_view inversed_by) {
  const std::string& source = relation.source->name;
  const std::string& target = relation.target->name;
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
  return joined({"mn", connection, mapped == connection ? std::string_view() : std::string_view(mapped)});
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

}  // namespace

// Builds one Schema: entities with their declared fields, indices over those, relations with the fields that they make, and
// what follows from all of it.
class SchemaBuilder {
 public:
  SchemaBuilder(const json::object& data, Catalog& catalog, bool indices_are_filled)
      : data_(data), catalog_(catalog), indices_are_filled_(indices_are_filled), schema_(std::make_shared<Schema>()) {}

  Result<std::shared_ptr<Schema>> run() {
    for (const auto step : {&SchemaBuilder::add_entities, &SchemaBuilder::add_indices, &SchemaBuilder::add_relations,
                            &SchemaBuilder::resolve_targets, &SchemaBuilder::assign_numbers}) {
      if (auto done = (this->*step)(); !done) return std::unexpected(std::move(done.error()));
    }
    attach_indices();
    for (const auto& entity : schema_->entities_) {
      add_references(*entity);
      finish(*entity);
    }
    return schema_;
  }

  // Adds the indices of `next` that have yet to be filled.
  void maintain(std::shared_ptr<const Schema> next, const std::vector<std::uint32_t>& filling) {
    for (const auto& index : next->indices_) {
      if (std::find(filling.begin(), filling.end(), index->id) == filling.end()) continue;
      const auto entity = std::find_if(
          schema_->entities_.begin(),
          schema_->entities_.end(),
          [&index](const auto& candidate) { return candidate->id == index->entity->id; }
      );
      if (entity == schema_->entities_.end()) continue;
      auto copy = std::make_unique<Index>(*index);
      copy->entity = entity->get();
      for (const Field*& field : copy->fields) {
        const auto own = std::find_if(
            (*entity)->fields.begin(),
            (*entity)->fields.end(),
            [field](const auto& candidate) { return candidate->id == field->id; }
        );
        if (own != (*entity)->fields.end()) field = own->get();
      }
      copy->implicit = true;
      copy->ready = false;
      (*entity)->indices.push_back(copy.get());
      schema_->indices_.push_back(std::move(copy));
    }
    schema_->next_ = std::move(next);
  }

 private:
  Entity* find(std::string_view name) const {
    const auto found = std::find_if(schema_->entities_.begin(), schema_->entities_.end(), [name](const auto& entity) {
      return entity->name == name;
    });
    return found == schema_->entities_.end() ? nullptr : found->get();
  }

  static Field* find_field(Entity& entity, std::string_view name) {
    const auto found = std::find_if(entity.fields.begin(), entity.fields.end(), [name](const auto& field) {
      return field->name == name;
    });
    return found == entity.fields.end() ? nullptr : found->get();
  }

  Result<> add_entities() {
    for (const auto& [name, value] : object_or_empty(data_.if_contains("entities"))) {
      if (auto added = add_entity(name, object_or_empty(&value)); !added) return added;
    }
    return {};
  }

  Result<> add_entity(std::string_view name, const json::object& given) {
    if (auto valid = check_name("Entity", name); !valid) return valid;
    auto entity = std::make_unique<Entity>();
    entity->name = name;
    const std::string type = text_or(given, "type", "regular");
    const auto known = entity_type(type);
    if (!known) return fail(Errc::kInvalid, "Unknown type " + quoted(type) + " of entity " + quoted(name));
    entity->type = *known;
    entity->config = object_or_empty(given.if_contains("config"));
    set_default(entity->config, "sort_field", "id");
    set_default(entity->config, "sort_dir", "asc");
    std::unique_ptr<Field> primary;
    for (const auto& [field_name, field_value] : object_or_empty(given.if_contains("fields"))) {
      const json::object& field_object = object_or_empty(&field_value);
      const std::string field_type = text_or(field_object, "type", "");
      auto field = make_field(name, field_name, field_type, object_or_empty(field_object.if_contains("config")));
      if (!field) return std::unexpected(std::move(field.error()));
      if ((*field)->type != FieldType::kPrimary) {
        entity->fields.push_back(std::move(*field));
      } else if (primary != nullptr) {
        return fail(Errc::kInvalid, "Entity " + quoted(name) + " has more than one primary field");
      } else {
        primary = std::move(*field);
      }
    }
    return add_primary(std::move(entity), std::move(primary));
  }

  Result<> add_primary(std::unique_ptr<Entity> entity, std::unique_ptr<Field> primary) {
    if (primary == nullptr) {
      const std::string format = text_or(entity->config, "primary_format", "integer");
      auto made = make_field(entity->name, "id", "primary", {{"format", format}});
      if (!made) return std::unexpected(std::move(made.error()));
      primary = std::move(*made);
    }
    if (find_field(*entity, primary->name) != nullptr) {
      return fail(
          Errc::kInvalid,
          "Field " + quoted(primary->name) + " of entity " + quoted(entity->name) + " is the primary field"
      );
    }
    const std::string format = text_or(primary->config, "format", "integer");
    if (format != "integer" && format != "uuid") {
      return fail(Errc::kInvalid, "Unknown primary format " + quoted(format) + " of entity " + quoted(entity->name));
    }
    entity->uuid_keys = format == "uuid";
    entity->fields.insert(entity->fields.begin(), std::move(primary));
    schema_->entities_.push_back(std::move(entity));
    return {};
  }

  // Before the relations: an index covers declared fields only.
  Result<> add_indices() {
    for (const auto& [name, value] : object_or_empty(data_.if_contains("indices"))) {
      const json::object& given = object_or_empty(&value);
      const std::string entity_name = text_or(given, "entity", "");
      Entity* entity = find(entity_name);
      if (entity == nullptr) {
        return fail(Errc::kInvalid, "Index " + quoted(name) + ": entity " + quoted(entity_name) + " not found");
      }
      auto index = std::make_unique<Index>();
      index->name = name;
      index->entity = entity;
      const json::value* unique = given.if_contains("unique");
      index->unique = unique != nullptr && unique->is_bool() && unique->get_bool();
      const json::value* fields = given.if_contains("fields");
      if (fields == nullptr || !fields->is_array() || fields->get_array().empty()) {
        return fail(Errc::kInvalid, "Index " + quoted(name) + " must contain at least one field");
      }
      for (const json::value& item : fields->get_array()) {
        const std::string field_name = item.is_string() ? std::string(item.get_string()) : std::string();
        const Field* field = find_field(*entity, field_name);
        if (field == nullptr || field->is_virtual) {
          return fail(
              Errc::kInvalid,
              "Index " + quoted(name) + ": field " + quoted(field_name) + " is not declared on entity " +
                  quoted(entity_name)
          );
        }
        index->fields.push_back(field);
      }
      schema_->indices_.push_back(std::move(index));
    }
    return {};
  }

  Result<> add_relations() {
    for (const auto& [key, value] : object_or_empty(data_.if_contains("relations"))) {
      const json::object& given = object_or_empty(&value);
      const std::string type = text_or(given, "type", "");
      const auto known = relation_type(type);
      if (!known) return fail(Errc::kInvalid, "Unknown type " + quoted(type) + " of relation " + quoted(key));
      auto relation = std::make_unique<Relation>();
      relation->type = *known;
      if (auto added = add_relation(*relation, type, given); !added) {
        added.error().message = "Relation " + quoted(key) + ": " + added.error().message;
        return added;
      }
      schema_->relations_.push_back(std::move(relation));
    }
    return {};
  }

  Result<> add_relation(Relation& relation, std::string_view type, const json::object& given) {
    const std::string source_name = text_or(given, "source", "");
    const std::string target_name = text_or(given, "target", "");
    Entity* source = find(source_name);
    Entity* target = find(target_name);
    if (source == nullptr) return fail(Errc::kInvalid, "entity " + quoted(source_name) + " not found");
    if (target == nullptr) return fail(Errc::kInvalid, "entity " + quoted(target_name) + " not found");
    relation.source = source;
    relation.target = target;
    relation.config = dumped_config(relation.type, object_or_empty(given.if_contains("config")));
    ConfigReader config(relation.config, "the relation");
    const std::string mapped_by = config.text("mappedBy").value_or("");
    const std::string inversed_by = config.text("inversedBy").value_or("");
    relation.required = config.boolean("required").value_or(false);
    relation.with_limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(
        config.count("with_limit").value_or(5), std::numeric_limits<std::uint32_t>::max()
    ));
    if (auto valid = config.status(); !valid) return valid;
    const bool named_by_entities = relation.type == RelationType::kManyToMany;
    relation.target_name = named_by_entities || mapped_by.empty() ? target_name : mapped_by;
    relation.source_name = named_by_entities || inversed_by.empty() ? source_name : inversed_by;
    if (auto made = make_fields(relation, *source, *target); !made) return made;
    relation.name = dumped_name(relation, mapped_by, inversed_by);
    return check_distinct(relation, type);
  }

  Result<> check_distinct(const Relation& relation, std::string_view type) const {
    for (const auto& other : schema_->relations_) {
      const bool same_ends = other->source == relation.source && other->target == relation.target &&
                             other->source_name == relation.source_name && other->target_name == relation.target_name;
      if (!same_ends && other->name != relation.name) continue;
      return fail(
          Errc::kInvalid,
          "Relation " + quoted(type) + " between " + quoted(relation.source->name) + " and " +
              quoted(relation.target->name) + " already exists"
      );
    }
    return {};
  }

  Result<> make_fields(Relation& relation, Entity& source, Entity& target) {
    switch (relation.type) {
      case RelationType::kManyToMany:
        return make_connection(relation, source, target);
      case RelationType::kPolymorphic:
        return make_poly_fields(relation, target);
      default:
        break;
    }
    if (auto valid = check_name("Reference", relation.target_name); !valid) return valid;
    const std::string name = relation.target_name + "_" + target.primary().name;
    const json::object& extra = object_or_empty(relation.config.if_contains("fieldConfig"));
    const Field* key = find_field(source, name);
    if (key == nullptr) {
      auto made = make_relation_field(
          source.name, relation.target_name, target, relation.required, label_of(relation.target_name), extra
      );
      if (!made) return std::unexpected(std::move(made.error()));
      key = source.fields.emplace_back(std::move(*made)).get();
    } else if (key->type != FieldType::kRelation || text_or(key->config, "target", "") != target.name) {
      return fail(
          Errc::kInvalid,
          "field " + quoted(name) + " of entity " + quoted(source.name) + " is no relation to " + quoted(target.name)
      );
    }
    relation.key = key;
    return {};
  }

  Result<> make_connection(Relation& relation, Entity& source, Entity& target) {
    if (&source == &target) {
      return fail(Errc::kInvalid, "a m:n relation cannot connect entity " + quoted(source.name) + " with itself");
    }
    const std::string name = text_or(relation.config, "connectionTable", source.name + "_" + target.name);
    Entity* connection = find(name);
    if (connection == nullptr) {
      if (auto added = add_entity(name, {{"type", "generated"}}); !added) return added;
      connection = find(name);
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

  // The first relation field of the connection entity that points at `end`, made if there is none.
  static Result<const Field*> connect(Entity& connection, const Entity& end, bool required) {
    for (const auto& field : connection.fields) {
      if (field->type == FieldType::kRelation && text_or(field->config, "target", "") == end.name) return field.get();
    }
    auto made = make_relation_field(connection.name, end.name, end, required, "", {});
    if (!made) return std::unexpected(std::move(made.error()));
    if (find_field(connection, (*made)->name) != nullptr) {
      return fail(
          Errc::kInvalid,
          "field " + quoted((*made)->name) + " of entity " + quoted(connection.name) + " is no relation to " +
              quoted(end.name)
      );
    }
    return connection.fields.emplace_back(std::move(*made)).get();
  }

  static Result<> make_poly_fields(Relation& relation, Entity& target) {
    for (const auto& [name, place] :
         {std::pair("reference", &relation.poly_reference), std::pair("entity_id", &relation.poly_key)}) {
      *place = find_field(target, name);
      if (*place == nullptr) {
        auto made = make_field(target.name, name, "text", {{"hidden", true}, {"fillable", json::array{"create"}}});
        if (!made) return std::unexpected(std::move(made.error()));
        *place = target.fields.emplace_back(std::move(*made)).get();
      } else if ((*place)->type != FieldType::kText) {
        return fail(Errc::kInvalid, "field " + quoted(name) + " of entity " + quoted(target.name) + " must be text");
      }
    }
    return {};
  }

  Result<> resolve_targets() {
    for (const auto& entity : schema_->entities_) {
      for (const auto& field : entity->fields) {
        if (field->type != FieldType::kRelation) continue;
        const std::string target_name = text_or(field->config, "target", "");
        Entity* target = find(target_name);
        if (target == nullptr) {
          return fail(
              Errc::kInvalid,
              "Field " + quoted(entity->name + "." + field->name) + ": target entity " + quoted(target_name) +
                  " not found"
          );
        }
        field->target = target;
        target->referrers.push_back({entity.get(), field.get(), is_connection_key(*field)});
      }
    }
    return {};
  }

  bool is_connection_key(const Field& field) const {
    return std::any_of(schema_->relations_.begin(), schema_->relations_.end(), [&field](const auto& relation) {
      return relation->through_source == &field || relation->through_target == &field;
    });
  }

  Result<> assign_numbers() {
    for (const auto& entity : schema_->entities_) {
      entity->id = catalog_.entity(entity->name);
      for (const auto& field : entity->fields) {
        if (field->type == FieldType::kPrimary) continue;
        field->id = catalog_.field(entity->id, field->name);
        if (field->id == 0) {
          return fail(Errc::kInvalid, "Entity " + quoted(entity->name) + " has had too many fields");
        }
      }
    }
    return {};
  }

  // Gives an index its number and its entity to maintain it, unless another one has the same entries.
  void attach(Index& index) {
    std::vector<std::uint16_t> fields;
    for (const Field* field : index.fields) fields.push_back(field->id);
    bool is_new = false;
    index.id = catalog_.index(index.entity->id, fields, index.unique, is_new);
    index.ready = !is_new || indices_are_filled_;
    if (attached_.insert(index.id).second) find(index.entity->name)->indices.push_back(&index);
  }

  void attach_indices() {
    for (const auto& index : schema_->indices_) {
      const bool has_primary = std::any_of(index->fields.begin(), index->fields.end(), [](const Field* field) {
        return field->type == FieldType::kPrimary;
      });
      // Rows are stored in the order of their keys, each of which is there once: such an index would add nothing.
      if (has_primary) {
        index->ready = false;
      } else {
        attach(*index);
      }
    }
    for (const auto& entity : schema_->entities_) {
      for (const auto& field : entity->fields) {
        if (field->type == FieldType::kRelation) add_implicit(*entity, {field.get()});
      }
    }
    for (const auto& relation : schema_->relations_) {
      if (relation->type != RelationType::kPolymorphic) continue;
      add_implicit(*relation->target, {relation->poly_reference, relation->poly_key});
    }
  }

  void add_implicit(const Entity& entity, std::vector<const Field*> fields) {
    const bool is_there = std::any_of(entity.indices.begin(), entity.indices.end(), [&fields](const Index* index) {
      return !index->unique && index->fields == fields;
    });
    if (is_there) return;
    auto index = std::make_unique<Index>();
    index->name = "idx_" + entity.name;
    for (const Field* field : fields) index->name.append("_").append(field->name);
    index->entity = &entity;
    index->fields = std::move(fields);
    index->implicit = true;
    attach(*index);
    schema_->indices_.push_back(std::move(index));
  }

  void add_references(Entity& entity) const {
    for (const auto& relation : schema_->relations_) {
      const bool is_source = relation->source == &entity;
      const bool is_target = relation->target == &entity;
      switch (relation->type) {
        case RelationType::kManyToMany:
          if (is_source) add_reference(entity, *relation, Reference::Kind::kThrough, true);
          if (is_target) add_reference(entity, *relation, Reference::Kind::kThrough, false);
          break;
        case RelationType::kPolymorphic:
          if (is_source) add_reference(entity, *relation, Reference::Kind::kPoly, true);
          break;
        default:
          if (is_target) add_reference(entity, *relation, Reference::Kind::kTheirKey, false);
          if (is_source) add_reference(entity, *relation, Reference::Kind::kOwnKey, true);
          break;
      }
    }
  }

  static void add_reference(Entity& entity, const Relation& relation, Reference::Kind kind, bool from_source) {
    Reference reference;
    reference.name = from_source ? relation.target_name : relation.source_name;
    reference.kind = kind;
    reference.relation = &relation;
    reference.other = from_source ? relation.target : relation.source;
    reference.from_source = from_source;
    switch (kind) {
      case Reference::Kind::kOwnKey:
        reference.single = true;
        break;
      case Reference::Kind::kTheirKey:
        reference.single = is_one(relation.config, "sourceCardinality");
        reference.listable = relation.type == RelationType::kManyToOne;
        break;
      case Reference::Kind::kThrough:
        reference.listable = true;
        break;
      case Reference::Kind::kPoly:
        reference.single = is_one(relation.config, "targetCardinality");
        reference.listable = !reference.single;
        break;
    }
    entity.references.push_back(std::move(reference));
  }

  void finish(Entity& entity) const {
    for (const auto& field : entity.fields) {
      if (!field->is_virtual && !field->is_hidden(Context::kRead)) entity.visible.push_back(field.get());
    }
    const std::string sort_field = text_or(entity.config, "sort_field", "");
    const Field* field = entity.find_field(sort_field);
    // A configuration may name a field that is gone: the key then orders the rows.
    entity.sort_field = field != nullptr && !field->is_virtual ? sort_field : entity.primary().name;
    entity.sort_descending = text_or(entity.config, "sort_dir", "asc") == "desc";
    schema_->by_name_.emplace(entity.name, &entity);
  }

  const json::object& data_;
  Catalog& catalog_;
  bool indices_are_filled_;
  std::shared_ptr<Schema> schema_;
  std::set<std::uint32_t> attached_;
};

Result<std::shared_ptr<const Schema>> Schema::build(
    const json::object& data, Catalog& catalog, bool indices_are_filled
) {
  auto built = SchemaBuilder(data, catalog, indices_are_filled).run();
  if (!built) return std::unexpected(std::move(built.error()));
  return std::shared_ptr<const Schema>(std::move(*built));
}

Result<std::shared_ptr<const Schema>> Schema::build_while_filling(
    const json::object& data, Catalog& catalog, std::shared_ptr<const Schema> next,
    const std::vector<std::uint32_t>& filling
) {
  SchemaBuilder builder(data, catalog, true);
  auto built = builder.run();
  if (!built) return std::unexpected(std::move(built.error()));
  builder.maintain(std::move(next), filling);
  return std::shared_ptr<const Schema>(std::move(*built));
}

}  // namespace noded::database
