// Writer: creates, changes and deletes records, with validation, defaults, relations, uniqueness, counts, indices and the
// change feed, inside one transaction that the caller commits. Synchronous; one thread at a time.
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
  Writer(
      std::uint16_t application, const Schema& schema, Transaction& transaction, const Access& access, const Clock& clock
  );

  // Every row or none. Errors carry bknd's messages (contract chapter 2): kUnprocessable with
  // TransformPersistFailedException for field values, kInvalid for shape, kExists for unique indices.
  // `system_fields` lets the node itself fill what no request may (users' strategy_value) and create in system entities.
  Result<std::vector<RowKey>> create(const Entity& entity, std::span<const json::object> rows, bool system_fields = false);

  // False when there is no such row (nothing changed). A row outside of the access's filter: kForbidden.
  Result<bool> update(const Entity& entity, const RowKey& key, const json::object& changes, bool system_fields = false);
  // The rows that match `where` and the filter; returns their keys ascending.
  Result<std::vector<RowKey>> update_where(const Entity& entity, const json::object& where, const json::object& changes);

  // Appends the row as it was to `out` (JSON object) and deletes it; false when there is none.
  Result<bool> erase(const Entity& entity, const RowKey& key, std::string& out);
  // Appends a JSON array of the rows as they were; returns how many.
  Result<std::uint64_t> erase_where(const Entity& entity, const json::object& where, std::string& out);

 private:
  std::uint16_t application_;
  const Schema& schema_;
  Transaction& transaction_;
  const Access& access_;
  const Clock& clock_;
};

}  // namespace noded::database
