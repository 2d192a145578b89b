#include "repository/database/turn_queue.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <vector>

namespace noded::database {
namespace {

TEST(TurnQueue, LetsOneAtATimeThroughInTheOrderOfTheirComing) {
  net::io_context io;
  TurnQueue queue;
  std::vector<int> seen;
  for (int i = 0; i < 4; ++i) {
    spawn(io.get_executor(), "taker", [&, i]() -> Task<> {
      const auto turn = co_await queue.take();
      seen.push_back(i);
      // Others get to run here, and must not get past take().
      for (int pause = 0; pause < 3; ++pause)
        co_await net::post(net::use_awaitable_t<net::any_io_executor>{});
      seen.push_back(i);
    });
  }
  io.run();
  EXPECT_EQ(seen, (std::vector{0, 0, 1, 1, 2, 2, 3, 3}));
}

TEST(TurnQueue, PassesTheTurnOnWhenItsHolderThrows) {
  net::io_context io;
  TurnQueue queue;
  bool thrown = false;
  net::co_spawn(
      io,
      [&queue]() -> Task<> {
        const auto turn = co_await queue.take();
        throw std::runtime_error("defect");
      },
      [&thrown](std::exception_ptr cause) { thrown = cause != nullptr; }
  );
  bool taken = false;
  spawn(io.get_executor(), "taker", [&]() -> Task<> {
    const auto turn = co_await queue.take();
    taken = true;
  });
  io.run();
  EXPECT_TRUE(thrown);
  EXPECT_TRUE(taken);
}

}  // namespace
}  // namespace noded::database
