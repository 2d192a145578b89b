// Lookups that were told of before: an engine may answer them from memory, and nobody can tell but
// by the time it takes.
#include "contract/engine/engine_contract.hpp"

#include <fmt/format.h>

#include <atomic>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace noded::test {
namespace {

constexpr int kEntries = 400;              // more than what is worth remembering
constexpr std::uint64_t kMany = kEntries;  // lookups that are worth remembering all entries

std::string entry_key(int i) {
  return fmt::format("e/{:04}", i);
}

class ExpectedLookups : public EngineContract {
 protected:
  ExpectedLookups() {
    Pairs pairs;
    for (int i = 0; i < kEntries; ++i)
      pairs.emplace_back(entry_key(i), fmt::format("v{}", i));
    pairs.emplace_back("d", "before");
    pairs.emplace_back("f", "after");
    store(engine(), pairs);
  }

  static Result<> expect(
      Transaction& transaction, std::uint64_t lookups = kMany, std::uint64_t entries = kEntries
  ) {
    return transaction.expect_lookups(prefix_range("e/"), lookups, entries);
  }
  // A transaction of which all entries are in memory if the engine keeps any there.
  std::unique_ptr<Transaction> expecting() {
    auto transaction = begin(engine());
    EXPECT_TRUE(expect(*transaction).has_value());
    return transaction;
  }
  std::uint64_t served() { return engine().health().image_walks; }
};

TEST_P(ExpectedLookups, FindTheSame) {
  for (int round = 0; round < 3; ++round) {
    const auto transaction = expecting();
    for (int i = 0; i < kEntries; ++i)
      EXPECT_EQ(see(*transaction, entry_key(i)), fmt::format("v{}", i));
    EXPECT_EQ(see(*transaction, "e/"), "-");
    EXPECT_EQ(see(*transaction, "e/0007x"), "-");
    EXPECT_EQ(see(*transaction, "e/9"), "-");
    EXPECT_EQ(see(*transaction, "d"), "before");
    EXPECT_EQ(see(*transaction, "f"), "after");
  }
  EXPECT_EQ(served(), 3u);
}

TEST_P(ExpectedLookups, ArePutIntoMemoryOnceTheyWereMany) {
  std::uint64_t told = 0;
  while (served() == 0) {
    ASSERT_LE(told, kMany) << "never";
    EXPECT_TRUE(expect(*begin(engine()), 10).has_value());
    told += 10;
  }
  EXPECT_GE(told, kMany / 8);
}

TEST_P(ExpectedLookups, OfUnknownOrFewOrNoEntriesWalkNothing) {
  for (int i = 0; i < 10; ++i) {
    const auto transaction = begin(engine());
    EXPECT_TRUE(expect(*transaction, 1'000'000, 0).has_value());
    EXPECT_TRUE(expect(*transaction, 1'000'000, 100).has_value());
    EXPECT_TRUE(expect(*transaction, 1, std::numeric_limits<std::uint64_t>::max()).has_value());
    EXPECT_TRUE(transaction->expect_lookups({"x", "b"}, 1'000'000, kEntries).has_value());
    EXPECT_EQ(see(*transaction, entry_key(5)), "v5");
  }
  EXPECT_EQ(served(), 0u);
}

TEST_P(ExpectedLookups, SeeEachChange) {
  EXPECT_EQ(see(*expecting(), entry_key(7)), "v7");
  store(engine(), {{entry_key(7), "changed"}, {"e/0007x", "new"}});
  EXPECT_EQ(see(*expecting(), entry_key(7)), "changed");
  EXPECT_EQ(see(*expecting(), "e/0007x"), "new");
  remove(engine(), entry_key(7));
  EXPECT_EQ(see(*expecting(), entry_key(7)), "-");
  auto erasing = begin(engine());
  erasing->erase_range({entry_key(10), entry_key(20)});
  ASSERT_TRUE(commit(engine(), std::move(erasing)).has_value());
  EXPECT_EQ(see(*expecting(), entry_key(9)), "v9");
  EXPECT_EQ(see(*expecting(), entry_key(10)), "-");
}

TEST_P(ExpectedLookups, KeepToTheSnapshotOfTheirTransaction) {
  const auto before = begin(engine());
  const auto before_and_told = expecting();
  store(engine(), {{entry_key(7), "changed"}});
  const auto after = expecting();
  store(engine(), {{entry_key(7), "changed again"}});
  EXPECT_EQ(see(*expecting(), entry_key(7)), "changed again");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(expect(*before).has_value());
    EXPECT_TRUE(expect(*after).has_value());
    EXPECT_EQ(see(*before, entry_key(7)), "v7");
    EXPECT_EQ(see(*before_and_told, entry_key(7)), "v7");
    EXPECT_EQ(see(*after, entry_key(7)), "changed");
  }
}

TEST_P(ExpectedLookups, SeeOwnWritesMadeBeforeAndAfter) {
  const auto transaction = begin(engine());
  transaction->put(entry_key(3), "own");
  transaction->erase(entry_key(4));
  EXPECT_TRUE(expect(*transaction).has_value());
  transaction->put(entry_key(5), "own, later");
  EXPECT_EQ(see(*transaction, entry_key(3)), "own");
  EXPECT_EQ(see(*transaction, entry_key(4)), "-");
  EXPECT_EQ(see(*transaction, entry_key(5)), "own, later");
  EXPECT_EQ(see(*transaction, entry_key(6)), "v6");
  EXPECT_EQ(see(*expecting(), entry_key(3)), "v3");
}

TEST_P(ExpectedLookups, StayInMemoryBesideWalksOfOtherRanges) {
  Pairs others;
  for (int i = 0; i < kEntries; ++i)
    others.emplace_back(fmt::format("other/{:04}", i), "o");
  store(engine(), others);
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(scan(*begin(engine()), prefix_range("other/")).size(), others.size());
  const auto transaction = expecting();
  EXPECT_EQ(scan(*transaction, prefix_range("other/")).size(), others.size());
  EXPECT_EQ(see(*transaction, entry_key(7)), "v7");
  EXPECT_EQ(see(*transaction, "other/0007"), "o");
  EXPECT_EQ(see(*transaction, "other/0007x"), "-");
}

// A walk of all entries is not for the loop: one reader there is sent away, the others go on.
TEST_P(ExpectedLookups, SendOneReaderOfTheMemoryTierToTheDiskTier) {
  const BeginOptions on_loop{.tier = Tier::kMemory, .max_steps = 100};
  const auto sent = expect(*begin(engine(), on_loop));
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code, Errc::kWouldBlock);
  EXPECT_TRUE(expect(*begin(engine(), on_loop), 1).has_value());
  EXPECT_EQ(served(), 0u);
  EXPECT_TRUE(expect(*begin(engine()), 1).has_value());
  EXPECT_EQ(served(), 1u);
  const auto transaction = begin(engine(), on_loop);
  EXPECT_TRUE(expect(*transaction).has_value());
  for (int i = 0; i < kEntries; ++i)
    EXPECT_EQ(see(*transaction, entry_key(i)), fmt::format("v{}", i));
  EXPECT_EQ(served(), 2u);
}

TEST_P(ExpectedLookups, EndAtTheirDeadline) {
  const auto late = expect(*begin(engine(), {.deadline_ns = 1}));
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, Errc::kTimeout);
  EXPECT_EQ(served(), 0u);
  EXPECT_EQ(see(*expecting(), entry_key(7)), "v7");
  EXPECT_EQ(served(), 1u);
}

// Writers move one unit from one entry to another; every reader finds all units.
TEST_P(ExpectedLookups, SeeWholeCommitsWhileOthersWrite) {
  constexpr int kRounds = 300;
  Pairs units;
  for (int i = 0; i < kEntries; ++i)
    units.emplace_back(entry_key(i), "10");
  store(engine(), units);
  std::atomic<bool> is_over = false;
  std::atomic<int> wrong = 0;
  std::atomic<int> reads = 0;
  const auto read = [&] {
    while (!is_over) {
      const auto transaction = begin(engine());
      if (!expect(*transaction)) ++wrong;
      long sum = 0;
      for (int i = 0; i < kEntries; ++i)
        sum += std::stol(see(*transaction, entry_key(i)));
      if (sum != 10L * kEntries) ++wrong;
      ++reads;
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back(read);
  for (int round = 0; round < kRounds; ++round) {
    if (round % 50 == 0) {  // time for images to be made
      const int target = reads + 12;
      while (reads < target)
        std::this_thread::yield();
    }
    const int from = round * 7 % kEntries;
    const int to = round * 13 % kEntries + (from == round * 13 % kEntries);
    auto transaction = begin(engine());
    const auto move = [&](int entry, long units_of_it) {
      const long had = std::stol(see(*transaction, entry_key(entry)));
      transaction->put(entry_key(entry), std::to_string(had + units_of_it));
    };
    move(from, -1);
    move(to, 1);
    ASSERT_TRUE(commit(engine(), std::move(transaction)).has_value());
  }
  is_over = true;
  for (std::thread& reader : readers)
    reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(served(), 0u);
}

NODED_OVER_EVERY_ENGINE(ExpectedLookups);

}  // namespace
}  // namespace noded::test
