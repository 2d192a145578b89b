#include "storage/rocksdb/deletion_runs.hpp"

#include "storage/open.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

namespace noded::storage {
namespace {

class DeletionRuns : public testing::Test {
 protected:
  static constexpr int kRows = 20'000;

  DeletionRuns() {
    StorageSettings settings;
    settings.directory = directory_.path() / "store";
    settings.durability = "os";
    engine_ = open_engine(settings).value();
  }
  ~DeletionRuns() override { engine_->close(); }

  static std::string key(int row) { return fmt::format("row/{:06}", row); }
  // As a queue does: puts at the end, then deletes all but the last thousand from the begin.
  void churn() {
    for (int from = 0; from < kRows; from += 1000) {
      auto transaction = test::begin(*engine_);
      for (int row = from; row < from + 1000; ++row) {
        transaction->put(key(row), "value");
        if (row >= 1000) transaction->erase(key(row - 1000));
      }
      ASSERT_TRUE(test::commit(*engine_, std::move(transaction)));
    }
  }
  std::uint64_t skipped_to_the_first(Tier tier = Tier::kDisk) {
    const std::uint64_t before = skipped_deletions();
    const auto transaction = test::begin(*engine_, {.tier = tier});
    // From another begin each time: where a known one's entries start is remembered.
    begin_.push_back('\0');
    const auto cursor = transaction->scan({begin_, prefix_range("row/").end}, Direction::kForward);
    if (cursor->next()) {
      EXPECT_EQ(cursor->key(), key(kRows - 1000));
    }
    return skipped_deletions() - before;
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<Engine> engine_;
  std::string begin_ = "row/";
};

TEST_F(DeletionRuns, AreSteppedOverOnlyUntilAWalkHasMetThem) {
  churn();
  ASSERT_GT(skipped_to_the_first(), kManySkippedDeletions);
  // RocksDB writes and compacts in the background.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::uint64_t skipped = kRows;
  while (skipped > 1000 && std::chrono::steady_clock::now() < give_up)
    skipped = skipped_to_the_first();
  EXPECT_LE(skipped, 1000u);
}

TEST_F(DeletionRuns, AWalkOnTheLoopStopsEarly) {
  churn();
  EXPECT_LT(skipped_to_the_first(Tier::kMemory), 2000u);
}

}  // namespace
}  // namespace noded::storage
