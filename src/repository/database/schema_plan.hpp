// SchemaPlan: what it takes to put another data configuration in force, before anything is done.
#pragma once

#include "noded/result.hpp"

#include "repository/database/database.hpp"
#include "repository/database/schema.hpp"
#include "repository/database/schema_obstacles.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace noded::database {

struct SchemaPlan {
  enum class What : std::uint8_t { kAdded, kRemoved, kChanged };

  struct EntityChange {
    What what;
    std::string name;
    std::uint64_t rows;  // kept when it goes; there again when it comes back
  };
  struct FieldChange {
    What what;
    std::string entity;
    std::string name;
    std::vector<std::string> members;  // that differ, of a changed one: "type", "config.required"
  };
  struct RelationChange {
    What what;
    std::string name;
  };
  struct IndexChange {
    What what;  // kChanged: it is built anew under its name
    std::string name;
    std::string entity;
    std::vector<std::string> fields;
    bool unique;
    std::uint64_t rows;  // to be read; 0 when it goes
  };

  std::vector<EntityChange> entities;  // added and removed
  std::vector<FieldChange> fields;     // of entities that stay
  std::vector<RelationChange> relations;
  std::vector<IndexChange> indices;
  std::vector<SchemaObstacle> obstacles;  // not empty: it cannot be put in force
  std::uint64_t rows = 0;                 // to be read, each once for all indices of its entity
  std::uint64_t rows_per_second = 0;      // of the last change that filled; 0: not known

  bool is_empty() const {
    return entities.empty() && fields.empty() && relations.empty() && indices.empty();
  }
};

// Number of an entity in the catalogue → rows that are stored for it.
using RowCounts = std::map<std::uint32_t, std::uint64_t>;

// What differs between the schema in force, `before`, and `data`. `stored` is the catalogue. Rate
// and obstacles that rows make are left empty. kInvalid: `data` cannot be built (find_obstacles
// says why). Pure.
Result<SchemaPlan> plan_schema(
    const Schema& before, const Catalog& stored, const json::object& data, const RowCounts& rows
);

// The same with the rows of the store. A configuration that cannot be put in force is a plan with
// obstacles. Writes nothing. Errors: those of the store.
Task<Result<SchemaPlan>> plan_change(Database& database, json::object data);

}  // namespace noded::database
