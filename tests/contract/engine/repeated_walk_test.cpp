// Walks of the same range again and again: an engine may answer them from memory, and nobody can
// tell but by the time it takes.
#include "contract/engine/engine_contract.hpp"

#include <fmt/format.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace noded::test {
namespace {

constexpr int kEntries = 400;  // more than what is worth remembering

std::string entry_key(int i) {
  return fmt::format("e/{:04}", i);
}

class RepeatedWalk : public EngineContract {
 protected:
  RepeatedWalk() {
    Pairs pairs;
    for (int i = 0; i < kEntries; ++i)
      pairs.emplace_back(entry_key(i), fmt::format("v{}", i));
    pairs.emplace_back("d", "before");
    pairs.emplace_back("f", "after");
    store(engine(), pairs);
  }

  // Whole walks until an image of the range can be there.
  void warm() {
    for (int i = 0; i < 4; ++i)
      walk();
  }
  Pairs walk(Direction direction = Direction::kForward) {
    return scan(*begin(engine()), prefix_range("e/"), direction);
  }
  static Pairs reversed(Pairs pairs) { return {pairs.rbegin(), pairs.rend()}; }
};

TEST_P(RepeatedWalk, SeesTheSameInBothDirections) {
  const Pairs first = walk();
  ASSERT_EQ(first.size(), static_cast<std::size_t>(kEntries));
  warm();
  EXPECT_EQ(walk(), first);
  EXPECT_EQ(walk(Direction::kBackward), reversed(first));
  EXPECT_EQ(scan(*begin(engine()), {"e/0010", "e/0013"}).size(), 3u);
  EXPECT_EQ(scan(*begin(engine()), {"e/0398", "e/9"}).size(), 2u);
  EXPECT_EQ(scan(*begin(engine()), {"e/0397x", "e/9"}).front().first, "e/0398");
  EXPECT_EQ(scan(*begin(engine()), {"c", "z"}).size(), static_cast<std::size_t>(kEntries) + 2);
}

TEST_P(RepeatedWalk, BackwardWalksTeachAsWell) {
  const Pairs first = walk();
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(walk(Direction::kBackward), reversed(first));
  EXPECT_EQ(walk(), first);
}

TEST_P(RepeatedWalk, CountsWhatItSkips) {
  for (int i = 0; i < 4; ++i) {
    for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
      for (const bool has_own : {false, true}) {
        auto transaction = begin(engine());
        if (has_own) transaction->put("e/0100x", "own");
        const auto cursor = transaction->scan(prefix_range("e/"), direction);
        ASSERT_TRUE(cursor->next());
        EXPECT_EQ(cursor->skip_rest(), static_cast<std::uint64_t>(kEntries - 1 + has_own));
        EXPECT_EQ(cursor->skip_rest(), 0U);
        EXPECT_FALSE(cursor->next());
        EXPECT_TRUE(cursor->status().has_value());
      }
    }
  }
}

TEST_P(RepeatedWalk, SeesEachChange) {
  warm();
  store(engine(), {{entry_key(7), "changed"}});
  EXPECT_EQ(walk()[7].second, "changed");
  warm();
  store(engine(), {{"e/0007x", "new"}, {"e/", "first"}});
  const Pairs grown = walk();
  EXPECT_EQ(grown.size(), static_cast<std::size_t>(kEntries) + 2);
  EXPECT_EQ(grown.front().second, "first");
  warm();
  remove(engine(), entry_key(399));
  EXPECT_EQ(walk().back().first, entry_key(398));
  warm();
  auto counting = begin(engine());
  counting->add("e/count", 3);
  ASSERT_TRUE(commit(engine(), std::move(counting)).has_value());
  EXPECT_EQ(walk().back().first, "e/count");
  warm();
  auto appending = begin(engine());
  appending->append("e/log", "line");
  ASSERT_TRUE(commit(engine(), std::move(appending)).has_value());
  EXPECT_EQ(walk().back().second, "line");
}

TEST_P(RepeatedWalk, KeepsToTheSnapshotOfItsTransaction) {
  const auto before = begin(engine());
  store(engine(), {{entry_key(7), "changed"}});
  warm();
  const auto after = begin(engine());
  EXPECT_EQ(scan(*before, prefix_range("e/"))[7].second, "v7");
  store(engine(), {{entry_key(7), "changed again"}});
  warm();
  EXPECT_EQ(scan(*before, prefix_range("e/"))[7].second, "v7");
  EXPECT_EQ(scan(*after, prefix_range("e/"))[7].second, "changed");
  EXPECT_EQ(see(*after, entry_key(7)), "changed");
  EXPECT_EQ(walk()[7].second, "changed again");
}

TEST_P(RepeatedWalk, ShowsOwnWritesAndFetchesWhatItSaw) {
  warm();
  const auto transaction = begin(engine());
  transaction->put(entry_key(3), "own");
  transaction->erase(entry_key(4));
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    Pairs seen = scan(*transaction, prefix_range("e/"), direction);
    if (direction == Direction::kBackward) seen = reversed(std::move(seen));
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(kEntries) - 1);
    EXPECT_EQ(seen[3].second, "own");
    EXPECT_EQ(seen[4].first, entry_key(5));
  }
  EXPECT_EQ(see(*transaction, entry_key(3)), "own");
  EXPECT_EQ(see(*transaction, entry_key(4)), "-");
  EXPECT_EQ(see(*transaction, entry_key(5)), "v5");
  EXPECT_EQ(see(*transaction, "e/0005x"), "-");
  EXPECT_EQ(see(*transaction, "f"), "after");
}

TEST_P(RepeatedWalk, KeepsToTheStepsOfTheMemoryTier) {
  warm();
  const auto transaction = begin(engine(), {.tier = Tier::kMemory, .max_steps = 100});
  const auto cursor = transaction->scan(prefix_range("e/"), Direction::kForward);
  int steps = 0;
  while (cursor->next())
    ++steps;
  EXPECT_EQ(steps, 100);
  EXPECT_EQ(cursor->status().error().code, Errc::kWouldBlock);
}

TEST_P(RepeatedWalk, EndsAtItsDeadline) {
  warm();
  const auto transaction = begin(engine(), {.deadline_ns = 1});
  const auto cursor = transaction->scan(prefix_range("e/"), Direction::kForward);
  while (cursor->next()) {
  }
  ASSERT_FALSE(cursor->status().has_value());
  EXPECT_EQ(cursor->status().error().code, Errc::kTimeout);
}

TEST_P(RepeatedWalk, ServesAnUnorderedWalkInEitherDirection) {
  const Pairs first = walk();
  for (int i = 0; i < 6; ++i) {
    const auto transaction = begin(engine());
    auto seen =
        rest_of(*transaction->scan_unordered(prefix_range("e/"), Direction::kBackward, nullptr));
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, first);
  }
}

TEST_P(RepeatedWalk, TellsWhetherItsStepsReach) {
  const auto transaction = begin(engine(), {.tier = Tier::kMemory, .max_steps = 100});
  EXPECT_TRUE(transaction->has_steps(100));
  EXPECT_FALSE(transaction->has_steps(101));
  const auto cursor = transaction->scan(prefix_range("e/"), Direction::kForward);
  static_cast<void>(cursor->next());
  EXPECT_FALSE(transaction->has_steps(100));
  EXPECT_TRUE(begin(engine())->has_steps(1'000'000'000));
}

// Writers move one unit from one entry to another; every walk sees all units.
TEST_P(RepeatedWalk, SeesWholeCommitsWhileOthersWrite) {
  constexpr int kRounds = 300;
  Pairs units;
  for (int i = 0; i < kEntries; ++i)
    units.emplace_back(entry_key(i), "10");
  store(engine(), units);
  std::atomic<bool> is_over = false;
  std::atomic<int> wrong = 0;
  std::atomic<int> walks = 0;
  const auto read = [&] {
    Sequence last = 0;
    while (!is_over) {
      const auto transaction = begin(engine());
      if (transaction->snapshot() < last) ++wrong;
      last = transaction->snapshot();
      long sum = 0;
      for (const auto& [key, value] : scan(*transaction, prefix_range("e/")))
        sum += std::stol(value);
      if (sum != 10L * kEntries) ++wrong;
      ++walks;
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back(read);
  for (int round = 0; round < kRounds; ++round) {
    if (round % 50 == 0) {  // time for images to be made
      const int target = walks + 12;
      while (walks < target)
        std::this_thread::yield();
    }
    const auto from = entry_key(round * 7 % kEntries);
    const auto to =
        entry_key(round * 13 % kEntries + (round * 7 % kEntries == round * 13 % kEntries));
    auto transaction = begin(engine());
    transaction->put(from, std::to_string(std::stol(see(*transaction, from)) - 1));
    transaction->put(to, std::to_string(std::stol(see(*transaction, to)) + 1));
    ASSERT_TRUE(commit(engine(), std::move(transaction)).has_value());
  }
  is_over = true;
  for (std::thread& reader : readers)
    reader.join();
  EXPECT_EQ(wrong, 0);
}

NODED_OVER_EVERY_ENGINE(RepeatedWalk);

}  // namespace
}  // namespace noded::test
