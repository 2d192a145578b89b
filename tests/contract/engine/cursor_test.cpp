#include "contract/engine/engine_contract.hpp"

namespace noded::test {
namespace {

class EngineCursor : public EngineContract {
 protected:
  void SetUp() override { store(engine(), {{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}}); }
};

TEST_P(EngineCursor, WalksARangeInBothDirections) {
  auto transaction = begin(engine());
  EXPECT_EQ(scan(*transaction, {"b", "d"}), (Pairs{{"b", "2"}, {"c", "3"}}));
  EXPECT_EQ(scan(*transaction, {"b", "d"}, Direction::kBackward), (Pairs{{"c", "3"}, {"b", "2"}}));
  EXPECT_EQ(scan(*transaction, {"c", ""}), (Pairs{{"c", "3"}, {"d", "4"}}));
  EXPECT_EQ(scan(*transaction, {"c", ""}, Direction::kBackward), (Pairs{{"d", "4"}, {"c", "3"}}));
  EXPECT_EQ(scan(*transaction, {"bb", "bbb"}), Pairs{});
}

TEST_P(EngineCursor, FindsNothingInAnEmptyOrReversedRange) {
  auto transaction = begin(engine());
  transaction->put("b", "own");
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    EXPECT_EQ(scan(*transaction, {"b", "b"}, direction), Pairs{});
    EXPECT_EQ(scan(*transaction, {"d", "a"}, direction), Pairs{});
    EXPECT_EQ(scan(*transaction, {"x", ""}, direction), Pairs{});
  }
}

TEST_P(EngineCursor, MergesOwnWritesInBothDirections) {
  auto transaction = begin(engine());
  transaction->put("aa", "own");
  transaction->put("c", "own");
  transaction->erase("b");
  transaction->erase("nothing");
  transaction->put("z", "own");
  const Pairs all{{"a", "1"}, {"aa", "own"}, {"c", "own"}, {"d", "4"}, {"z", "own"}};
  EXPECT_EQ(scan(*transaction), all);
  EXPECT_EQ(scan(*transaction, {}, Direction::kBackward), Pairs(all.rbegin(), all.rend()));
  EXPECT_EQ(scan(*transaction, {"aa", "d"}), (Pairs{{"aa", "own"}, {"c", "own"}}));
  EXPECT_EQ(
      scan(*transaction, {"aa", "d"}, Direction::kBackward), (Pairs{{"c", "own"}, {"aa", "own"}})
  );
}

TEST_P(EngineCursor, ShowsOnlyOwnWritesWhenNothingElseIsLeft) {
  auto transaction = begin(engine());
  for (const char* key : {"a", "b", "c", "d"})
    transaction->erase(key);
  EXPECT_EQ(scan(*transaction), Pairs{});
  transaction->put("b", "own");
  EXPECT_EQ(scan(*transaction), (Pairs{{"b", "own"}}));
  EXPECT_EQ(scan(*transaction, {}, Direction::kBackward), (Pairs{{"b", "own"}}));
}

TEST_P(EngineCursor, IsNotDisturbedByWritesMadeAfterItWasOpened) {
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    auto transaction = begin(engine());
    transaction->put("b", "own");
    transaction->put("e", "own");
    const auto cursor = transaction->scan({}, direction);
    ASSERT_TRUE(cursor->next());
    const std::string_view key = cursor->key();
    const std::string_view value = cursor->value();
    for (const char* name : {"a", "aa", "b", "bb", "c", "cc", "d", "dd", "e", "ee"})
      transaction->put(name, "later");
    transaction->erase("b");
    transaction->erase("c");
    EXPECT_EQ(key, cursor->key());  // views hold until the next move
    EXPECT_EQ(value, cursor->value());
    Pairs seen{{std::string(key), std::string(value)}};
    for (auto& pair : rest_of(*cursor))
      seen.push_back(std::move(pair));
    Pairs expected{{"a", "1"}, {"b", "own"}, {"c", "3"}, {"d", "4"}, {"e", "own"}};
    if (direction == Direction::kBackward) expected = Pairs(expected.rbegin(), expected.rend());
    EXPECT_EQ(seen, expected);
  }
}

TEST_P(EngineCursor, LetsItsEntriesBeErasedOnTheWay) {
  auto transaction = begin(engine());
  transaction->put("bb", "own");
  const auto cursor = transaction->scan({}, Direction::kForward);
  int count = 0;
  while (cursor->next()) {
    transaction->erase(cursor->key());
    ++count;
  }
  EXPECT_EQ(count, 5);
  EXPECT_EQ(scan(*transaction), Pairs{});
}

TEST_P(EngineCursor, StaysAtItsEnd) {
  auto transaction = begin(engine());
  for (const bool has_own : {false, true}) {
    if (has_own) transaction->put("x", "own");
    const auto cursor = transaction->scan({}, Direction::kForward);
    rest_of(*cursor);
    EXPECT_FALSE(cursor->next());
    EXPECT_FALSE(cursor->next());
    EXPECT_TRUE(cursor->status().has_value());
  }
}

TEST_P(EngineCursor, AnswersWouldBlockAfterTheStepsOfTheMemoryTier) {
  for (const bool has_own : {false, true}) {
    auto transaction = begin(engine(), {.tier = Tier::kMemory, .max_steps = 3});
    if (has_own) transaction->put("aa", "own");
    auto cursor = transaction->scan({}, Direction::kForward);
    EXPECT_TRUE(cursor->next());
    EXPECT_TRUE(cursor->next());
    cursor = transaction->scan({}, Direction::kBackward);  // steps are counted over all cursors
    EXPECT_TRUE(cursor->next());
    EXPECT_FALSE(cursor->next());
    EXPECT_EQ(cursor->status().error().code, Errc::kWouldBlock);
    EXPECT_FALSE(cursor->next());
  }
}

TEST_P(EngineCursor, CountsErasedEntriesAsSteps) {
  auto transaction = begin(engine(), {.tier = Tier::kMemory, .max_steps = 3});
  for (const char* key : {"a", "b", "c", "d"})
    transaction->erase(key);
  const auto cursor = transaction->scan({}, Direction::kForward);
  EXPECT_FALSE(cursor->next());
  EXPECT_EQ(cursor->status().error().code, Errc::kWouldBlock);
}

TEST_P(EngineCursor, WalksAsFarAsItLikesInTheDiskTier) {
  auto transaction = begin(engine(), {.tier = Tier::kDisk, .max_steps = 1});
  EXPECT_EQ(scan(*transaction).size(), 4u);
}

TEST_P(EngineCursor, WalksManyEntries) {
  Pairs pairs;
  for (int i = 10'000; i < 15'000; ++i)
    pairs.emplace_back("m" + std::to_string(i), std::to_string(i));
  store(engine(), pairs);
  auto transaction = begin(engine());
  EXPECT_EQ(scan(*transaction, prefix_range("m")), pairs);
  EXPECT_EQ(
      scan(*transaction, prefix_range("m"), Direction::kBackward),
      Pairs(pairs.rbegin(), pairs.rend())
  );
}

TEST_P(EngineCursor, FindsThePrefixAndNothingBesideIt) {
  using std::string_literals::operator""s;
  store(
      engine(),
      {{"p\xfe", "0"},
       {"p\xff", "1"},
       {"p\xff\0"s, "2"},
       {"p\xff\xff", "3"},
       {"q", "4"},
       {"\xff\xff", "5"},
       {"\xff\xff\x01", "6"}}
  );
  auto transaction = begin(engine());
  EXPECT_EQ(
      scan(*transaction, prefix_range("p\xff")),
      (Pairs{{"p\xff", "1"}, {"p\xff\0"s, "2"}, {"p\xff\xff", "3"}})
  );
  const Pairs last{{"\xff\xff", "5"}, {"\xff\xff\x01", "6"}};
  EXPECT_EQ(scan(*transaction, prefix_range("\xff\xff")), last);
  EXPECT_EQ(
      scan(*transaction, prefix_range("\xff\xff"), Direction::kBackward),
      Pairs(last.rbegin(), last.rend())
  );
}

NODED_OVER_EVERY_ENGINE(EngineCursor);

}  // namespace
}  // namespace noded::test
