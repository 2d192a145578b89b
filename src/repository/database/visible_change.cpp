#include "repository/database/visible_change.hpp"

#include "repository/database/filter_match.hpp"
#include "repository/database/row.hpp"

#include <string_view>

namespace noded::database {

Result<std::optional<Change::Kind>> seen_as(
    const Change& change,
    const Access::Rows& rows,
    std::uint16_t application,
    Transaction& transaction
) {
  if (rows.filter == nullptr) return change.kind;
  const auto is_seen = [&](std::string_view row) -> Result<bool> {
    if (row.empty()) return false;
    return matches(*rows.filter, change.key, RowView(row), application, transaction);
  };
  const auto before = is_seen(change.before);
  if (!before) return std::unexpected(before.error());
  const auto after = is_seen(change.after);
  if (!after) return std::unexpected(after.error());
  using Kind = Change::Kind;
  if (*before && *after) return Kind::kUpdated;
  if (*after) return Kind::kCreated;
  if (*before) return Kind::kErased;
  return std::nullopt;
}

}  // namespace noded::database
