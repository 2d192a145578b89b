// Relation configuration: adds relations to a schema that is being built, with the fields and
// connection entities they make (bknd's HTTP contract, chapter 6).
#pragma once

#include "noded/result.hpp"

#include "repository/database/schema.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace noded::database {

class RelationBuilder {
 public:
  using Entities = std::vector<std::unique_ptr<Entity>>;
  using Relations = std::vector<std::unique_ptr<Relation>>;

  // Both are added to and must outlive it.
  RelationBuilder(Entities& entities, Relations& relations)
      : entities_(entities), relations_(relations) {}

  // `key` is the relation's name in the configuration, for errors: kInvalid.
  Result<> add(std::string_view key, const json::object& given);

 private:
  Result<> describe(Relation& relation, std::string_view type, const json::object& given);
  Result<> make_fields(Relation& relation, Entity& source, Entity& target);
  Result<> make_key(Relation& relation, Entity& source, const Entity& target) const;
  Result<> make_connection(Relation& relation, const Entity& source, const Entity& target);
  Result<> require_distinct(const Relation& relation, std::string_view type) const;
  Entity* find(std::string_view name) const;

  Entities& entities_;
  Relations& relations_;
};

}  // namespace noded::database
