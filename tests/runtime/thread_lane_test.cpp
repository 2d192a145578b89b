#include "runtime/thread_lane.hpp"

#include "noded/task.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <optional>
#include <thread>
#include <vector>

namespace noded::runtime {
namespace {

using namespace std::chrono_literals;

// Work that stays on its thread until it is let go.
class Gate {
 public:
  std::move_only_function<void()> work() {
    return [this] {
      entered_.count_down();
      open_.wait();
    };
  }
  void wait_until_entered() { entered_.wait(); }
  void open() { open_.count_down(); }

 private:
  std::latch entered_{1};
  std::latch open_{1};
};

TEST(ThreadLane, RefusesWorkOnceItsQueueIsFull) {
  ThreadLane lane({.name = "test", .queue_limit = 2, .thread_limit = 1});
  Gate gate;
  ASSERT_TRUE(lane.try_post(gate.work()));
  gate.wait_until_entered();
  std::atomic<int> ran{0};
  EXPECT_TRUE(lane.try_post([&ran] { ++ran; }));
  EXPECT_FALSE(lane.is_full());
  EXPECT_TRUE(lane.try_post([&ran] { ++ran; }));
  EXPECT_TRUE(lane.is_full());
  EXPECT_FALSE(lane.try_post([&ran] { ++ran; }));
  EXPECT_EQ(lane.queued(), 2U);
  EXPECT_EQ(lane.running(), 1U);
  EXPECT_EQ(lane.refused(), 1U);
  gate.open();
  lane.close();
  EXPECT_EQ(ran, 2);
}

TEST(ThreadLane, RefusesWhatWouldWaitTooLong) {
  ThreadLane lane({.name = "test", .queue_limit = 100, .wait_limit = 90ms, .usual = 30ms});
  EXPECT_EQ(lane.queue_limit(), 3U);
  Gate gate;
  ASSERT_TRUE(lane.try_post(gate.work()));
  gate.wait_until_entered();
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(lane.try_post([] {}));
  EXPECT_TRUE(lane.is_full());
  EXPECT_FALSE(lane.try_post([] {}));
  gate.open();
  lane.close();
}

TEST(ThreadLane, LearnsHowLongItsWorkTakes) {
  ThreadLane lane({.name = "test", .queue_limit = 100, .wait_limit = 90ms, .usual = 1ns});
  EXPECT_EQ(lane.queue_limit(), 100U);
  Gate gate;  // none is done, and so nothing learnt, before all are taken
  ASSERT_TRUE(lane.try_post(gate.work()));
  gate.wait_until_entered();
  for (int i = 0; i < 60; ++i)
    ASSERT_TRUE(lane.try_post([] { std::this_thread::sleep_for(2ms); }));
  gate.open();
  lane.close();
  EXPECT_LE(lane.queue_limit(), 45U);
}

TEST(ThreadLane, LetsOneWaitHoweverLongItsWorkTakes) {
  ThreadLane lane({.name = "test", .queue_limit = 100, .wait_limit = 1ms, .usual = 10s});
  EXPECT_EQ(lane.queue_limit(), 1U);
}

TEST(ThreadLane, LetsAsManyMoreWaitAsThereAreThreads) {
  ThreadLane lane(
      {.name = "test", .queue_limit = 100, .wait_limit = 90ms, .usual = 30ms, .thread_limit = 4}
  );
  EXPECT_EQ(lane.queue_limit(), 12U);
}

TEST(ThreadLane, IsNotFullBeforeItsThreadsAreStarted) {
  ThreadLane lane({.name = "test", .queue_limit = 0, .thread_limit = 1});
  EXPECT_FALSE(lane.is_full());
  EXPECT_TRUE(lane.try_post([] {}));
}

TEST(ThreadLane, TellsAThreadToRestOnlyWhenNothingWaits) {
  Gate gate;
  std::atomic<int> ran{0};
  std::atomic<int> ran_before_rest{0};
  ThreadLane lane({.name = "test", .queue_limit = 2, .thread_limit = 1, .before_rest = [&] {
                     ran_before_rest = ran.load();
                   }});
  ASSERT_TRUE(lane.try_post(gate.work()));
  gate.wait_until_entered();
  ASSERT_TRUE(lane.try_post([&] {
    EXPECT_EQ(ran_before_rest, 0);
    ++ran;
  }));
  ASSERT_TRUE(lane.try_post([&] {
    EXPECT_EQ(ran_before_rest, 0);
    ++ran;
  }));
  gate.open();
  while (ran_before_rest != 2)
    std::this_thread::yield();
  lane.close();
}

TEST(ThreadLane, RunsWorkInTheOrderItWasPosted) {
  ThreadLane lane({.name = "test", .queue_limit = 100, .thread_limit = 1});
  std::vector<int> order;
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(lane.try_post([&order, i] { order.push_back(i); }));
  lane.close();
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(ThreadLane, RunsWhatItTookExactlyOnceUnderConcurrentPosts) {
  ThreadLane lane({.name = "test", .queue_limit = 8, .thread_limit = 3});
  std::atomic<std::uint64_t> taken{0};
  std::atomic<std::uint64_t> ran{0};
  std::vector<std::thread> posters;
  for (int i = 0; i < 4; ++i) {
    posters.emplace_back([&] {
      for (int j = 0; j < 2'000; ++j) {
        if (lane.try_post([&ran] { ++ran; })) ++taken;
      }
    });
  }
  for (std::thread& poster : posters)
    poster.join();
  lane.close();
  EXPECT_EQ(ran, taken);
  EXPECT_EQ(lane.refused() + taken, 8'000U);
  EXPECT_EQ(lane.finished(), taken);
}

TEST(ThreadLane, FinishesWhatWasQueuedWhenItCloses) {
  ThreadLane lane({.name = "test", .queue_limit = 10, .thread_limit = 1});
  Gate gate;
  std::atomic<int> ran{0};
  ASSERT_TRUE(lane.try_post(gate.work()));
  gate.wait_until_entered();
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(lane.try_post([&ran] { ++ran; }));
  std::thread closer([&lane] { lane.close(); });
  gate.open();
  closer.join();
  EXPECT_EQ(ran, 10);
}

TEST(ThreadLane, RefusesWorkOnceClosed) {
  ThreadLane lane({.name = "test", .queue_limit = 10, .thread_limit = 1});
  lane.close();
  EXPECT_FALSE(lane.try_post([] { FAIL() << "ran after close"; }));
}

TEST(ThreadLane, StartsNoMoreThreadsThanItsLimitAndNoneBeforeItsFirstWork) {
  ThreadLane lane({.name = "test", .queue_limit = 10, .thread_limit = 2});
  EXPECT_EQ(lane.threads(), 0U);
  Gate first;
  Gate second;
  ASSERT_TRUE(lane.try_post(first.work()));
  first.wait_until_entered();
  EXPECT_EQ(lane.threads(), 1U);
  ASSERT_TRUE(lane.try_post(second.work()));
  second.wait_until_entered();
  ASSERT_TRUE(lane.try_post([] {}));
  EXPECT_EQ(lane.threads(), 2U);
  first.open();
  second.open();
  lane.close();  // the gates must outlive the work that waits at them
}

TEST(Offload, ResumesTheCallerWithTheOutcomeOnItsOwnThread) {
  net::io_context loop;  // outlives the lane, whose thread may still be within its post
  ThreadLane lane({.name = "test", .queue_limit = 1, .thread_limit = 1});
  std::thread::id worked;
  std::thread::id resumed;
  std::optional<Result<int>> outcome;
  spawn(loop.get_executor(), "test", [&]() -> Task<> {
    auto work = [&worked]() -> Result<int> {
      worked = std::this_thread::get_id();
      return 42;
    };
    outcome = co_await offload(lane, std::move(work));
    resumed = std::this_thread::get_id();
  });
  loop.run();
  ASSERT_TRUE(outcome.has_value() && outcome->has_value());
  EXPECT_EQ(**outcome, 42);
  EXPECT_EQ(resumed, std::this_thread::get_id());
  EXPECT_NE(worked, resumed);
}

// Spawns a caller of `lane` that `cancel` ends; what became of it is told by `run`.
class CancelledCaller {
 public:
  void start(Lane& lane, std::move_only_function<void()> work) {
    auto call = [this, &lane, held = std::move(work)]() mutable -> Task<> {
      has_run_ = (co_await run_on(lane, std::move(held))).has_value();
    };
    net::co_spawn(
        net::any_io_executor(loop_.get_executor()),
        std::move(call),
        net::bind_cancellation_slot(
            signal_.slot(), [this](std::exception_ptr cause) { was_aborted_ = cause != nullptr; }
        )
    );
    loop_.poll();
  }
  void cancel() { signal_.emit(net::cancellation_type::terminal); }
  void run() { loop_.run(); }
  bool has_run() const { return has_run_; }
  bool was_aborted() const { return was_aborted_; }

 private:
  net::io_context loop_;
  net::cancellation_signal signal_;
  bool has_run_ = false;
  bool was_aborted_ = false;
};

TEST(Offload, DropsWorkThatHasNotBegunWhenItsCallerIsCancelled) {
  CancelledCaller caller;
  ThreadLane lane({.name = "test", .queue_limit = 2, .thread_limit = 1});
  Gate gate;
  ASSERT_TRUE(lane.try_post(gate.work()));
  gate.wait_until_entered();
  caller.start(lane, [] { ADD_FAILURE() << "ran for a caller that is gone"; });
  EXPECT_EQ(lane.queued(), 1U);
  caller.cancel();
  caller.run();  // does not wait for the lane
  EXPECT_TRUE(caller.was_aborted());
  gate.open();
  lane.close();
}

TEST(Offload, WaitsForWorkThatHasBegunWhenItsCallerIsCancelled) {
  CancelledCaller caller;
  ThreadLane lane({.name = "test", .queue_limit = 1, .thread_limit = 1});
  Gate gate;
  bool is_done = false;
  caller.start(lane, [work = gate.work(), &is_done]() mutable {
    work();
    is_done = true;
  });
  gate.wait_until_entered();
  caller.cancel();
  gate.open();
  caller.run();
  EXPECT_TRUE(is_done);
  EXPECT_TRUE(caller.has_run());
  lane.close();
}

TEST(Offload, AnswersOverloadedWithoutRunningWhenTheLaneIsFull) {
  ThreadLane lane({.name = "test", .queue_limit = 1, .thread_limit = 1});
  Gate gate;
  ASSERT_TRUE(lane.try_post(gate.work()));
  gate.wait_until_entered();
  ASSERT_TRUE(lane.try_post([] {}));
  net::io_context loop;
  std::optional<Result<int>> outcome;
  spawn(loop.get_executor(), "test", [&]() -> Task<> {
    auto work = []() -> Result<int> {
      ADD_FAILURE() << "ran on a full lane";
      return 0;
    };
    outcome = co_await offload(lane, std::move(work));
  });
  loop.run();
  gate.open();
  ASSERT_TRUE(outcome.has_value());
  ASSERT_FALSE(outcome->has_value());
  EXPECT_EQ(outcome->error().code, Errc::kOverloaded);
  lane.close();
}

}  // namespace
}  // namespace noded::runtime
