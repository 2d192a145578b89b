// Related rows: what a reference leads to from one row. Point reads and short index ranges; in
// either tier.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/row.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace noded::database {

struct StoredRow {
  RowKey key;
  std::string bytes;
};

// The rows of `reference.other` that `reference` leads to from the row (`key`, `row`) of the
// reference's entity, ascending by key, each once. kTooLarge beyond `limit` rows.
Result<std::vector<StoredRow>> related_rows(
    std::uint16_t application,
    Transaction& transaction,
    const Reference& reference,
    const RowKey& key,
    const RowView& row,
    std::size_t limit = 1'000'000
);

// The key that a relation field holds; empty when null or not of the target's kind.
std::optional<RowKey> key_of_value(const ValueView& value);

}  // namespace noded::database
