#include "contract/engine/engine_contract.hpp"

#include <chrono>

namespace noded::test {
namespace {

class EngineReading : public EngineContract {};

TEST_P(EngineReading, FindsWhatWasCommittedAndNothingElse) {
  store(engine(), {{"a", "1"}});
  auto transaction = begin(engine());
  std::string value = "old";
  EXPECT_TRUE(transaction->get("a", value).value());
  EXPECT_EQ(value, "1");
  EXPECT_FALSE(transaction->get("b", value).value());
  EXPECT_TRUE(transaction->peek("a", value).value());
  EXPECT_FALSE(transaction->peek("aa", value).value());
}

TEST_P(EngineReading, SeesOneSnapshotWhateverIsCommittedLater) {
  store(engine(), {{"a", "1"}, {"b", "1"}});
  auto transaction = begin(engine());
  store(engine(), {{"a", "2"}, {"c", "2"}});
  remove(engine(), "b");
  EXPECT_EQ(see(*transaction, "a"), "1");
  EXPECT_EQ(see(*transaction, "c"), "-");
  EXPECT_EQ(scan(*transaction), (Pairs{{"a", "1"}, {"b", "1"}}));
  EXPECT_EQ(scan(*begin(engine())), (Pairs{{"a", "2"}, {"c", "2"}}));
}

TEST_P(EngineReading, KeepsASnapshotThroughManyLaterVersions) {
  store(engine(), {{"a", "first"}});
  auto oldest = begin(engine());
  for (int i = 0; i < 20; ++i)
    store(engine(), {{"a", std::to_string(i)}});
  auto middle = begin(engine());
  remove(engine(), "a");
  for (int i = 0; i < 20; ++i)
    store(engine(), {{"b", std::to_string(i)}});
  EXPECT_EQ(see(*oldest, "a"), "first");
  EXPECT_EQ(see(*middle, "a"), "19");
  EXPECT_EQ(stored(engine(), "a"), "-");
}

TEST_P(EngineReading, SeesItsOwnWrites) {
  store(engine(), {{"a", "1"}, {"b", "1"}});
  auto transaction = begin(engine());
  transaction->put("a", "mine");
  transaction->put("c", "mine");
  transaction->erase("b");
  std::string value;
  EXPECT_TRUE(transaction->get("a", value).value());
  EXPECT_EQ(value, "mine");
  EXPECT_EQ(see(*transaction, "c"), "mine");
  EXPECT_FALSE(transaction->get("b", value).value());
  transaction->put("b", "again");
  EXPECT_EQ(see(*transaction, "b"), "again");
}

TEST_P(EngineReading, ShowsOwnWritesToNobodyElse) {
  auto transaction = begin(engine());
  transaction->put("a", "mine");
  EXPECT_EQ(stored(engine(), "a"), "-");
  transaction.reset();  // dropping rolls back
  EXPECT_EQ(stored(engine(), "a"), "-");
}

TEST_P(EngineReading, KeepsEmptyAndLargeValues) {
  const std::string large(3 << 20, '\xfe');
  store(engine(), {{"empty", ""}, {"large", large}});
  auto transaction = begin(engine());
  std::string value = "old";
  EXPECT_TRUE(transaction->get("empty", value).value());
  EXPECT_EQ(value, "");
  EXPECT_TRUE(transaction->get("large", value).value());
  EXPECT_EQ(value, large);
}

TEST_P(EngineReading, KeepsKeysOfAnyBytesInByteOrder) {
  using std::string_literals::operator""s;
  const Pairs pairs{
      {"", "empty"},
      {"\0"s, "1"},
      {"\0\0"s, "2"},
      {"\0\xff"s, "3"},
      {"a", "4"},
      {"a\0"s, "5"},
      {std::string(300, 'b'), "6"},
      {"\x7f", "7"},
      {"\x80", "8"},
      {"\xff", "9"},
      {"\xff\xff\0"s, "10"}
  };
  store(engine(), pairs);
  auto transaction = begin(engine());
  EXPECT_EQ(scan(*transaction), pairs);
  EXPECT_EQ(scan(*transaction, {}, Direction::kBackward), Pairs(pairs.rbegin(), pairs.rend()));
  for (const auto& [key, value] : pairs)
    EXPECT_EQ(see(*transaction, key), value);
}

TEST_P(EngineReading, AnswersTimeoutAfterTheDeadline) {
  store(engine(), {{"a", "1"}});
  for (const Tier tier : {Tier::kMemory, Tier::kDisk}) {
    auto transaction = begin(engine(), {.tier = tier, .deadline_ns = 1});
    std::string value;
    EXPECT_EQ(transaction->get("a", value).error().code, Errc::kTimeout);
    EXPECT_EQ(transaction->peek("a", value).error().code, Errc::kTimeout);
    const auto cursor = transaction->scan({}, Direction::kForward);
    EXPECT_FALSE(cursor->next());
    EXPECT_EQ(cursor->status().error().code, Errc::kTimeout);
  }
}

TEST_P(EngineReading, NoticesADeadlineThatPassesDuringAScan) {
  Pairs pairs;
  for (int i = 0; i < 1000; ++i)
    pairs.emplace_back("k" + std::to_string(i), "v");
  store(engine(), pairs);
  const auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  auto transaction =
      begin(engine(), {.deadline_ns = std::chrono::nanoseconds(soon.time_since_epoch()).count()});
  Errc stopped = Errc::kInternal;
  for (bool is_over = false; !is_over;) {  // ends by the deadline alone
    const auto cursor = transaction->scan({}, Direction::kForward);
    while (cursor->next()) {
    }
    is_over = !cursor->status().has_value();
    if (is_over) stopped = cursor->status().error().code;
  }
  EXPECT_EQ(stopped, Errc::kTimeout);
}

NODED_OVER_EVERY_ENGINE(EngineReading);

}  // namespace
}  // namespace noded::test
