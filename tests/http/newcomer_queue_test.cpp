#include "http/newcomer_queue.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <memory>
#include <numeric>
#include <vector>

namespace noded::http {
namespace {

constexpr std::size_t kPerTurn = NewcomerQueue::kPerTurn;

class NewcomerQueueTest : public testing::Test {
 protected:
  // A newcomer: its number is in `served_` once it is its turn.
  void arrive(std::size_t number) { net::co_spawn(io_, serve(number), net::detached); }
  std::vector<std::size_t> first(std::size_t count) const {
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

  std::vector<std::size_t> served_;
  std::shared_ptr<NewcomerQueue> queue_;
  net::io_context io_{1};

  NewcomerQueueTest() : queue_(std::make_shared<NewcomerQueue>(io_)) {}

 private:
  Task<> serve(std::size_t number) {
    if (!queue_->enter()) co_await queue_->wait();
    served_.push_back(number);
  }
};

TEST_F(NewcomerQueueTest, ServesAllInTheOrderOfTheirArrival) {
  for (std::size_t number = 0; number < 100; ++number)
    arrive(number);
  io_.run();
  EXPECT_EQ(served_, first(100));
}

TEST_F(NewcomerQueueTest, LetsWhatIsReadyRunBetweenItsTurns) {
  std::vector<std::size_t> served_before;  // each turn of somebody who is known
  std::function<void()> known = [&] {
    served_before.push_back(served_.size());
    if (served_.size() < 100) net::post(io_, known);
  };
  for (std::size_t number = 0; number < 100; ++number)
    arrive(number);
  net::post(io_, known);
  io_.run();
  ASSERT_GT(served_before.size(), 2U);
  for (std::size_t turn = 1; turn < served_before.size(); ++turn)
    EXPECT_LE(served_before[turn] - served_before[turn - 1], kPerTurn) << turn;
}

TEST_F(NewcomerQueueTest, GivesThePlaceOfThoseWhoAreGoneToOthers) {
  net::cancellation_signal gone;
  bool has_returned = false;
  for (std::size_t number = 0; number < kPerTurn; ++number)
    arrive(number);
  net::co_spawn(
      io_,
      [this]() -> Task<> { co_await queue_->wait(); },
      net::bind_cancellation_slot(
          gone.slot(), [&](const std::exception_ptr&) { has_returned = true; }
      )
  );
  for (std::size_t number = kPerTurn; number < 3 * kPerTurn; ++number)
    arrive(number);
  while (served_.size() < kPerTurn)
    io_.run_one();
  net::dispatch(io_, [&] { gone.emit(net::cancellation_type::terminal); });
  io_.run();
  EXPECT_TRUE(has_returned);
  EXPECT_EQ(served_, first(3 * kPerTurn));
}

TEST_F(NewcomerQueueTest, MayEndWithItsLoopWhileSomeWait) {
  for (std::size_t number = 0; number < 3 * kPerTurn; ++number)
    arrive(number);
  while (served_.size() < kPerTurn)
    io_.run_one();
  queue_.reset();  // who waits keeps the line until the loop is gone
}

}  // namespace
}  // namespace noded::http
