#include "storage/rocksdb/range_starts.hpp"

#include "storage/open.hpp"
#include "storage/rocksdb/deletion_runs.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace noded::storage {
namespace {

class RangeStartsTest : public testing::Test {
 protected:
  void put(std::string_view key, Sequence sequence) { note({key, "value"}, sequence); }
  void erase(std::string_view key, Sequence sequence) { note({key, {}}, sequence); }

  RangeStarts starts_{10};

 private:
  void note(Change change, Sequence sequence) { starts_.note({.changes = {&change, 1}}, sequence); }
};

TEST_F(RangeStartsTest, ServesReadersWhoSeeNothingOlder) {
  EXPECT_EQ(starts_.find("a/", 10), "a/");
  starts_.learn("a/", "a/7", 10);
  EXPECT_EQ(starts_.find("a/", 10), "a/7");
  EXPECT_EQ(starts_.find("a/", 11), "a/7");
  EXPECT_EQ(starts_.find("a/", 9), "a/");
  EXPECT_EQ(starts_.find("b/", 10), "b/");
  EXPECT_EQ(starts_.find("a/1", 10), "a/1");
}

TEST_F(RangeStartsTest, AKeyPutBeforeTheStartMovesIt) {
  starts_.learn("a/", "a/7", 10);
  put("a/8", 11);
  erase("a/2", 12);
  EXPECT_EQ(starts_.find("a/", 12), "a/7");
  put("a/5", 13);
  EXPECT_EQ(starts_.find("a/", 13), "a/5");
  EXPECT_EQ(starts_.find("a/", 10), "a/5") << "less than could be told, but true";
  put("a/", 14);
  EXPECT_EQ(starts_.find("a/", 14), "a/");
}

TEST_F(RangeStartsTest, AnErasureBeforeAPutOfTheSameCommitHidesNoPut) {
  starts_.learn("a/", "a/7", 10);
  const std::vector<Change> changes{{"a/1", {}}, {"a/2", {}}, {"a/3", "value"}, {"a/4", "value"}};
  starts_.note({.changes = changes}, 11);
  EXPECT_EQ(starts_.find("a/", 11), "a/3");
}

// A commit may be noted before the range was known of, or between a walk and what it tells.
TEST_F(RangeStartsTest, WhatAReaderCouldNotSeeKeepsTheStartBack) {
  put("a/3", 11);
  starts_.learn("a/", "a/7", 10);
  EXPECT_EQ(starts_.find("a/", 12), "a/");
  put("a/5", 12);
  starts_.learn("a/", "a/7", 11);
  EXPECT_EQ(starts_.find("a/", 12), "a/5");
  EXPECT_EQ(starts_.find("a/", 10), "a/");
}

TEST_F(RangeStartsTest, MovesOnWithWhatLaterWalksFind) {
  starts_.learn("a/", "a/3", 10);
  put("a/1", 11);
  erase("a/1", 12);
  erase("a/3", 13);
  EXPECT_EQ(starts_.find("a/", 13), "a/1");
  starts_.learn("a/", "a/6", 13);
  EXPECT_EQ(starts_.find("a/", 13), "a/1") << "put behind the last walk that is known of";
  starts_.learn("a/", "a/6", 13);
  EXPECT_EQ(starts_.find("a/", 13), "a/6");
  EXPECT_EQ(starts_.find("a/", 12), "a/");
}

TEST_F(RangeStartsTest, ForgetsTheRangeThatWasNotUsedForLongest) {
  for (std::size_t i = 0; i < RangeStarts::kMaxRanges; ++i)
    starts_.learn(fmt::format("{:02}/", i), fmt::format("{:02}/x", i), 10);
  EXPECT_EQ(starts_.find("00/", 10), "00/x");
  starts_.learn("new/", "new/x", 10);
  EXPECT_EQ(starts_.find("new/", 10), "new/x");
  EXPECT_EQ(starts_.find("00/", 10), "00/x");
  EXPECT_EQ(starts_.find("01/", 10), "01/");
}

class RangeStartsOfAStore : public testing::Test {
 protected:
  RangeStartsOfAStore() {
    StorageSettings settings;
    settings.directory = directory_.path() / "store";
    settings.durability = "os";
    engine_ = open_engine(settings).value();
  }
  ~RangeStartsOfAStore() override { engine_->close(); }

  static std::string key(int row) { return fmt::format("row/{:06}", row); }
  void put(int from, int end) {
    test::Pairs rows;
    for (int row = from; row < end; ++row)
      rows.emplace_back(key(row), "value");
    test::store(*engine_, rows);
  }
  void erase(int from, int end) {
    auto transaction = test::begin(*engine_);
    for (int row = from; row < end; ++row)
      transaction->erase(key(row));
    ASSERT_TRUE(test::commit(*engine_, std::move(transaction)));
  }
  // Key of the first row, or "-"; `skipped`: deletions stepped over.
  std::string first(Transaction& transaction, std::uint64_t* skipped = nullptr) {
    const std::uint64_t before = skipped_deletions();
    const auto cursor = transaction.scan(prefix_range("row/"), Direction::kForward);
    std::string found = cursor->next() ? std::string(cursor->key()) : "-";
    EXPECT_TRUE(cursor->status().has_value());
    if (skipped != nullptr) *skipped = skipped_deletions() - before;
    return found;
  }
  std::string first(std::uint64_t* skipped = nullptr) {
    return first(*test::begin(*engine_), skipped);
  }

  test::TemporaryDirectory directory_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(RangeStartsOfAStore, SpareWalksTheDeletionsThatOneMet) {
  put(0, 3000);
  const auto before = test::begin(*engine_);
  erase(0, 2000);
  std::uint64_t skipped = 0;
  EXPECT_EQ(first(&skipped), key(2000));
  EXPECT_GE(skipped, 2000u);
  EXPECT_EQ(first(&skipped), key(2000));
  EXPECT_LT(skipped, 10u);
  EXPECT_EQ(first(*before), key(0));
  put(1000, 1001);
  EXPECT_EQ(first(), key(1000));
  EXPECT_EQ(first(*before), key(0));
}

TEST_F(RangeStartsOfAStore, KnowARangeOfWhichNothingIsLeft) {
  put(0, 1000);
  erase(0, 1000);
  test::store(*engine_, {{"row0", "behind the range"}});
  std::uint64_t skipped = 0;
  EXPECT_EQ(first(), "-");
  EXPECT_EQ(first(&skipped), "-");
  EXPECT_LT(skipped, 10u);
  const auto part = test::begin(*engine_);
  EXPECT_TRUE(test::scan(*part, {"row/", key(500)}).empty());
  put(700, 701);
  EXPECT_EQ(first(), key(700));
  EXPECT_TRUE(test::scan(*test::begin(*engine_), {"row/", key(500)}).empty());
  EXPECT_EQ(test::scan(*test::begin(*engine_), {"row/", key(701)}).size(), 1u);
}

// A window of rows moves to and fro; each commit tells beside it which row is the first.
TEST_F(RangeStartsOfAStore, ReadersFindTheFirstRowOfTheirSnapshotWhileOthersWrite) {
  constexpr int kRounds = 400;
  constexpr int kRows = 5000;
  put(0, kRows);
  test::store(*engine_, {{"first", key(0)}});
  std::atomic<bool> is_over = false;
  std::atomic<int> wrong = 0;
  const auto read = [&] {
    while (!is_over) {
      const auto transaction = test::begin(*engine_);
      if (first(*transaction) != test::see(*transaction, "first")) ++wrong;
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back(read);
  std::mt19937 random(7);
  int begin = 0;
  for (int round = 0; round < kRounds; ++round) {
    const bool goes_back = begin > kRows - 500 || random() % 8 == 0;
    const int next = goes_back ? static_cast<int>(random() % static_cast<unsigned>(begin + 1))
                               : begin + 1 + static_cast<int>(random() % 200);
    auto transaction = test::begin(*engine_);
    for (int row = begin; row < next; ++row)
      transaction->erase(key(row));
    transaction->put(key(next), "value");
    transaction->put("first", key(next));
    ASSERT_TRUE(test::commit(*engine_, std::move(transaction)));
    begin = next;
  }
  is_over = true;
  for (std::thread& reader : readers)
    reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(first(), key(begin));
}

}  // namespace
}  // namespace noded::storage
