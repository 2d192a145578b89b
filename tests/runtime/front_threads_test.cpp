// Which threads are in real time, and when.
#include "runtime/front_threads.hpp"

#include "runtime/thread_lane.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <future>
#include <optional>
#include <thread>

namespace noded::runtime {
namespace {

constexpr int kNiceness = -5;
constexpr int kInRealTime = SCHED_RR | SCHED_RESET_ON_FORK;

// What is permitted here decides what is expected: both is seen, by root and by others.
bool may_be_in_real_time() {
  bool permitted = false;
  std::thread([&] {
    const sched_param least{.sched_priority = sched_get_priority_min(SCHED_RR)};
    permitted = sched_setscheduler(0, SCHED_RR, &least) == 0;
  }).join();
  return permitted;
}

int policy_of(pid_t thread) {
  return sched_getscheduler(thread);
}

bool is_in_real_time(pid_t thread) {
  return policy_of(thread) == kInRealTime;
}

// A thread that has a place until this ends.
class OneOfThem {
 public:
  explicit OneOfThem(FrontThreads& threads) {
    std::promise<pid_t> begun;
    auto id = begun.get_future();
    thread_ = std::thread([&threads, begun = std::move(begun), end = end_.get_future()]() mutable {
      const FrontThreads::Place place(threads);
      begun.set_value(gettid());
      end.wait();
    });
    id_ = id.get();
  }
  ~OneOfThem() {
    end_.set_value();
    thread_.join();
  }
  pid_t id() const { return id_; }

 private:
  std::promise<void> end_;
  std::thread thread_;
  pid_t id_ = 0;
};

class Front : public testing::Test {
 protected:
  const bool may_ = may_be_in_real_time();
  FrontThreads threads_{kNiceness, true};
};

TEST_F(Front, IsInRealTimeWhileSomebodyComputes) {
  const OneOfThem early(threads_);
  const int niceness = getpriority(PRIO_PROCESS, static_cast<id_t>(early.id()));
  EXPECT_FALSE(is_in_real_time(early.id()));
  std::optional<FrontThreads::Rush> first(threads_);
  std::optional<FrontThreads::Rush> second(threads_);
  EXPECT_EQ(is_in_real_time(early.id()), may_);
  const OneOfThem late(threads_);
  EXPECT_EQ(is_in_real_time(late.id()), may_);
  first.reset();
  EXPECT_EQ(is_in_real_time(early.id()), may_);
  second.reset();
  EXPECT_FALSE(is_in_real_time(early.id()));
  EXPECT_FALSE(is_in_real_time(late.id()));
  EXPECT_EQ(getpriority(PRIO_PROCESS, static_cast<id_t>(early.id())), niceness);
  const FrontThreads::Rush third(threads_);
  EXPECT_EQ(is_in_real_time(early.id()), may_);
}

TEST_F(Front, IsLeftAtOnceAndForTheThreadsThatItStarts) {
  const FrontThreads::Rush rush(threads_);
  int in_place = -1;
  int inherited = -1;
  int afterwards = -1;
  std::thread([&] {
    {
      const FrontThreads::Place place(threads_);
      in_place = policy_of(0);
      std::thread([&] { inherited = policy_of(0); }).join();
    }
    afterwards = policy_of(0);
  }).join();
  EXPECT_EQ(in_place == kInRealTime, may_);
  EXPECT_EQ(inherited, SCHED_OTHER);
  EXPECT_NE(afterwards, kInRealTime);
}

TEST_F(Front, StaysAFairShareWhereItIsToldTo) {
  FrontThreads fair(kNiceness, false);
  const OneOfThem one(fair);
  const FrontThreads::Rush rush(fair);
  EXPECT_FALSE(is_in_real_time(one.id()));
}

TEST_F(Front, IsInRealTimeWhileALaneWorks) {
  const OneOfThem one(threads_);
  std::promise<bool> seen;
  std::promise<void> rested;
  {
    ThreadLane lane({.name = "test", .front = &threads_, .before_rest = [&] {
                       rested.set_value();
                     }});
    ASSERT_TRUE(lane.try_post([&] { seen.set_value(is_in_real_time(one.id())); }));
    EXPECT_EQ(seen.get_future().get(), may_);
    rested.get_future().wait();
    EXPECT_FALSE(is_in_real_time(one.id()));
  }
}

}  // namespace
}  // namespace noded::runtime
