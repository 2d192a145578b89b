#include "storage/conflict_window.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace noded::storage {
namespace {

bool conflicts(const ConflictWindow& window, KeyHash key, Sequence snapshot) {
  return window.conflicts(std::array{key}, snapshot);
}

TEST(ConflictWindow, KnowsWhatWasWrittenAfterASnapshot) {
  ConflictWindow window(100, 0);
  window.record(7, 1);
  window.record(8, 2);
  window.record(7, 3);
  EXPECT_TRUE(conflicts(window, 7, 2));
  EXPECT_FALSE(conflicts(window, 7, 3));
  EXPECT_TRUE(conflicts(window, 8, 1));
  EXPECT_FALSE(conflicts(window, 8, 2));
  EXPECT_FALSE(conflicts(window, 9, 0));
  EXPECT_TRUE(window.conflicts(std::array<KeyHash, 3>{9, 10, 8}, 1));
  EXPECT_FALSE(window.conflicts({}, 0));
}

TEST(ConflictWindow, KeepsApartKeysThatShareAPlace) {
  ConflictWindow window(100, 0);
  const KeyHash stride = KeyHash{1} << 40;  // same low bits
  for (KeyHash i = 0; i < 50; ++i)
    window.record(i * stride, i + 1);
  for (KeyHash i = 0; i < 50; ++i) {
    EXPECT_TRUE(conflicts(window, i * stride, i));
    EXPECT_FALSE(conflicts(window, i * stride, i + 1));
  }
}

TEST(ConflictWindow, RemembersWhatAnyTransactionMayAskFor) {
  constexpr Sequence kCommits = 50'000;
  ConflictWindow window(1'000'000, 0);
  for (Sequence i = 1; i <= kCommits; ++i)
    window.record(i, i);
  EXPECT_EQ(window.size(), kCommits);
  for (Sequence i = 1; i <= kCommits; i += 997) {
    EXPECT_TRUE(conflicts(window, i, i - 1));
    EXPECT_FALSE(conflicts(window, i, i));
  }
}

TEST(ConflictWindow, ForgetsWhatNobodyAsksFor) {
  ConflictWindow window(1'000'000, 0);
  for (Sequence i = 1; i <= 50'000; ++i)
    window.record(i, i);
  window.forget_before(40'000);
  EXPECT_LT(window.size(), 20'000u);
  EXPECT_TRUE(conflicts(window, 40'001, 40'000));
  window.forget_before(50'000);
  EXPECT_LT(window.size(), 5'000u);
  EXPECT_FALSE(conflicts(window, 50'000, 50'000));
}

TEST(ConflictWindow, RefusesSnapshotsOlderThanItsMemory) {
  ConflictWindow window(10'000, 0);
  for (Sequence i = 1; i <= 100'000; ++i)
    window.record(i, i);
  EXPECT_LT(window.size(), 20'000u);
  EXPECT_TRUE(conflicts(window, 0, 1));  // a key that nobody wrote
  EXPECT_FALSE(conflicts(window, 0, 99'999));
  EXPECT_TRUE(conflicts(window, 100'000, 99'999));
}

TEST(ConflictWindow, RefusesSnapshotsFromBeforeTheStart) {
  const ConflictWindow window(100, 10);
  EXPECT_TRUE(conflicts(window, 1, 9));
  EXPECT_FALSE(conflicts(window, 1, 10));
}

TEST(ConflictWindow, TakesACommitOfManyKeysAsOne) {
  ConflictWindow window(1'000'000, 0);
  window.record(1, 1);
  for (KeyHash key = 10; key < 30'000; ++key)
    window.record(key, 2);
  EXPECT_TRUE(conflicts(window, 29'999, 1));
  EXPECT_TRUE(conflicts(window, 10, 1));
  EXPECT_FALSE(conflicts(window, 10, 2));
  EXPECT_FALSE(conflicts(window, 5, 1));
  EXPECT_TRUE(conflicts(window, 1, 0));
}

TEST(ConflictWindow, ConflictsWithAllThatIsOlderThanACommitTooLargeToRemember) {
  ConflictWindow window(100, 0);
  window.record_everything(5);
  EXPECT_TRUE(conflicts(window, 1, 4));
  EXPECT_FALSE(conflicts(window, 1, 5));
  window.record(1, 6);
  EXPECT_TRUE(conflicts(window, 1, 5));
}

TEST(ConflictWindow, TellsWhetherAKeyWasWrittenSince) {
  ConflictWindow window(100, 3);
  window.record(1, 4);
  EXPECT_TRUE(window.was_written_since(1, 4));
  EXPECT_FALSE(window.was_written_since(1, 5));
  EXPECT_FALSE(window.was_written_since(2, 4));
}

}  // namespace
}  // namespace noded::storage
