// IndexFill: writes the entries of new indices for rows that are there already, and removes the
// entries of indices that go, in bounded transactions beside the normal traffic.
#pragma once

#include "noded/result.hpp"
#include "noded/task.hpp"

#include "repository/database/schema.hpp"
#include "repository/database/transact.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace noded::database {

class IndexFill {
 public:
  static constexpr std::size_t kBatchRows = 500;

  // `store` runs on the lane only (loop_steps 0).
  IndexFill(
      StoreAccess store,
      std::uint16_t application,
      std::function<void(std::uint64_t rows_done)> on_progress
  )
      : store_(store), application_(application), on_progress_(std::move(on_progress)) {}

  // Adds every row of the indices' entities. Writers must maintain the indices already: a row that
  // is written meanwhile makes its batch conflict and run again. kInvalid when a unique index would
  // hold a value twice, naming both rows.
  Task<Result<>> fill(std::vector<const Index*> indices);

  // Removes all entries. Nobody may maintain the index any more.
  Task<Result<>> clear(std::uint32_t index, bool unique);

 private:
  struct Batch {
    std::string next;  // where the next one begins
    std::uint64_t rows = 0;
    bool is_last = false;
  };
  Task<Result<>> fill_entity(const Entity& entity, std::vector<const Index*> indices);
  Result<Batch> fill_batch(
      Transaction& transaction,
      const Entity& entity,
      const std::vector<const Index*>& indices,
      const std::string& begin,
      std::size_t rows
  ) const;
  Error not_unique(
      Transaction& transaction, const Index& index, const RowKey& key, const std::string& row
  ) const;

  StoreAccess store_;
  std::uint16_t application_;
  std::function<void(std::uint64_t rows_done)> on_progress_;
  std::uint64_t rows_done_ = 0;
};

}  // namespace noded::database
