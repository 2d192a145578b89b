// RecordStore: the lowest step of the record layer: puts, changes and removes one encoded row
// together with its index entries, the kept count and the change-feed entry. Knows no validation
// and no access; only Writer and schema changes use it.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/row.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace noded::database {

class Access;

class RecordStore {
 public:
  // `access`, if there is one, is told of what is written; it outlives this.
  RecordStore(std::uint16_t application, Transaction& transaction, const Access* access = nullptr)
      : application_(application), transaction_(transaction), access_(access) {}

  // Into the read set; false if absent.
  Result<bool> get(const Entity& entity, const RowKey& key, std::string& row);
  // A fresh integer key, or a UUID version 7 made from `now`.
  Result<RowKey> make_key(const Entity& entity, std::int64_t now_ms);
  // `before` is null for a new row; `now_ms`: of the change, for the feed. kExists "UNIQUE
  // constraint failed: e.f, e.g" when a unique index has the values.
  Result<> put(
      const Entity& entity,
      const RowKey& key,
      const std::string* before,
      const std::string& after,
      std::int64_t now_ms
  );
  Result<> erase(
      const Entity& entity, const RowKey& key, const std::string& before, std::int64_t now_ms
  );

  // Entries of one index for one row: for building a new index over old rows.
  Result<> add_to_index(const Index& index, const RowKey& key, const RowView& row);

 private:
  Result<> update_indices(
      const Entity& entity, const RowKey& key, const RowView* before, const RowView* after
  );
  std::uint16_t application_;
  Transaction& transaction_;
  const Access* access_;
};

}  // namespace noded::database
