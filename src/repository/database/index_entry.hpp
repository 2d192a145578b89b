// Where a row stands in an index. Those who write entries and those who check them ask here, so
// that they cannot disagree.
#pragma once

#include "repository/database/row.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <string>

namespace noded::database {

struct IndexEntry {
  std::string key;
  bool is_absent = true;  // the row has no entry: no row, or null in a unique index
};

// `row` is null for a row that is not there. A unique index holds no row with a null among its
// fields, so that many may be null.
IndexEntry entry_of(
    std::uint16_t application, const Index& index, const RowKey& key, const RowView* row
);

}  // namespace noded::database
