// Selection: finds the rows of one entity that a query asks for and a principal may see: filters,
// joins, orders, cuts.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/access.hpp"
#include "repository/database/filter_match.hpp"
#include "repository/database/plan.hpp"
#include "repository/database/query.hpp"
#include "repository/database/related.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace noded::database {

// Everything that narrows the rows of one entity for one principal: what the query asks, what
// policies allow, and what must be joined.
class Narrowing {
 public:
  // kForbidden when the principal may not touch the entity, or not read a related one that the
  // query looks into. An expression of `where` gives way to the policy's filter where that has
  // one of the same field and operator, as in bknd.
  static Result<Narrowing> make(
      const Entity& entity,
      const Filter& where,
      const json::object& where_json,
      const std::vector<const Reference*>& join,
      const Access& access,
      Action action,
      const RowKey* key
  );

  bool is_empty() const {
    return where_->is_empty() && where_->used.empty() && policy_.filter == nullptr && join_.empty();
  }
  Result<bool> matches(
      const RowKey& key, const RowView& row, std::uint16_t application, Transaction& transaction
  ) const {
    if (!looks_at_row_alone_) return matches_related(key, row, application, transaction);
    return (policy_.filter == nullptr || matches_alone(*policy_.filter, key, row)) &&
           matches_alone(*where_, key, row);
  }
  // Conditions on the row itself that must all hold: what a plan may use.
  std::vector<const Condition*> required() const;
  // Nothing else narrows the rows.
  bool required_suffice() const {
    return looks_at_row_alone_ && where_->any.size() <= 1 &&
           (policy_.filter == nullptr || policy_.filter->any.size() <= 1);
  }

 private:
  Result<> require_related(const Access& access);
  Result<bool> matches_related(
      const RowKey& key, const RowView& row, std::uint16_t application, Transaction& transaction
  ) const;

  std::shared_ptr<const Filter> own_where_;  // when the policy replaced members
  const Filter* where_ = nullptr;
  Access::Rows policy_;
  std::vector<std::shared_ptr<const Filter>> where_related_;  // one for each of where_->used
  std::vector<std::pair<const Reference*, std::shared_ptr<const Filter>>> join_;
  bool looks_at_row_alone_ = false;  // no related row decides
};

struct Cut {
  const Field* sort = nullptr;  // null: the entity's own
  bool descending = false;
  std::uint64_t offset = 0;
  std::uint64_t limit = 10;
};

struct Selected {
  std::vector<StoredRow> rows;
  std::uint64_t count = 0;  // that match, without the cut
};

// `total` is the number of rows of the entity.
Result<Selected> select_rows(
    std::uint16_t application,
    Transaction& transaction,
    const Entity& entity,
    const Narrowing& narrowing,
    const Cut& cut,
    std::uint64_t total
);

// Keys of all rows that match, ascending; at most `limit` of them.
Result<std::vector<RowKey>> select_keys(
    std::uint16_t application,
    Transaction& transaction,
    const Entity& entity,
    const Narrowing& narrowing,
    std::uint64_t limit
);

// Orders and cuts rows that are at hand already.
void order_and_cut(const Entity& entity, const Cut& cut, std::vector<StoredRow>& rows);

Plan plan_for(
    std::uint16_t application,
    const Entity& entity,
    const Narrowing& narrowing,
    const Field* sort,
    bool descending
);

}  // namespace noded::database
