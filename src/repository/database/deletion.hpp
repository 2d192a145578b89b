// Deletion: removes rows and what follows from it in rows that refer to them (their fields'
// on_delete).
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/record_store.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace noded::database {

class Deletion {
 public:
  static constexpr std::uint32_t kMaxDepth = 32;      // of cascades
  static constexpr std::uint64_t kMaxRows = 100'000;  // deleted or changed in one transaction

  // The transaction must outlive it, and `access`, which is told of what is written if there is
  // one. `now_ms`: of the changes, for the feed.
  Deletion(
      std::uint16_t application,
      Transaction& transaction,
      std::int64_t now_ms,
      const Access* access = nullptr
  )
      : application_(application),
        transaction_(transaction),
        records_(application, transaction, access),
        now_ms_(now_ms) {}

  // `row` is the row as stored. Per referring field: a connection row goes too; cascade deletes,
  // set null and set default change the field, restrict and no action refuse, and so does a
  // required field that would become null (kExists). kTooLarge beyond the limits above.
  Result<> run(const Entity& entity, const RowKey& key, const std::string& row) {
    return erase(entity, key, row, 0);
  }

 private:
  Result<> erase(
      const Entity& entity, const RowKey& key, const std::string& row, std::uint32_t depth
  );
  Result<> follow(
      const Entity& entity, const RowKey& key, const Referrer& referrer, std::uint32_t depth
  );
  Result<> reset_key(
      const Referrer& referrer, const Entity& target, const RowKey& row_key, const std::string& row
  );
  Result<std::vector<RowKey>> find_rows(const Referrer& referrer, const RowKey& key);
  Result<Value> default_key(const Field& field);
  Result<> count_row();

  std::uint16_t application_;
  Transaction& transaction_;
  RecordStore records_;
  std::int64_t now_ms_;
  std::uint64_t rows_ = 0;
};

}  // namespace noded::database
