#include "storage/range_counts.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

namespace noded::storage {
namespace {

using Entries = std::map<std::string, std::string, std::less<>>;

class EntriesCursor final : public Cursor {
 public:
  EntriesCursor(const Entries& entries, const KeyRange& range, std::uint64_t& walked)
      : next_(entries.lower_bound(range.begin)),
        end_(range.end.empty() ? entries.end() : entries.lower_bound(range.end)),
        walked_(walked) {}
  bool next() override {
    if (next_ == end_) return false;
    key_ = next_->first;
    ++next_;
    ++walked_;
    return true;
  }
  Result<> status() const override { return {}; }

 private:
  Entries::const_iterator next_, end_;
  std::uint64_t& walked_;
};

class EntriesSnapshot final : public Snapshot {
 public:
  EntriesSnapshot(const Entries& entries, Sequence sequence)
      : Snapshot(sequence), entries_(entries) {}
  Result<bool> get(std::string_view key, std::string&, Tier) const override {
    return entries_.contains(key);
  }
  std::unique_ptr<Cursor> scan(KeyRange, Direction, Tier) const override { return nullptr; }

 private:
  const Entries& entries_;
};

std::string key_of(int number) {
  return fmt::format("e/{:06}", number);
}

class RangeCountsTest : public testing::Test {
 protected:
  RangeCountsTest() {
    for (int number = 0; number < kEntries; ++number)
      entries_.emplace(key_of(number), "");
  }

  static constexpr int kEntries = 100'000;

  std::optional<std::uint64_t> count(RangeCounts& counts, int begin, int end, bool may_cut = true) {
    walked_ = 0;
    return counts
        .count(
            {key_of(begin), key_of(end)},
            whole_,
            sequence_,
            may_cut,
            [this](const KeyRange& part) {
              return std::make_unique<EntriesCursor>(entries_, part, walked_);
            }
        )
        .value();
  }
  void commit(RangeCounts& counts, const std::string& key, bool exists) {
    const EntriesSnapshot before(entries_, sequence_);
    const Change change{
        .key = key, .value = exists ? std::optional<std::string_view>("") : std::nullopt
    };
    counts.note({.changes = {&change, 1}}, sequence_ + 1, before);
    ++sequence_;
    if (exists) {
      entries_.emplace(key, "");
    } else {
      entries_.erase(key);
    }
  }

  const KeyRange whole_ = prefix_range("e/");
  Entries entries_;
  Sequence sequence_ = 5;
  std::uint64_t walked_ = 0;
};

TEST_F(RangeCountsTest, TellsNothingOfWhatItDidNotLearn) {
  RangeCounts counts;
  EXPECT_EQ(count(counts, 10, 20), std::nullopt);
  EXPECT_EQ(walked_, 0U);
}

TEST_F(RangeCountsTest, WalksTheEndsAloneOnceItIsCut) {
  RangeCounts counts;
  counts.learn(whole_);
  EXPECT_EQ(count(counts, 100, 99'000), 98'900U);
  EXPECT_GE(walked_, static_cast<std::uint64_t>(kEntries));
  EXPECT_EQ(count(counts, 333, 88'888), 88'555U);
  EXPECT_LE(walked_, static_cast<std::uint64_t>(2 * RangeCounts::kBucketEntries));
}

TEST_F(RangeCountsTest, TellsWhatItKeepsAndWhatThatWasGoodFor) {
  RangeCounts counts;
  EXPECT_EQ(count(counts, 0, 10), std::nullopt);
  EXPECT_EQ(counts.usage().ranges, 0U);
  EXPECT_EQ(counts.usage().told, 0U);
  counts.learn(whole_);
  const std::uint64_t learned = counts.usage().bytes;
  EXPECT_EQ(counts.usage().ranges, 1U);
  count(counts, 100, 99'000);
  count(counts, 333, 88'888);
  EXPECT_EQ(counts.usage().told, 2U);
  EXPECT_EQ(counts.usage().cuts, 1U);
  const std::uint64_t cut = counts.usage().bytes;
  EXPECT_GT(cut, learned + kEntries / RangeCounts::kBucketEntries * key_of(0).size());
  commit(counts, key_of(50), false);
  EXPECT_GT(counts.usage().bytes, cut) << "the change is kept for readers of older snapshots";
  for (int number = 0; number < 10'000; ++number)
    commit(counts, key_of(number), false);
  EXPECT_LT(counts.usage().bytes, cut + RangeCounts::kMaxRecent * 100) << "not all are kept";
  counts.note({.changes = {}, .erased = {&whole_, 1}}, ++sequence_, EntriesSnapshot(entries_, 0));
  EXPECT_EQ(counts.usage().ranges, 0U);
  EXPECT_EQ(counts.usage().bytes, 0U);
}

TEST_F(RangeCountsTest, ReadersWhoMayNotCutWalkWhatIsNotCut) {
  RangeCounts counts;
  counts.learn(whole_);
  EXPECT_EQ(count(counts, 100, 300, false), 200U);
  EXPECT_EQ(walked_, 200U);
}

TEST_F(RangeCountsTest, AHugeRangeHasLargerBucketsInsteadOfMore) {
  RangeCounts counts(32);  // of up to 4096 entries
  counts.learn(whole_);
  EXPECT_EQ(count(counts, 0, kEntries), static_cast<std::uint64_t>(kEntries));
  EXPECT_EQ(count(counts, 333, 88'888), 88'555U);
  EXPECT_GT(walked_, static_cast<std::uint64_t>(2 * RangeCounts::kBucketEntries));
  EXPECT_LE(walked_, 2U * 4096);
}

TEST_F(RangeCountsTest, CutsABucketThatGrew) {
  RangeCounts counts;
  counts.learn(whole_);
  ASSERT_EQ(count(counts, 0, kEntries), static_cast<std::uint64_t>(kEntries));
  for (int i = 0; i < 5000; ++i)
    commit(counts, fmt::format("e/050000/{:04}", i), true);
  EXPECT_EQ(count(counts, 10, 90'000), 94'990U);
  EXPECT_EQ(count(counts, 50'001, 90'000), 39'999U);
  EXPECT_LE(walked_, static_cast<std::uint64_t>(2 * RangeCounts::kBucketEntries));
}

TEST_F(RangeCountsTest, ServesReadersOfSnapshotsThatItRemembersAndNoOlderOnes) {
  RangeCounts counts;
  counts.learn(whole_);
  ASSERT_EQ(count(counts, 0, kEntries), static_cast<std::uint64_t>(kEntries));
  const Sequence old = sequence_;
  const auto count_at = [&](Sequence snapshot) {
    return counts
        .count(
            {key_of(0), key_of(kEntries)},
            whole_,
            snapshot,
            true,
            [this](const KeyRange& part) {
              return std::make_unique<EntriesCursor>(entries_, part, walked_);
            }
        )
        .value();
  };
  for (int i = 0; i < 100; ++i)
    commit(counts, key_of(1000 + i), false);
  EXPECT_EQ(count_at(sequence_), kEntries - 100U);
  EXPECT_EQ(count_at(old + 30), kEntries - 30U);
  EXPECT_EQ(count_at(old), static_cast<std::uint64_t>(kEntries));
  for (std::size_t i = 0; i < RangeCounts::kMaxRecent; ++i)
    commit(counts, key_of(2000 + static_cast<int>(i)), false);
  EXPECT_EQ(count_at(old), std::nullopt);
  EXPECT_EQ(count_at(sequence_), kEntries - 100U - RangeCounts::kMaxRecent);
}

TEST_F(RangeCountsTest, DoesNotCountWhatChangesNothing) {
  RangeCounts counts;
  counts.learn(whole_);
  ASSERT_EQ(count(counts, 0, kEntries), static_cast<std::uint64_t>(kEntries));
  commit(counts, key_of(7), true);
  commit(counts, key_of(kEntries + 7), false);
  EXPECT_EQ(count(counts, 0, kEntries), static_cast<std::uint64_t>(kEntries));
}

TEST_F(RangeCountsTest, ForgetsARangeOfWhichAPartWasErased) {
  RangeCounts counts;
  counts.learn(whole_);
  ASSERT_EQ(count(counts, 0, kEntries), static_cast<std::uint64_t>(kEntries));
  const EntriesSnapshot before(entries_, sequence_);
  const KeyRange erased{key_of(3), key_of(5)};
  counts.note({.changes = {}, .erased = {&erased, 1}}, ++sequence_, before);
  EXPECT_EQ(count(counts, 0, kEntries), std::nullopt);
}

}  // namespace
}  // namespace noded::storage
