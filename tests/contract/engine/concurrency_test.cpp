#include "contract/engine/engine_contract.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <latch>
#include <set>
#include <thread>
#include <vector>

namespace noded::test {
namespace {

class EngineConcurrency : public EngineContract {
 protected:
  static constexpr int kThreads = 4;

  // Runs `work(thread)` on several threads at once.
  template <class Work>
  static void in_threads(Work work) {
    std::latch start(kThreads);
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&start, &work, thread] {
        start.arrive_and_wait();
        work(thread);
      });
    }
  }
};

Task<Result<Sequence>> create(Engine& engine, std::string key, std::string value) {
  auto transaction = begin(engine);
  std::string existing;
  const auto found = transaction->get(key, existing);
  if (!found) co_return std::unexpected(found.error());
  if (*found) co_return fail(Errc::kExists, "exists");
  transaction->put(key, value);
  co_return co_await engine.commit(std::move(transaction));
}

TEST_P(EngineConcurrency, LetsExactlyOneOfManyCreateAKey) {
  constexpr int kRounds = 20;
  std::vector<std::atomic<int>> winners(kRounds);
  in_threads([&](int thread) {
    net::io_context loop(1);
    for (int round = 0; round < kRounds; ++round) {
      for (int i = 0; i < 8; ++i) {
        spawn(loop.get_executor(), "create", [&, round, i]() -> Task<> {
          const auto outcome = co_await create(
              engine(),
              "key" + std::to_string(round),
              std::to_string(thread) + "/" + std::to_string(i)
          );
          if (outcome) {
            ++winners[static_cast<std::size_t>(round)];
          } else {
            EXPECT_TRUE(
                outcome.error().code == Errc::kConflict || outcome.error().code == Errc::kExists
            );
          }
        });
      }
    }
    loop.run();
  });
  for (const auto& count : winners)
    EXPECT_EQ(count.load(), 1);
}

TEST_P(EngineConcurrency, LosesNoIncrementOfAValueThatIsReadAndWritten) {
  constexpr int kIncrements = 25;
  in_threads([&](int) {
    for (int done = 0; done < kIncrements;) {
      auto transaction = begin(engine());
      std::string value;
      const bool found = transaction->get("n", value).value();
      transaction->put("n", std::to_string(found ? std::stoi(value) + 1 : 1));
      if (commit(engine(), std::move(transaction))) ++done;
    }
  });
  EXPECT_EQ(stored(engine(), "n"), std::to_string(kThreads * kIncrements));
}

TEST_P(EngineConcurrency, SumsAdditionsWithoutAConflict) {
  constexpr int kAdditions = 200;
  in_threads([&](int thread) {
    net::io_context loop(1);
    for (int i = 0; i < kAdditions; ++i) {
      spawn(loop.get_executor(), "add", [&, i]() -> Task<> {
        auto transaction = begin(engine());
        transaction->add("n", 3);
        transaction->put("row" + std::to_string(thread) + "/" + std::to_string(i), "x");
        const auto outcome = co_await engine().commit(std::move(transaction));
        EXPECT_TRUE(outcome.has_value());
      });
    }
    loop.run();
  });
  EXPECT_EQ(begin(engine())->read_counter("n").value(), 3 * kThreads * kAdditions);
}

TEST_P(EngineConcurrency, AllocatesEachIntegerOnce) {
  constexpr int kAllocations = 200;
  std::vector<std::vector<std::int64_t>> handed_out(kThreads);
  in_threads([&](int thread) {
    auto& mine = handed_out[static_cast<std::size_t>(thread)];
    for (int i = 0; i < kAllocations; ++i) {
      auto transaction = begin(engine());
      mine.push_back(transaction->allocate("id", 1).value());
      if (i % 3 == 0) {
        EXPECT_TRUE(commit(engine(), std::move(transaction)).has_value());
      }
    }
  });
  std::set<std::int64_t> all;
  for (const auto& mine : handed_out)
    all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kThreads * kAllocations));
  EXPECT_LE(begin(engine())->read_counter("id").value(), *all.rbegin());
}

TEST_P(EngineConcurrency, AppendsInTheOrderOfCommits) {
  in_threads([&](int thread) {
    for (int i = 0; i < 30; ++i) {
      auto transaction = begin(engine());
      transaction->append("feed", std::to_string(thread) + " " + std::to_string(i));
      EXPECT_TRUE(commit(engine(), std::move(transaction)).has_value());
    }
  });
  std::vector<int> seen(kThreads, 0);
  const Pairs feed = scan(*begin(engine()), prefix_range("feed"));
  EXPECT_EQ(feed.size(), 30u * kThreads);
  for (const auto& [key, value] : feed) {
    const auto thread = static_cast<std::size_t>(std::stoi(value));
    EXPECT_EQ(std::stoi(value.substr(value.find(' '))), seen[thread]++);
  }
}

// A writer moves units between two keys; no reader ever sees a sum other than the one they began
// with.
TEST_P(EngineConcurrency, ShowsReadersOnlyWholeCommits) {
  store(engine(), {{"left", "1000"}, {"right", "1000"}});
  std::atomic<bool> is_over{false};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      int looks = 0;
      while (!is_over || looks < 10) {
        auto transaction = begin(engine(), {.tier = Tier::kMemory});
        const Pairs pairs = scan(*transaction);
        ASSERT_EQ(pairs.size(), 2u);
        ASSERT_EQ(std::stoi(pairs[0].second) + std::stoi(see(*transaction, "right")), 2000);
        ++looks;
      }
    });
  }
  for (int moved = 1; moved <= 300; ++moved)
    store(
        engine(), {{"left", std::to_string(1000 - moved)}, {"right", std::to_string(1000 + moved)}}
    );
  is_over = true;
}

TEST_P(EngineConcurrency, LetsATransactionMoveBetweenThreads) {
  auto transaction = begin(engine());
  std::jthread([&] { transaction->put("a", "1"); }).join();
  std::jthread([&] { EXPECT_EQ(see(*transaction, "a"), "1"); }).join();
  EXPECT_TRUE(commit(engine(), std::move(transaction)).has_value());
}

TEST_P(EngineConcurrency, EndsEveryCommitThatAClosingMeets) {
  std::atomic<int> ended{0};
  std::latch some(kThreads);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0;; ++i) {
        auto begun = engine().begin({});
        if (!begun) break;
        (*begun)->append("feed", "x");
        const auto outcome = commit(engine(), std::move(*begun));
        if (i == 0) some.count_down();
        if (!outcome) {
          EXPECT_EQ(outcome.error().code, Errc::kUnavailable);
          break;
        }
      }
      ++ended;
    });
  }
  some.wait();
  engine().close();
  threads.clear();
  EXPECT_EQ(ended.load(), kThreads);
}

NODED_OVER_EVERY_ENGINE(EngineConcurrency);

}  // namespace
}  // namespace noded::test
