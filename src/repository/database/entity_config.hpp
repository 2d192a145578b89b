// Entity configuration: from the JSON of one entity to an Entity with its declared fields, and
// small readers of configuration objects. Pure.
#pragma once

#include "noded/result.hpp"

#include "repository/database/schema.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace noded::database {

// An entity as configured, primary field first, without number, references and indices. Errors:
// kInvalid naming the entity.
Result<std::unique_ptr<Entity>> make_entity(std::string_view name, const json::object& given);

// The field of that name, which may still be changed while the schema is built; null if there is
// none.
Field* find_field(Entity& entity, std::string_view name);

// The member as an object, or an empty one.
const json::object& object_or_empty(const json::value* value);
// The member as text, or `otherwise` when it is absent, empty or no text.
std::string text_or(const json::object& object, std::string_view name, std::string_view otherwise);
std::string quoted(std::string_view text);

}  // namespace noded::database
