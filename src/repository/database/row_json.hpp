// A stored row as JSON, as a read shows it.
#pragma once

#include "repository/database/row.hpp"
#include "repository/database/schema.hpp"

#include <span>
#include <string>

namespace noded::database {

// Appends the row's members of these fields without braces: "id":1,"title":"…".
void append_members(
    std::span<const Field* const> fields, const RowKey& key, const RowView& row, std::string& out
);

}  // namespace noded::database
