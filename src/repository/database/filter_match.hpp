// Evaluates a Filter on stored rows.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/filter.hpp"
#include "repository/database/related.hpp"
#include "repository/database/row.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace noded::database {

// SQL's rules: a comparison with null is not true. A filter that looks into related entities joins
// them: a row without a related row does not match, one with several matches if any of them does.
// `related` may narrow what is joined, one filter for each of filter.used in their order (null:
// every row); empty: nothing is narrowed.
Result<bool> matches(
    const Filter& filter,
    const RowKey& key,
    const RowView& row,
    std::uint16_t application,
    Transaction& transaction,
    std::span<const std::shared_ptr<const Filter>> related = {}
);

// Drops the rows that do not match.
Result<> keep_matching(
    const Filter& filter,
    std::vector<StoredRow>& rows,
    std::uint16_t application,
    Transaction& transaction
);

// matches() for a filter without references: no reads, so no errors.
bool matches_alone(const Filter& filter, const RowKey& key, const RowView& row);

// The value that a condition on the row itself looks at.
inline ValueView value_of(const Field& field, const RowKey& key, const RowView& row) {
  return field.type == FieldType::kPrimary ? key.value() : row.field(field.id);
}

// Whether `value` satisfies the condition.
bool holds(const Condition& condition, const ValueView& value);

}  // namespace noded::database
