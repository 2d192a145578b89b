// One change of the schema while it runs; of Database alone.
#pragma once

#include "repository/database/database.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace noded::database {

// Whether the index with that number holds entries.
inline bool has_index(const Catalog& catalog, std::uint32_t number) {
  return std::ranges::any_of(catalog.indices(), [number](const auto& entry) {
    return entry.second == number;
  });
}

struct Database::Change {
  StoredChange wanted;
  ChangeWatch watch;

  Catalog stored;  // as it was
  Catalog next;    // as it will be stored at the end: without what is removed
  std::shared_ptr<const Schema> before;
  json::object data_before;
  std::shared_ptr<const Schema> after;
  std::vector<const Index*> filling;  // of `after`
  std::vector<IndexToClear> removed;
  FillProgress progress;              // where this process began
  SteadyTime filling_since{};         // in this process
  std::uint64_t rows_per_second = 0;  // of this process; 0: too few to tell
};

// Set while a change runs; the destructor lets the next one in.
class Database::ChangeInProgress {
 public:
  explicit ChangeInProgress(Database& database) : database_(database) {
    const std::scoped_lock lock(database.mutex_);
    is_first_ = !std::exchange(database.changing_, true);
  }
  ~ChangeInProgress() {
    const std::scoped_lock lock(database_.mutex_);
    if (!is_first_) return;
    database_.changing_ = false;
    if (database_.unfinished_) return;  // which was there before and still waits
    database_.status_.reset();
    if (database_.wish_ == Wish::kCancel) database_.wish_ = Wish::kGoOn;
  }
  ChangeInProgress(const ChangeInProgress&) = delete;
  ChangeInProgress& operator=(const ChangeInProgress&) = delete;
  bool is_first() const { return is_first_; }

 private:
  Database& database_;
  bool is_first_ = false;
};

}  // namespace noded::database
