// Answers without an end of their own: what follows events.
#include "support/loopback_client.hpp"
#include "support/running_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <utility>

namespace noded::http {
namespace {

using test::LoopbackClient;
using test::RunningServer;

// Says "hello", then nothing until the node stops.
class EndlessSource final : public BodySource {
 public:
  EndlessSource(const net::any_io_executor& executor, std::binary_semaphore& gone)
      : timer_(executor, SteadyTime::max()), gone_(gone) {}
  ~EndlessSource() override { gone_.release(); }

  Task<Result<std::string_view>> read() override {
    if (!std::exchange(has_begun_, true)) co_return "hello";
    if (is_over_) co_return std::string_view();
    if (!is_ending_)
      co_await timer_.async_wait(net::as_tuple(net::use_awaitable_t<net::any_io_executor>{}));
    is_over_ = true;
    co_return "bye";
  }
  std::optional<std::uint64_t> size() const override { return std::nullopt; }
  void end_soon() override {
    is_ending_ = true;
    timer_.cancel();
  }

 private:
  net::steady_timer timer_;
  std::binary_semaphore& gone_;
  bool has_begun_ = false;
  bool is_ending_ = false;
  bool is_over_ = false;
};

class EndlessAnswer : public testing::Test {
 protected:
  static constexpr const char* kRequest = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

  bool is_gone() { return gone_.try_acquire_for(std::chrono::seconds(20)); }

  std::binary_semaphore gone_{0};
  test::FunctionDispatcher dispatcher_{[this](Request&) -> Task<Response> {
    Response response;
    response.source = std::make_unique<EndlessSource>(co_await net::this_coro::executor, gone_);
    co_return response;
  }};
  RunningServer server_{dispatcher_};
};

TEST_F(EndlessAnswer, SendsWhatThereIsWithoutWaitingForMore) {
  LoopbackClient client(server_.port());
  client.send(kRequest);
  EXPECT_TRUE(client.read_until("5\r\nhello\r\n"));
}

TEST_F(EndlessAnswer, IsGivenUpWhenThePeerIsGone) {
  LoopbackClient client(server_.port());
  client.send(kRequest);
  ASSERT_TRUE(client.read_until("hello"));
  client.reset();
  EXPECT_TRUE(is_gone());
}

TEST_F(EndlessAnswer, ComesToItsEndWhenTheServerDrains) {
  LoopbackClient client(server_.port());
  client.send(kRequest);
  ASSERT_TRUE(client.read_until("hello\r\n"));
  auto drained = server_.start_drain(std::chrono::seconds(20));
  EXPECT_TRUE(client.read_until("3\r\nbye\r\n0\r\n\r\n"));
  EXPECT_TRUE(is_gone());
  EXPECT_EQ(drained.wait_for(std::chrono::seconds(15)), std::future_status::ready)
      << "long before the grace was over";
}

TEST_F(EndlessAnswer, IsNotBegunForItsHeadAlone) {
  LoopbackClient client(server_.port());
  const auto answer = client.ask("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", true);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(is_gone());
}

}  // namespace
}  // namespace noded::http
