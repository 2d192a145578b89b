#include "storage/range_cache.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace noded::storage {
namespace {

// What an engine would hand out for entries 0 … count-1 of `prefix`.
class ListCursor final : public Cursor {
 public:
  ListCursor(std::string prefix, int count) : prefix_(std::move(prefix)), left_(count) {}
  bool next() override {
    if (left_-- <= 0) return false;
    own_key_ = fmt::format("{}{:06}", prefix_, at_++);
    key_ = own_key_;
    value_ = "value";
    return true;
  }
  Result<> status() const override { return {}; }

 private:
  std::string prefix_, own_key_;
  int left_, at_ = 0;
};

class RangeCacheTest : public testing::Test {
 protected:
  void walk(const std::string& prefix, Sequence snapshot, int count = 300, int stop_after = -1) {
    const auto cursor = cache_.watch(
        std::make_unique<ListCursor>(prefix, count),
        prefix_range(prefix),
        Direction::kForward,
        snapshot
    );
    while (stop_after-- != 0 && cursor->next()) {
    }
  }
  bool has(const std::string& prefix, Sequence snapshot) {
    return cache_.find(prefix_range(prefix), snapshot) != nullptr;
  }
  void change(const std::string& key, Sequence sequence) {
    const Change change{key, "x"};
    cache_.note({.changes = {&change, 1}}, sequence);
  }

  // Of a range of 300 entries.
  bool wants(const std::string& prefix, std::uint64_t lookups, bool may_walk = true) {
    return cache_.wants_image(prefix_range(prefix), 5, lookups, 300, may_walk);
  }

  RangeCache cache_{100'000};
};

TEST_F(RangeCacheTest, RemembersARangeAtItsSecondWalk) {
  walk("a/", 5);
  EXPECT_FALSE(has("a/", 5));
  walk("a/", 5);
  EXPECT_TRUE(has("a/", 5));
  EXPECT_EQ(cache_.usage().images, 1u);
  EXPECT_EQ(cache_.usage().served, 1u);
  EXPECT_GT(cache_.usage().bytes, 300u * 8);
  EXPECT_FALSE(has("b/", 5));
}

TEST_F(RangeCacheTest, RemembersNothingOfShortOrUnfinishedWalks) {
  for (int i = 0; i < 4; ++i) {
    walk("short/", 5, static_cast<int>(RangeCache::kMinEntries) - 1);
    walk("unfinished/", 5, 300, 299);
  }
  EXPECT_FALSE(has("short/", 5));
  EXPECT_FALSE(has("unfinished/", 5));
}

TEST_F(RangeCacheTest, AnUnfinishedWalkLeavesTheNextOneToRecord) {
  walk("a/", 5);
  walk("a/", 5, 300, 10);
  walk("a/", 5);
  EXPECT_TRUE(has("a/", 5));
}

TEST_F(RangeCacheTest, AChangeInsideForgetsAndOneOutsideDoesNot) {
  walk("a/", 5);
  walk("a/", 5);
  change("b/1", 6);
  EXPECT_TRUE(has("a/", 6));
  EXPECT_TRUE(has("a/", 5));
  change("a/1", 7);
  EXPECT_FALSE(has("a/", 7));
  EXPECT_EQ(cache_.usage().bytes, 0u);
  walk("a/", 7);
  EXPECT_FALSE(has("a/", 7));
  walk("a/", 8);
  EXPECT_TRUE(has("a/", 8));
  EXPECT_TRUE(has("a/", 7));
  EXPECT_FALSE(has("a/", 6)) << "the range changed after that snapshot";
}

TEST_F(RangeCacheTest, AChangeWhileItIsRecordedKeepsTheImageOut) {
  walk("a/", 5);
  const auto cursor = cache_.watch(
      std::make_unique<ListCursor>("a/", 300), prefix_range("a/"), Direction::kForward, 5
  );
  cursor->next();
  change("a/1", 6);
  while (cursor->next()) {
  }
  EXPECT_FALSE(has("a/", 6));
  EXPECT_FALSE(has("a/", 5));
}

TEST_F(RangeCacheTest, AnOldSnapshotRecordsNothingForNewerOnes) {
  walk("a/", 9);
  change("a/1", 10);
  walk("a/", 9);
  walk("a/", 9);
  EXPECT_FALSE(has("a/", 9));
  EXPECT_FALSE(has("a/", 10));
}

// A commit may be noted before the range is watched and published after.
TEST_F(RangeCacheTest, ARangeCountsAsChangedByAllThatWasNotedBefore) {
  change("a/1", 6);
  walk("a/", 5);
  walk("a/", 5);
  EXPECT_FALSE(has("a/", 5));
  EXPECT_FALSE(has("a/", 6));
  walk("a/", 6);
  walk("a/", 6);
  EXPECT_TRUE(has("a/", 6));
}

TEST_F(RangeCacheTest, StaysWithinItsBytes) {
  for (int i = 0; i < 10; ++i) {
    const auto prefix = fmt::format("{}/", i);
    walk(prefix, 5, 1000);
    walk(prefix, 5, 1000);
    EXPECT_LE(cache_.usage().bytes, 100'000u);
    EXPECT_TRUE(has(prefix, 5)) << "the newest stays";
  }
  EXPECT_FALSE(has("0/", 5));
  walk("large/", 5, 10'000);
  walk("large/", 5, 10'000);
  EXPECT_FALSE(has("large/", 5));
}

TEST_F(RangeCacheTest, ForgetsTheRangeThatWasNotUsedForLongest) {
  for (std::size_t i = 0; i < RangeCache::kMaxWatched; ++i) {
    const auto prefix = fmt::format("{:02}/", i);
    walk(prefix, 5, 256);
    if (i < 2) walk(prefix, 5, 256);
  }
  EXPECT_TRUE(has("00/", 5));
  walk("new/", 5, 256);
  walk("new/", 5, 256);
  EXPECT_TRUE(has("new/", 5));
  EXPECT_TRUE(has("00/", 5));
  EXPECT_FALSE(has("01/", 5));
}

TEST_F(RangeCacheTest, WantsAnImageOnceLookupsAreWorthAWalk) {
  constexpr std::uint64_t kWorth = 300 / RangeCache::kEntriesPerLookup;
  change("c/1", 5);
  EXPECT_FALSE(wants("a/", kWorth - 1));
  EXPECT_FALSE(wants("b/", kWorth - 1)) << "each range by itself";
  EXPECT_TRUE(wants("a/", 1));
  walk("a/", 5);
  EXPECT_TRUE(has("a/", 5)) << "at the first walk";
  EXPECT_FALSE(wants("a/", 10 * kWorth));
  walk("b/", 5);
  EXPECT_FALSE(has("b/", 5));
}

TEST_F(RangeCacheTest, TellsOneWhoMayNotWalkThatAnImageIsWantedAndThenTheOneWhoMay) {
  EXPECT_TRUE(wants("a/", 300, false));
  EXPECT_FALSE(wants("a/", 1, false));
  EXPECT_TRUE(wants("a/", 1));
  walk("a/", 5);
  EXPECT_FALSE(wants("a/", 1));
}

TEST_F(RangeCacheTest, LookupsBeforeAChangeCountNoMore) {
  EXPECT_FALSE(wants("a/", 60));
  change("a/1", 5);
  EXPECT_FALSE(wants("a/", 60));
  EXPECT_TRUE(wants("a/", 60, false));
  change("a/1", 5);
  EXPECT_FALSE(wants("a/", 1));
  change("a/1", 6);
  EXPECT_FALSE(wants("a/", 300)) << "of a reader who does not see that change";
}

TEST_F(RangeCacheTest, WantsNoSecondImageWhileOneIsRecorded) {
  EXPECT_TRUE(wants("a/", 300));
  auto cursor = cache_.watch(
      std::make_unique<ListCursor>("a/", 300), prefix_range("a/"), Direction::kForward, 5
  );
  EXPECT_FALSE(wants("a/", 300));
  cursor.reset();  // unfinished
  EXPECT_TRUE(wants("a/", 300));
}

TEST_F(RangeCacheTest, WantsNoImageThatDoesNotFit) {
  EXPECT_FALSE(cache_.wants_image(prefix_range("a/"), 5, 10'000, 10'000, true));
  EXPECT_TRUE(cache_.wants_image(prefix_range("a/"), 5, 3'000, 3'000, true));
  walk("a/", 5, 10'000);
  EXPECT_FALSE(cache_.wants_image(prefix_range("a/"), 5, 3'000, 3'000, true));
}

}  // namespace
}  // namespace noded::storage
