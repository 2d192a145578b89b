// Counts of parts of a range: an engine may keep them, and nobody can tell but by the time it
// takes.
#include "contract/engine/engine_contract.hpp"

#include <fmt/format.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace noded::test {
namespace {

constexpr int kKeys = 8000;  // about half of them exist

std::string key_of(int number) {
  return fmt::format("e/{:05}", number);
}

class EngineCount : public EngineContract {
 protected:
  EngineCount() {
    Pairs pairs{{"d", "before"}, {"f", "after"}};
    for (int number = 0; number < kKeys; number += 2)
      pairs.emplace_back(key_of(number), "");
    store(engine(), pairs);
  }

  int random(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  KeyRange any_part() {
    KeyRange part{key_of(random(kKeys)), key_of(random(kKeys))};
    if (part.end < part.begin) std::swap(part.begin, part.end);
    if (random(10) == 0) part.begin = whole_.begin;
    if (random(10) == 0) part.end = whole_.end;
    return part;
  }
  static void expect_truth(Transaction& transaction, const KeyRange& part, const KeyRange& whole) {
    EXPECT_EQ(transaction.count(part, whole).value(), scan(transaction, part).size())
        << part.begin << " to " << part.end;
  }
  void expect_truth_of(int parts, Transaction& transaction) {
    for (int i = 0; i < parts; ++i)
      expect_truth(transaction, any_part(), whole_);
    expect_truth(transaction, whole_, whole_);
  }
  // Keys that exist or not are put and erased alike, some of them twice.
  void change(Transaction& transaction, int changes) {
    for (int i = 0; i < changes; ++i) {
      const std::string key = key_of(random(kKeys));
      if (random(2) == 0) transaction.put(key, "");
      if (random(2) == 0) transaction.erase(key);
      if (random(4) == 0) transaction.put(key, "again");
    }
  }

  KeyRange whole_ = prefix_range("e/");
  std::mt19937 random_{20240917};
};

TEST_P(EngineCount, IsThatOfAWalkWhateverIsCommitted) {
  for (int round = 0; round < 40; ++round) {
    auto old = begin(engine());
    auto writer = begin(engine());
    change(*writer, 1 + random(300));
    expect_truth_of(3, *writer);  // own writes count
    ASSERT_TRUE(commit(engine(), std::move(writer)));
    auto fresh = begin(engine());
    expect_truth_of(5, *fresh);
    expect_truth_of(5, *old);
    expect_truth_of(5, *fresh);
  }
}

TEST_P(EngineCount, StaysTrueWhileTheRangeGrowsAtOneEndAndShrinksAtTheOther) {
  expect_truth_of(3, *begin(engine()));
  for (int round = 0; round < 20; ++round) {
    auto writer = begin(engine());
    for (int i = 0; i < 400; ++i) {
      writer->put(key_of(kKeys + round * 400 + i), "");
      writer->erase(key_of(round * 400 + i));
    }
    ASSERT_TRUE(commit(engine(), std::move(writer)));
    expect_truth_of(3, *begin(engine()));
    expect_truth(*begin(engine()), {key_of(kKeys), key_of(kKeys + round * 200)}, whole_);
  }
}

TEST_P(EngineCount, IsZeroOfWhatHoldsNothing) {
  auto transaction = begin(engine());
  EXPECT_EQ(transaction->count({"e/5", "e/4"}, whole_).value(), 0U);
  EXPECT_EQ(transaction->count({"e/x", "e/y"}, whole_).value(), 0U);
  expect_truth_of(3, *transaction);
  EXPECT_EQ(transaction->count({"e/5", "e/4"}, whole_).value(), 0U);
  EXPECT_EQ(transaction->count({"e/x", "e/y"}, whole_).value(), 0U);
}

TEST_P(EngineCount, SeesARangeThatWasErased) {
  expect_truth_of(3, *begin(engine()));
  auto old = begin(engine());
  auto eraser = begin(engine());
  eraser->erase_range({key_of(1000), key_of(5000)});
  ASSERT_TRUE(commit(engine(), std::move(eraser)));
  expect_truth_of(3, *begin(engine()));
  expect_truth_of(3, *old);
}

TEST_P(EngineCount, KeepsManyRangesApart) {
  for (int round = 0; round < 2; ++round) {
    for (int range = 0; range < 20; ++range) {  // more than are remembered
      const std::string prefix = fmt::format("r{:02}/", range);
      Pairs pairs;
      for (int i = 0; i < 1500; ++i)
        pairs.emplace_back(fmt::format("{}{}/{:04}", prefix, round, i), "");
      store(engine(), pairs);
      auto transaction = begin(engine());
      for (int i = 0; i < 3; ++i)
        expect_truth(*transaction, {prefix + "0/0100", prefix + "1/1400"}, prefix_range(prefix));
    }
  }
}

TEST_P(EngineCount, TheMemoryTierAnswersWithinItsStepsOrNotAtAll) {
  expect_truth_of(3, *begin(engine()));
  for (const std::uint32_t steps : {1U, 600U, 1'000'000U}) {
    auto transaction = begin(engine(), {.tier = Tier::kMemory, .max_steps = steps});
    const auto count = transaction->count({key_of(100), key_of(7777)}, whole_);
    if (count) {
      expect_truth(*begin(engine()), {key_of(100), key_of(7777)}, whole_);
      EXPECT_EQ(*count, 3839U);
    } else {
      EXPECT_EQ(count.error().code, Errc::kWouldBlock);
      EXPECT_EQ(steps, 1U);
    }
  }
}

TEST_P(EngineCount, IsThatOfItsSnapshotWhileOthersCommit) {
  std::atomic<bool> is_over{false};
  std::thread writer([&] {
    std::mt19937 random(7);
    while (!is_over) {
      auto transaction = begin(engine());
      for (int i = 0; i < 50; ++i) {
        const std::string key = key_of(static_cast<int>(random() % kKeys));
        if (random() % 2 == 0) {
          transaction->put(key, "");
        } else {
          transaction->erase(key);
        }
      }
      ASSERT_TRUE(commit(engine(), std::move(transaction)));
    }
  });
  for (int i = 0; i < 200; ++i) {
    auto transaction = begin(engine());
    for (int part = 0; part < 3; ++part)
      expect_truth(*transaction, any_part(), whole_);
  }
  is_over = true;
  writer.join();
}

NODED_OVER_EVERY_ENGINE(EngineCount);

}  // namespace
}  // namespace noded::test
