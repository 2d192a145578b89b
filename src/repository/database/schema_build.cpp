#include "repository/database/entity_config.hpp"
#include "repository/database/relation_config.hpp"
#include "repository/database/schema.hpp"

#include <algorithm>
#include <set>

namespace noded::database {
namespace {

// A cardinality of exactly one; others mean many.
bool is_one(const json::object& config, std::string_view name) {
  const json::value* value = config.if_contains(name);
  return value != nullptr && value->is_number() && value->to_number<double>() == 1;
}

}  // namespace

// Builds one Schema: entities with their declared fields, indices over those, relations with the
// fields that they make, and what follows from all of it.
class SchemaBuilder {
 public:
  SchemaBuilder(const json::object& data, Catalog& catalog, bool indices_are_filled)
      : data_(data),
        catalog_(catalog),
        indices_are_filled_(indices_are_filled),
        schema_(std::make_shared<Schema>()) {}

  Result<std::shared_ptr<Schema>> run() {
    for (const auto step :
         {&SchemaBuilder::add_entities,
          &SchemaBuilder::add_indices,
          &SchemaBuilder::add_relations,
          &SchemaBuilder::resolve_targets,
          &SchemaBuilder::assign_numbers}) {
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
    const auto found = std::find_if(
        schema_->entities_.begin(),
        schema_->entities_.end(),
        [name](const auto& entity) { return entity->name == name; }
    );
    return found == schema_->entities_.end() ? nullptr : found->get();
  }

  Result<> add_entities() {
    for (const auto& [name, value] : object_or_empty(data_.if_contains("entities"))) {
      auto entity = make_entity(name, object_or_empty(&value));
      if (!entity) return std::unexpected(std::move(entity.error()));
      schema_->entities_.push_back(std::move(*entity));
    }
    return {};
  }

  // Before the relations: an index covers declared fields only.
  Result<> add_indices() {
    for (const auto& [name, value] : object_or_empty(data_.if_contains("indices"))) {
      const json::object& given = object_or_empty(&value);
      const std::string entity_name = text_or(given, "entity", "");
      Entity* entity = find(entity_name);
      if (entity == nullptr) {
        return fail(
            Errc::kInvalid,
            "Index " + quoted(name) + ": entity " + quoted(entity_name) + " not found"
        );
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
        const std::string field_name =
            item.is_string() ? std::string(item.get_string()) : std::string();
        const Field* field = find_field(*entity, field_name);
        if (field == nullptr || field->is_virtual) {
          return fail(
              Errc::kInvalid,
              "Index " + quoted(name) + ": field " + quoted(field_name) +
                  " is not declared on entity " + quoted(entity_name)
          );
        }
        index->fields.push_back(field);
      }
      schema_->indices_.push_back(std::move(index));
    }
    return {};
  }

  Result<> add_relations() {
    RelationBuilder builder(schema_->entities_, schema_->relations_);
    for (const auto& [key, value] : object_or_empty(data_.if_contains("relations"))) {
      if (auto added = builder.add(key, object_or_empty(&value)); !added) return added;
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
              "Field " + quoted(entity->name + "." + field->name) + ": target entity " +
                  quoted(target_name) + " not found"
          );
        }
        field->target = target;
        target->referrers.push_back({entity.get(), field.get(), is_connection_key(*field)});
      }
    }
    return {};
  }

  bool is_connection_key(const Field& field) const {
    return std::any_of(
        schema_->relations_.begin(),
        schema_->relations_.end(),
        [&field](const auto& relation) {
          return relation->through_source == &field || relation->through_target == &field;
        }
    );
  }

  Result<> assign_numbers() {
    for (const auto& entity : schema_->entities_) {
      entity->id = catalog_.entity(entity->name);
      for (const auto& field : entity->fields) {
        if (field->type == FieldType::kPrimary) continue;
        field->id = catalog_.field(entity->id, field->name);
        if (field->id == 0) {
          return fail(
              Errc::kInvalid, "Entity " + quoted(entity->name) + " has had too many fields"
          );
        }
      }
    }
    return {};
  }

  // Gives an index its number and its entity to maintain it, unless another one has the same
  // entries.
  void attach(Index& index) {
    std::vector<std::uint16_t> fields;
    for (const Field* field : index.fields)
      fields.push_back(field->id);
    bool is_new = false;
    index.id = catalog_.index(index.entity->id, fields, index.unique, is_new);
    index.ready = !is_new || indices_are_filled_;
    if (attached_.insert(index.id).second) find(index.entity->name)->indices.push_back(&index);
  }

  void attach_indices() {
    for (const auto& index : schema_->indices_) {
      const bool has_primary =
          std::any_of(index->fields.begin(), index->fields.end(), [](const Field* field) {
            return field->type == FieldType::kPrimary;
          });
      // Rows are stored in the order of their keys, each of which is there once: such an index
      // would add nothing.
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
    const bool is_there =
        std::any_of(entity.indices.begin(), entity.indices.end(), [&fields](const Index* index) {
          return !index->unique && index->fields == fields;
        });
    if (is_there) return;
    auto index = std::make_unique<Index>();
    index->name = "idx_" + entity.name;
    for (const Field* field : fields)
      index->name.append("_").append(field->name);
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

  static void add_reference(
      Entity& entity, const Relation& relation, Reference::Kind kind, bool from_source
  ) {
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
      if (!field->is_virtual && !field->is_hidden(Context::kRead))
        entity.visible.push_back(field.get());
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
    const json::object& data,
    Catalog& catalog,
    std::shared_ptr<const Schema> next,
    const std::vector<std::uint32_t>& filling
) {
  SchemaBuilder builder(data, catalog, true);
  auto built = builder.run();
  if (!built) return std::unexpected(std::move(built.error()));
  builder.maintain(std::move(next), filling);
  return std::shared_ptr<const Schema>(std::move(*built));
}

}  // namespace noded::database
