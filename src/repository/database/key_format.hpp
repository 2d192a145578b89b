// Keys of integers and of UUIDs cannot stand beside each other: the rows of an entity decide which
// it has.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/schema.hpp"

#include <cstdint>
#include <string>

namespace noded::database {

// Whether the rows that are stored for the entity have keys of its format; true without rows.
Result<bool> key_format_fits(
    std::uint16_t application, Transaction& transaction, const Entity& entity
);

// Why an entity whose rows have other keys cannot be put in force.
std::string key_format_refusal(const Entity& entity);

}  // namespace noded::database
