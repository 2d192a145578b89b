// Whole ranges: erased blindly, measured, reclaimed.
#include "contract/engine/engine_contract.hpp"

#include <fmt/format.h>

#include <random>

namespace noded::test {
namespace {

class EngineRange : public EngineContract {
 protected:
  void erase(const KeyRange& range) {
    auto transaction = begin(engine());
    transaction->erase_range(range);
    ASSERT_TRUE(commit(engine(), std::move(transaction)));
  }
  // About 1 MB under "n/" that no compression makes small.
  void fill() {
    std::mt19937_64 random(20240917);
    std::string value;
    for (int i = 0; i < 10; ++i) {
      Pairs pairs;
      for (int j = 0; j < 100; ++j) {
        value.clear();
        while (value.size() < 1000)
          value.append(fmt::format("{:016x}", random()));
        pairs.emplace_back(fmt::format("n/{:02}{:02}", i, j), value);
      }
      store(engine(), pairs);
    }
  }
  std::uint64_t bytes(const KeyRange& range) { return engine().approximate_bytes(range).value(); }
};

TEST_P(EngineRange, ErasesWhatIsInTheRangeAndNothingElse) {
  store(engine(), {{"a", "1"}, {"b", "2"}, {"bb", "3"}, {"c", "4"}, {"d", "5"}});
  erase({"b", "c"});
  EXPECT_EQ(scan(*begin(engine())), (Pairs{{"a", "1"}, {"c", "4"}, {"d", "5"}}));
  EXPECT_EQ(stored(engine(), "b"), "-");
  EXPECT_EQ(stored(engine(), "bb"), "-");
  EXPECT_EQ(
      scan(*begin(engine()), {}, Direction::kBackward), (Pairs{{"d", "5"}, {"c", "4"}, {"a", "1"}})
  );
  erase({"c", ""});
  EXPECT_EQ(scan(*begin(engine())), (Pairs{{"a", "1"}}));
}

TEST_P(EngineRange, AnEmptyOrReversedRangeErasesNothing) {
  store(engine(), {{"a", "1"}, {"b", "2"}});
  auto transaction = begin(engine());
  transaction->erase_range({"a", "a"});
  transaction->erase_range({"b", "a"});
  EXPECT_FALSE(transaction->has_writes());
  EXPECT_EQ(scan(*begin(engine())), (Pairs{{"a", "1"}, {"b", "2"}}));
}

TEST_P(EngineRange, IsErasedTogetherWithTheOtherWritesOfTheTransaction) {
  const Sequence before = store(engine(), {{"a", "1"}, {"b", "2"}});
  auto transaction = begin(engine());
  transaction->erase_range({"b", "c"});
  transaction->put("horizon", "c");
  transaction->append("log/", "entry");
  EXPECT_TRUE(transaction->has_writes());
  EXPECT_EQ(see(*transaction, "b"), "2") << "the transaction itself does not see it";
  EXPECT_EQ(commit(engine(), std::move(transaction)).value(), before + 1);
  EXPECT_EQ(stored(engine(), "b"), "-");
  EXPECT_EQ(stored(engine(), "horizon"), "c");
  EXPECT_EQ(scan(*begin(engine()), prefix_range("log/")).size(), 1u);
}

TEST_P(EngineRange, OlderSnapshotsStillSeeIt) {
  store(engine(), {{"a", "1"}, {"b", "2"}, {"c", "3"}});
  auto reader = begin(engine());
  erase({"a", "c"});
  EXPECT_EQ(scan(*reader), (Pairs{{"a", "1"}, {"b", "2"}, {"c", "3"}}));
  EXPECT_EQ(see(*reader, "a"), "1");
  EXPECT_EQ(scan(*begin(engine())), (Pairs{{"c", "3"}}));
}

TEST_P(EngineRange, WhatIsWrittenIntoItLaterStays) {
  store(engine(), {{"a", "1"}, {"b", "2"}});
  erase({"a", "z"});
  store(engine(), {{"b", "new"}});
  EXPECT_EQ(scan(*begin(engine())), (Pairs{{"b", "new"}}));
  erase({"a", "z"});
  EXPECT_EQ(scan(*begin(engine())), Pairs{});
}

TEST_P(EngineRange, AnErasureDoesNotConflict) {
  store(engine(), {{"a", "1"}});
  auto reader = begin(engine());
  ASSERT_EQ(see(*reader, "a"), "1");
  reader->put("seen", "yes");
  erase({"a", "b"});
  EXPECT_TRUE(commit(engine(), std::move(reader)));
}

TEST_P(EngineRange, ARangeThatIsWalkedOftenLosesWhatWasErased) {
  Pairs pairs;
  for (int i = 0; i < 1000; ++i)
    pairs.emplace_back(fmt::format("k{:04}", i), "value");
  store(engine(), pairs);
  for (int walk = 0; walk < 3; ++walk)
    EXPECT_EQ(scan(*begin(engine()), prefix_range("k")).size(), 1000u);
  erase({"k0100", "k0900"});
  EXPECT_EQ(scan(*begin(engine()), prefix_range("k")).size(), 200u);
  EXPECT_EQ(stored(engine(), "k0500"), "-");
}

TEST_P(EngineRange, StaysErasedOverReopening) {
  store(engine(), {{"a", "1"}, {"b", "2"}});
  if (keeps_over_reopening()) reopen();
  erase({"a", "b"});
  if (keeps_over_reopening()) reopen();
  EXPECT_EQ(scan(*begin(engine())), (Pairs{{"b", "2"}}));
}

TEST_P(EngineRange, IsMeasuredRoughly) {
  EXPECT_EQ(bytes({"", ""}), 0u);
  fill();
  ASSERT_TRUE(engine().reclaim({}, {})) << "brings all into sorted files";
  const std::uint64_t all = bytes(prefix_range("n/"));
  EXPECT_GT(all, 500'000u);
  EXPECT_LT(all, 2'000'000u);
  EXPECT_LT(bytes({"n/00", "n/03"}), all);
  EXPECT_EQ(bytes({"o", "p"}), 0u);
  EXPECT_EQ(bytes({"p", "n"}), 0u);
}

TEST_P(EngineRange, IsReclaimedOnceErased) {
  fill();
  store(engine(), {{"o", "kept"}});
  ASSERT_TRUE(engine().reclaim({}, {}));
  const std::uint64_t kept = bytes({"n/05", "n/10"});
  erase({"n/00", "n/05"});
  ASSERT_TRUE(engine().reclaim({"n/00", "n/05"}, {}));
  EXPECT_LT(bytes({"n/00", "n/05"}), kept / 10);
  EXPECT_GT(bytes({"n/05", "n/10"}), kept / 2);
  EXPECT_EQ(scan(*begin(engine()), prefix_range("n/")).size(), 500u);
  EXPECT_EQ(stored(engine(), "o"), "kept");
  EXPECT_TRUE(engine().reclaim({"b", "a"}, {})) << "a reversed range holds nothing";
}

TEST_P(EngineRange, IsReclaimedNoMoreOnceTheEngineIsClosed) {
  engine().close();
  EXPECT_EQ(engine().approximate_bytes({"a", "b"}).error().code, Errc::kUnavailable);
  EXPECT_EQ(engine().reclaim({"a", "b"}, {}).error().code, Errc::kUnavailable);
}

NODED_OVER_EVERY_ENGINE(EngineRange);

}  // namespace
}  // namespace noded::test
