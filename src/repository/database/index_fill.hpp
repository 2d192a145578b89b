// IndexFill: writes the entries of new indices for rows that are there already, and removes the
// entries of indices that go, in bounded transactions beside the normal traffic. Each batch stores
// how far it is in its own transaction: what was filled is never lost and never counted twice.
#pragma once

#include "noded/result.hpp"
#include "noded/task.hpp"

#include "repository/database/schema.hpp"
#include "repository/database/stored_change.hpp"
#include "repository/database/transact.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace noded::database {

class IndexFill {
 public:
  static constexpr std::size_t kBatchRows = 500;

  // Told after each batch, on the caller's executor.
  using Progress = std::function<void(std::uint64_t rows_done)>;
  // Asked before each batch; its error ends the work.
  using GoOn = std::function<Result<>()>;

  // `store` runs on the lane only (loop_steps 0).
  IndexFill(StoreAccess store, std::uint16_t application, Progress on_progress, GoOn go_on)
      : store_(store),
        application_(application),
        on_progress_(std::move(on_progress)),
        go_on_(std::move(go_on)) {}

  // Adds every row of the indices' entities behind `done`. Writers must maintain the indices
  // already: a row that is written meanwhile makes its batch conflict and run again. After an error
  // a later call goes on with the stored progress. kInvalid when a unique index would hold a value
  // twice, naming both rows.
  Task<Result<>> fill(const std::vector<const Index*>& indices, FillProgress done);

  // Removes all entries. Nobody may maintain the index any more. May be repeated.
  Task<Result<>> clear(std::uint32_t index, bool unique);

 private:
  Task<Result<>> fill_entity(const Entity& entity, const std::vector<const Index*>& indices);
  Result<FillProgress> fill_batch(
      Transaction& transaction,
      const Entity& entity,
      const std::vector<const Index*>& indices,
      std::size_t rows
  ) const;
  Error not_unique(
      Transaction& transaction, const Index& index, const RowKey& key, const std::string& row
  ) const;

  StoreAccess store_;
  std::uint16_t application_;
  Progress on_progress_;
  GoOn go_on_;
  FillProgress done_;
};

}  // namespace noded::database
