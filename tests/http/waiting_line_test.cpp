#include "http/waiting_line.hpp"

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
#include <new>
#include <numeric>
#include <vector>

namespace noded::http {
namespace {

constexpr std::size_t kPerTurn = WaitingLine::kPerTurn;

class WaitingLineTest : public testing::Test {
 protected:
  // A newcomer: its number is in `served_` once it is its turn.
  void arrive(std::size_t number) { net::co_spawn(io_, serve(number), net::detached); }
  std::vector<std::size_t> first(std::size_t count) const {
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

  std::vector<std::size_t> served_;
  std::shared_ptr<WaitingLine> line_;
  net::io_context io_{1};

  WaitingLineTest() : line_(std::make_shared<WaitingLine>(io_)) {}

 private:
  Task<> serve(std::size_t number) {
    if (!line_->enter()) co_await line_->turn();
    served_.push_back(number);
  }
};

TEST_F(WaitingLineTest, ServesAllInTheOrderOfTheirArrival) {
  for (std::size_t number = 0; number < 100; ++number)
    arrive(number);
  io_.run();
  EXPECT_EQ(served_, first(100));
}

TEST_F(WaitingLineTest, LetsWhatIsReadyRunBetweenItsTurns) {
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

TEST_F(WaitingLineTest, GivesTheCancelledTheirTurnToo) {
  net::cancellation_signal gone;
  bool has_returned = false;
  for (std::size_t number = 0; number < kPerTurn; ++number)
    arrive(number);
  net::co_spawn(
      io_,
      [this]() -> Task<> { co_await line_->turn(); },
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

TEST_F(WaitingLineTest, RunsWhatIsAddedInItsTurn) {
  std::vector<std::size_t> served_before;  // each piece of work
  for (std::size_t number = 0; number < kPerTurn; ++number)
    arrive(number);
  while (served_.size() < kPerTurn)
    io_.run_one();
  for (int piece = 0; piece < 3; ++piece)
    line_->add([&] { served_before.push_back(served_.size()); });
  io_.run();
  EXPECT_EQ(served_before, std::vector<std::size_t>(3, kPerTurn));
}

TEST_F(WaitingLineTest, GoesOnBehindWorkThatThrows) {
  static int defects = 0;
  set_defect_handler([](const char*, std::exception_ptr) { ++defects; });
  int ran = 0;
  line_->add([] { throw std::bad_alloc(); });
  line_->add([&ran] { ++ran; });
  io_.run();
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(defects, 1);
  io_.restart();
  line_->add([&ran] { ++ran; });
  io_.run();
  EXPECT_EQ(ran, 2);
  set_defect_handler(nullptr);
}

TEST_F(WaitingLineTest, HasPlacesAgainInEachTurn) {
  for (std::size_t place = 0; place < kPerTurn; ++place)
    EXPECT_TRUE(line_->enter()) << place;
  EXPECT_FALSE(line_->enter());
  io_.run();
  io_.restart();
  EXPECT_TRUE(line_->enter());
  io_.run();
}

TEST_F(WaitingLineTest, MayEndWithItsLoopWhileSomeWait) {
  for (std::size_t number = 0; number < 3 * kPerTurn; ++number)
    arrive(number);
  while (served_.size() < kPerTurn)
    io_.run_one();
  line_.reset();  // who waits keeps the line until the loop is gone
}

}  // namespace
}  // namespace noded::http
