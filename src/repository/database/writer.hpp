// Writer: creates, changes and deletes records, with validation, defaults, relations, uniqueness,
// counts, indices and the change feed, inside one transaction that the caller commits. Synchronous;
// one thread at a time.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/access.hpp"
#include "repository/database/schema.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace noded::database {

class Writer {
 public:
  // The references must outlive it. Entities handed to its functions are those of `schema`.
  Writer(
      std::uint16_t application,
      const Schema& schema,
      Transaction& transaction,
      const Access& access,
      const Clock& clock
  )
      : application_(application),
        schema_(schema),
        transaction_(transaction),
        access_(access),
        clock_(clock) {}

  // Every row or none. Errors carry bknd's messages (contract chapter 2): kUnprocessable with
  // TransformPersistFailedException for field values, kInvalid for shape, kExists for unique
  // indices, kForbidden for a row outside of the access's filter and for system entities.
  // `system_fields` lets the node itself fill what no request may (users' strategy_value) and
  // create in system entities. After an error the transaction must not be committed.
  Result<std::vector<RowKey>> create(
      const Entity& entity, std::span<const json::object> rows, bool system_fields = false
  );

  // False when there is no such row (nothing changed). A row outside of the access's filter:
  // kForbidden.
  Result<bool> update(
      const Entity& entity,
      const RowKey& key,
      const json::object& changes,
      bool system_fields = false
  );
  // The rows that match `where` and the filter; returns their keys ascending.
  Result<std::vector<RowKey>> update_where(
      const Entity& entity, const json::object& where, const json::object& changes
  );

  // Appends the row as it was to `out` (JSON object) and deletes it; false when there is none. What
  // refers to the row follows its field's on_delete; kExists when that refuses.
  Result<bool> erase(const Entity& entity, const RowKey& key, std::string& out);
  // Appends a JSON array of the rows as they were; returns how many.
  Result<std::uint64_t> erase_where(
      const Entity& entity, const json::object& where, std::string& out
  );

 private:
  Result<RowKey> create_one(
      const Entity& entity,
      const json::object& given,
      const Access::Rows& allowed,
      bool system_fields
  );
  Result<> require_own(const Entity& entity) const;
  Result<> require_inside(
      const Entity& entity,
      Action action,
      const Access::Rows& rows,
      const RowKey& key,
      const std::string& row
  );

  std::int64_t now_ms() const { return clock_.wall().time_since_epoch().count(); }

  std::uint16_t application_;
  const Schema& schema_;
  Transaction& transaction_;
  const Access& access_;
  const Clock& clock_;
};

}  // namespace noded::database
