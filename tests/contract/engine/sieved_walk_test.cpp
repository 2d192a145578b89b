// Walks with a sieve: an engine that has the range in memory asks it, and hands out what it
// chooses; any other walk hands out everything.
#include "contract/engine/engine_contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace noded::test {
namespace {

constexpr int kEntries = 400;  // more than what is worth remembering, and no multiple of a block

std::string entry_key(int i) {
  return fmt::format("e/{:04}", i);
}

// Chooses the values that `modulus` divides, by a column that has each value as a number plus the
// column's id.
class DivisorSieve final : public Sieve {
 public:
  explicit DivisorSieve(std::uint64_t modulus, std::vector<std::uint16_t> columns = {3})
      : modulus_(modulus), columns_(std::move(columns)) {}

  std::span<const std::uint16_t> columns() const override { return columns_; }
  Column make(std::uint16_t column, std::span<const std::string_view> values) const override {
    ++made;
    Column numbers;
    for (const std::string_view value : values)
      numbers.numbers.push_back(std::stoull(std::string(value)) + column);
    numbers.base = "a base";
    return numbers;
  }
  void start(std::span<const Column* const> columns) override {
    ++started;
    seen.assign(columns.begin(), columns.end());
  }
  std::uint64_t choose(std::size_t first, std::size_t count) override {
    EXPECT_LE(count, kBlock);
    EXPECT_EQ(seen.front()->base, "a base");
    std::uint64_t chosen = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t number = seen.front()->numbers.at(first + i) - columns_.front();
      asked.push_back(number);
      if (number % modulus_ == 0) chosen |= std::uint64_t{1} << i;
    }
    return chosen;
  }

  mutable int made = 0;
  int started = 0;
  std::vector<const Column*> seen;
  std::vector<std::uint64_t> asked;  // about which entries, in the order of the blocks

 private:
  std::uint64_t modulus_;
  std::vector<std::uint16_t> columns_;
};

class SievedWalk : public EngineContract {
 protected:
  SievedWalk() {
    Pairs pairs;
    for (int i = 0; i < kEntries; ++i)
      pairs.emplace_back(entry_key(i), std::to_string(i));
    store(engine(), pairs);
  }

  void warm() {
    for (int i = 0; i < 4; ++i)
      scan(*begin(engine()), all_);
  }
  Pairs sieved(Sieve& sieve, const KeyRange& range, Direction direction = Direction::kForward) {
    const auto transaction = begin(engine());
    return rest_of(*transaction->scan_sieved(range, direction, &sieve));
  }
  // Entries begin … end-1 that `modulus` divides.
  static Pairs multiples(int modulus, int begin, int end, Direction direction) {
    Pairs pairs;
    for (int i = begin; i < end; ++i) {
      if (i % modulus == 0) pairs.emplace_back(entry_key(i), std::to_string(i));
    }
    if (direction == Direction::kBackward) std::reverse(pairs.begin(), pairs.end());
    return pairs;
  }

  const KeyRange all_ = prefix_range("e/");
};

TEST_P(SievedWalk, HandsOutEverythingBeforeTheRangeIsInMemory) {
  DivisorSieve sieve(7);
  EXPECT_EQ(sieved(sieve, all_), multiples(1, 0, kEntries, Direction::kForward));
  EXPECT_EQ(sieve.started + sieve.made, 0);
  EXPECT_TRUE(sieve.asked.empty());
}

TEST_P(SievedWalk, HandsOutWhatIsChosenInTheOrderOfTheWalk) {
  warm();
  for (const int modulus : {1, 7, 63, 64, 399, 1000}) {
    for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
      for (const auto& [begin, end] :
           {std::pair(0, kEntries), {0, 64}, {1, 65}, {5, 6}, {300, 300}, {100, 399}}) {
        DivisorSieve sieve(static_cast<std::uint64_t>(modulus));
        EXPECT_EQ(
            sieved(sieve, {entry_key(begin), entry_key(end)}, direction),
            multiples(modulus, begin, end, direction)
        ) << modulus
          << " of " << begin << " to " << end;
        std::sort(sieve.asked.begin(), sieve.asked.end());
        EXPECT_EQ(sieve.asked.size(), static_cast<std::size_t>(end - begin));
        EXPECT_EQ(std::ranges::adjacent_find(sieve.asked), sieve.asked.end());
      }
    }
  }
}

TEST_P(SievedWalk, AsksForTheBlocksInTheOrderOfTheWalk) {
  warm();
  DivisorSieve forward(1000);
  sieved(forward, all_);
  EXPECT_TRUE(std::ranges::is_sorted(forward.asked));
  DivisorSieve backward(1000);
  sieved(backward, all_, Direction::kBackward);
  EXPECT_GT(backward.asked.front(), backward.asked.back());
}

TEST_P(SievedWalk, MakesAColumnOnceUntilTheRangeChanges) {
  warm();
  for (int i = 0; i < 3; ++i) {
    DivisorSieve sieve(7);
    sieved(sieve, all_);
    EXPECT_EQ(sieve.made, i == 0 ? 1 : 0);
    EXPECT_EQ(sieve.started, 1);
  }
  store(engine(), {{entry_key(8), "7000"}});
  warm();
  DivisorSieve sieve(7);
  EXPECT_EQ(sieved(sieve, all_).size(), multiples(7, 0, kEntries, Direction::kForward).size() + 1);
  EXPECT_EQ(sieve.made, 1);
}

TEST_P(SievedWalk, KeepsAFewColumns) {
  warm();
  DivisorSieve first(7, {10, 11, 12});
  sieved(first, all_);
  EXPECT_EQ(first.made, 3);
  DivisorSieve second(7, {10, 13, 14, 12});
  EXPECT_EQ(sieved(second, all_), multiples(7, 0, kEntries, Direction::kForward));
  EXPECT_EQ(second.made, 1);
  ASSERT_EQ(second.seen.size(), 4U);
  EXPECT_EQ(second.seen[0], first.seen[0]);
  EXPECT_NE(second.seen[1], nullptr);
  EXPECT_EQ(second.seen[2], nullptr);
  EXPECT_EQ(second.seen[3], first.seen[2]);
}

TEST_P(SievedWalk, HandsOutEverythingBesideOwnWrites) {
  warm();
  DivisorSieve sieve(7);
  const auto transaction = begin(engine());
  transaction->put(entry_key(8), "own");
  EXPECT_EQ(
      rest_of(*transaction->scan_sieved(all_, Direction::kForward, &sieve)).size(),
      static_cast<std::size_t>(kEntries)
  );
  EXPECT_EQ(sieve.started, 0);
}

TEST_P(SievedWalk, WorksInAnUnorderedWalk) {
  warm();
  DivisorSieve sieve(7);
  const auto transaction = begin(engine());
  auto seen = rest_of(*transaction->scan_unordered(all_, Direction::kBackward, &sieve));
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, multiples(7, 0, kEntries, Direction::kForward));
}

TEST_P(SievedWalk, WithoutASieveIsAScan) {
  warm();
  const auto transaction = begin(engine());
  EXPECT_EQ(
      rest_of(*transaction->scan_sieved(all_, Direction::kBackward, nullptr)),
      multiples(1, 0, kEntries, Direction::kBackward)
  );
}

// Columns are made of all of the range, which is more than such a transaction may touch.
TEST_P(SievedWalk, HandsOutEverythingWhereStepsDoNotReach) {
  warm();
  DivisorSieve sieve(1000);
  const auto transaction = begin(engine(), {.tier = Tier::kMemory, .max_steps = 150});
  const auto cursor = transaction->scan_sieved(all_, Direction::kForward, &sieve);
  int steps = 0;
  while (cursor->next())
    ++steps;
  EXPECT_EQ(steps, 150);
  EXPECT_EQ(cursor->status().error().code, Errc::kWouldBlock);
  EXPECT_EQ(sieve.started + sieve.made, 0);
}

TEST_P(SievedWalk, KeepsToTheStepsOfTheMemoryTier) {
  warm();
  DivisorSieve sieve(1000);
  const auto transaction = begin(engine(), {.tier = Tier::kMemory, .max_steps = kEntries + 100});
  const auto first = transaction->scan_sieved(all_, Direction::kForward, &sieve);
  const auto second = transaction->scan_sieved(all_, Direction::kForward, &sieve);
  EXPECT_EQ(rest_of(*first).size(), 1U);  // entry 0
  ASSERT_TRUE(second->next());
  EXPECT_FALSE(second->next());
  ASSERT_FALSE(second->status().has_value());
  EXPECT_EQ(second->status().error().code, Errc::kWouldBlock);
}

TEST_P(SievedWalk, EndsAtItsDeadline) {
  warm();
  DivisorSieve sieve(1000);
  const auto transaction = begin(engine(), {.deadline_ns = 1});
  const auto cursor = transaction->scan_sieved(all_, Direction::kForward, &sieve);
  EXPECT_FALSE(cursor->next());
  EXPECT_EQ(cursor->status().error().code, Errc::kTimeout);
}

// Threads that begin at once make the same columns; each gets right ones.
TEST_P(SievedWalk, ServesManyThreads) {
  for (int round = 0; round < 20; ++round) {
    store(engine(), {{entry_key(0), "0"}});
    warm();
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (std::uint16_t i = 0; i < 4; ++i) {
      threads.emplace_back([this, i, &wrong] {
        for (const int other : {0, 1}) {
          DivisorSieve sieve(7, {static_cast<std::uint16_t>(i % 2 + other), 1});
          const auto transaction = begin(engine());
          const auto cursor = transaction->scan_sieved(all_, Direction::kForward, &sieve);
          if (rest_of(*cursor) != multiples(7, 0, kEntries, Direction::kForward)) ++wrong;
        }
      });
    }
    for (std::thread& thread : threads)
      thread.join();
    EXPECT_EQ(wrong, 0);
  }
}

NODED_OVER_EVERY_ENGINE(SievedWalk);

}  // namespace
}  // namespace noded::test
