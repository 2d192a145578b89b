#include "contract/engine/engine_contract.hpp"

#include <limits>

namespace noded::test {
namespace {

class EngineCounter : public EngineContract {
 protected:
  std::int64_t count(std::string_view key) { return begin(engine())->read_counter(key).value(); }
  Result<Sequence> add(std::string_view key, std::int64_t delta) {
    auto transaction = begin(engine());
    transaction->add(key, delta);
    return commit(engine(), std::move(transaction));
  }
};

TEST_P(EngineCounter, IsZeroWhileAbsent) {
  EXPECT_EQ(count("n"), 0);
}

TEST_P(EngineCounter, SumsWhatIsAdded) {
  EXPECT_TRUE(add("n", 5));
  EXPECT_TRUE(add("n", -7));
  EXPECT_TRUE(add("m", 1));
  EXPECT_EQ(count("n"), -2);
  EXPECT_EQ(count("m"), 1);
}

TEST_P(EngineCounter, ShowsOwnAdditions) {
  EXPECT_TRUE(add("n", 5));
  auto transaction = begin(engine());
  transaction->add("n", 2);
  transaction->add("n", 3);
  EXPECT_EQ(transaction->read_counter("n").value(), 10);
  EXPECT_EQ(count("n"), 5);
}

TEST_P(EngineCounter, NeverConflictsOverAdditions) {
  auto first = begin(engine());
  auto second = begin(engine());
  EXPECT_EQ(first->read_counter("n").value(), 0);
  EXPECT_EQ(second->read_counter("n").value(), 0);
  first->add("n", 1);
  second->add("n", 10);
  EXPECT_TRUE(commit(engine(), std::move(first)).has_value());
  EXPECT_TRUE(commit(engine(), std::move(second)).has_value());
  EXPECT_EQ(count("n"), 11);
}

TEST_P(EngineCounter, BelongsToTheSnapshot) {
  EXPECT_TRUE(add("n", 1));
  auto transaction = begin(engine());
  EXPECT_TRUE(add("n", 1));
  EXPECT_EQ(transaction->read_counter("n").value(), 1);
}

TEST_P(EngineCounter, StopsAtTheEndsOfItsRange) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_TRUE(add("n", kMost));
  EXPECT_TRUE(add("n", 1));
  EXPECT_EQ(count("n"), kMost);
}

TEST_P(EngineCounter, StartsAgainAfterItsKeyWasErased) {
  EXPECT_TRUE(add("n", 5));
  remove(engine(), "n");
  EXPECT_EQ(count("n"), 0);
  EXPECT_TRUE(add("n", 2));
  EXPECT_EQ(count("n"), 2);
}

TEST_P(EngineCounter, CountsOnFromWhatTheSameTransactionPut) {
  EXPECT_TRUE(add("n", 5));
  auto transaction = begin(engine());
  transaction->erase("n");
  transaction->add("n", 3);
  EXPECT_EQ(transaction->read_counter("n").value(), 3);
  EXPECT_TRUE(commit(engine(), std::move(transaction)).has_value());
  EXPECT_EQ(count("n"), 3);
}

TEST_P(EngineCounter, RefusesToEraseACounterThatIsAddedToMeanwhile) {
  EXPECT_TRUE(add("n", 5));
  auto transaction = begin(engine());
  transaction->erase("n");
  EXPECT_TRUE(add("n", 1));
  EXPECT_EQ(commit(engine(), std::move(transaction)).error().code, Errc::kConflict);
  EXPECT_EQ(count("n"), 6);
}

TEST_P(EngineCounter, ReportsWhatIsNoCounter) {
  store(engine(), {{"n", "text"}});
  EXPECT_EQ(begin(engine())->read_counter("n").error().code, Errc::kInternal);
  EXPECT_EQ(begin(engine())->allocate("n", 1).error().code, Errc::kInternal);
  EXPECT_EQ(add("n", 1).error().code, Errc::kInternal);
  EXPECT_EQ(stored(engine(), "n"), "text");
  EXPECT_TRUE(add("m", 1));  // others are not held up
}

TEST_P(EngineCounter, KeepsManyCounters) {
  for (int round = 0; round < 2; ++round) {
    auto transaction = begin(engine());
    for (int i = 0; i < 5000; ++i)
      transaction->add("n" + std::to_string(i), i);
    EXPECT_TRUE(commit(engine(), std::move(transaction)).has_value());
  }
  auto transaction = begin(engine());
  for (int i = 0; i < 5000; ++i)
    ASSERT_EQ(transaction->read_counter("n" + std::to_string(i)).value(), 2 * i);
}

TEST_P(EngineCounter, AllocatesFromOneInSequence) {
  auto transaction = begin(engine());
  EXPECT_EQ(transaction->allocate("id", 1).value(), 1);
  EXPECT_EQ(transaction->allocate("id", 3).value(), 2);
  EXPECT_EQ(transaction->allocate("id", 1).value(), 5);
  EXPECT_EQ(transaction->allocate("other", 1).value(), 1);
  EXPECT_EQ(transaction->read_counter("id").value(), 5);
  EXPECT_TRUE(commit(engine(), std::move(transaction)).has_value());
  EXPECT_EQ(count("id"), 5);
}

TEST_P(EngineCounter, NeverAllocatesTheSameTwiceEvenWithoutACommit) {
  auto dropped = begin(engine());
  EXPECT_EQ(dropped->allocate("id", 2).value(), 1);
  dropped.reset();
  EXPECT_EQ(begin(engine())->allocate("id", 1).value(), 3);
  EXPECT_EQ(count("id"), 0);
}

TEST_P(EngineCounter, StoresTheHighestMarkWhateverTheOrderOfCommits) {
  auto first = begin(engine());
  auto second = begin(engine());
  EXPECT_EQ(first->allocate("id", 1).value(), 1);
  EXPECT_EQ(second->allocate("id", 1).value(), 2);
  EXPECT_TRUE(commit(engine(), std::move(second)).has_value());
  EXPECT_TRUE(commit(engine(), std::move(first)).has_value());
  EXPECT_EQ(count("id"), 2);
}

TEST_P(EngineCounter, RefusesToAllocateNothingOrTooMany) {
  auto transaction = begin(engine());
  EXPECT_EQ(transaction->allocate("id", 0).error().code, Errc::kInvalid);
  EXPECT_EQ(transaction->allocate("id", -1).error().code, Errc::kInvalid);
  EXPECT_EQ(transaction->allocate("id", std::numeric_limits<std::int64_t>::max()).value(), 1);
  EXPECT_EQ(transaction->allocate("id", 1).error().code, Errc::kInvalid);
}

NODED_OVER_EVERY_ENGINE(EngineCounter);

}  // namespace
}  // namespace noded::test
