// A stored row as JSON text without loss: every field that stores something, also hidden ones, as
// it is stored. For moving rows; what a reader is shown is field_value.hpp's append_json.
#pragma once

#include "repository/database/row.hpp"
#include "repository/database/schema.hpp"

#include <string>

namespace noded::database {

// Appends one object without line breaks: dates as full ISO text, fields without a value as null.
// RowLines reads it.
void append_row_text(const Entity& entity, const RowKey& key, const RowView& row, std::string& out);

}  // namespace noded::database
