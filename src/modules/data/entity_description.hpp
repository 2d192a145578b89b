// Descriptions of entities for clients: JSON Schema, the info answer, TypeScript definitions. Pure
// functions of a schema; the forms are those of bknd's HTTP contract, chapter 3.
#pragma once

#include "repository/database/schema.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace noded::data {

// The label of an entity: its configured name, or its own as words with capitals (posts_tags: Posts
// Tags).
std::string entity_label(const database::Entity& entity);

// Appends {"$schema","$id","title","type","additionalProperties","properties"}. With a context
// (kCreate, kUpdate) only the fields that may be filled in it. `origin` is scheme and authority of
// this server, `base` the module's base path.
void append_entity_schema(
    const database::Entity& entity,
    std::optional<database::Context> context,
    std::string_view origin,
    std::string_view base,
    std::string& out
);

// Appends {"name","fields","relations":{"all","listable","source","target"}}.
void append_entity_info(const database::Entity& entity, std::string& out);

// TypeScript: one interface for each entity but system ones (the client library declares those),
// and their names by entity.
std::string type_definitions(const database::Schema& schema);

}  // namespace noded::data
