// The server's limits of time and number. Time is the test's own clock.
#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "http/server.hpp"
#include "support/loopback_client.hpp"
#include "support/manual_clock.hpp"
#include "support/running_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>

namespace noded::http {
namespace {

using namespace std::chrono_literals;
using test::LoopbackClient;
using test::RunningServer;

// Handlers of "/stuck" and "/deaf" tell when they began; only the first notices that it is
// cancelled.
class StuckDispatcher final : public Dispatcher {
 public:
  Task<Response> handle(Request& request) override {
    if (request.path == "/stuck" || request.path == "/deaf") co_return co_await wait(request);
    if (request.path == "/echo") {
      auto body = co_await request.read_body(1 << 20);
      if (!body) co_return answer_error(body.error());
      co_return Response::text(200, std::move(*body));
    }
    if (request.path == "/deadline") {
      const auto left = request.deadline - clock.steady();
      co_return Response::text(200, std::to_string(left / 1ms));
    }
    if (request.path == "/json") {
      auto body = co_await request.read_body(1 << 20);
      if (!body) co_return answer_error(body.error());
      const auto parsed = codec::parse_json(*body, "body", {.max_depth = request.json_depth});
      co_return parsed ? Response::text(200, "parsed") : answer_error(parsed.error());
    }
    co_return Response::text(200, "hello");
  }

  std::string refused(std::string_view, int, std::string_view) override { return {}; }

  Task<Response> wait(Request& request) {
    const auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});
    net::steady_timer timer(co_await net::this_coro::executor, SteadyTime::max());
    release_ = &timer;
    is_deaf_ = request.path == "/deaf";
    if (is_deaf_) co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
    began.release();
    co_await timer.async_wait(kAwait);
    release_ = nullptr;
    ended.release();
    co_return Response::text(200, "late");
  }

  // On the loop.
  void release() {
    if (release_ != nullptr) release_->cancel();
  }

  test::ManualClock clock;
  std::counting_semaphore<> began{0};
  std::counting_semaphore<> ended{0};

 private:
  net::steady_timer* release_ = nullptr;
  bool is_deaf_ = false;
};

class HttpLimits : public testing::Test {
 protected:
  void start(const ServerLimits& limits = test::quick_limits()) {
    server_.emplace(dispatcher_, limits, dispatcher_.clock);
  }
  LoopbackClient connect() { return LoopbackClient(server_->port()); }
  // Once another connection has its answer, the loop has done with what was sent before.
  void settle() { ASSERT_TRUE(connect().get("/hello")); }

  StuckDispatcher dispatcher_;
  std::optional<RunningServer> server_;
};

TEST_F(HttpLimits, RefusesAHeadThatDoesNotArriveInTime) {
  start();
  LoopbackClient client = connect();
  ASSERT_TRUE(client.get("/hello"));
  client.send("GET / HT");
  settle();
  dispatcher_.clock.advance(11s);
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(HttpLimits, ClosesAConnectionThatNeverAsks) {
  start();
  LoopbackClient client = connect();
  settle();
  dispatcher_.clock.advance(11s);
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(HttpLimits, ClosesAnIdleConnectionButNotTooEarly) {
  start();
  LoopbackClient client = connect();
  ASSERT_TRUE(client.get("/hello"));
  settle();
  dispatcher_.clock.advance(74s);
  ASSERT_TRUE(client.get("/hello"));
  settle();
  dispatcher_.clock.advance(76s);
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(HttpLimits, RefusesABodyThatArrivesTooSlowly) {
  start();
  LoopbackClient client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n"
  );
  ASSERT_EQ(client.read_answer()->status, 100);  // the server waits for the body now
  client.send("hello");
  settle();
  dispatcher_.clock.advance(11s);
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(HttpLimits, AnswersForAHandlerThatOverrunsItsDeadlineAndCancelsIt) {
  start();
  LoopbackClient client = connect();
  client.send("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n");
  dispatcher_.began.acquire();
  dispatcher_.clock.advance(31s);
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_EQ(answer->headers.at("connection"), "close");
  dispatcher_.ended.acquire();
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(HttpLimits, AnswersForAHandlerThatDoesNotNoticeItsCancellation) {
  start();
  LoopbackClient client = connect();
  client.send("GET /deaf HTTP/1.1\r\nHost: x\r\n\r\n");
  dispatcher_.began.acquire();
  dispatcher_.clock.advance(31s);
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  net::post(server_->loop(), [this] { dispatcher_.release(); });
  dispatcher_.ended.acquire();
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(HttpLimits, GivesUpARequestWhoseClientIsGone) {
  start();
  LoopbackClient client = connect();
  client.send("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n");
  dispatcher_.began.acquire();
  client.reset();
  dispatcher_.ended.acquire();
  settle();
  EXPECT_NE(
      server_->metrics().print().find("noded_http_abandoned_requests_total 1\n"), std::string::npos
  );
}

TEST_F(HttpLimits, AnswersAClientThatSendsNoMoreForAWhile) {
  start();
  LoopbackClient client = connect();
  client.send("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n");
  dispatcher_.began.acquire();
  client.shutdown_write();
  settle();
  dispatcher_.clock.advance(900ms);
  settle();
  net::post(server_->loop(), [this] { dispatcher_.release(); });
  const auto answer = client.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "late");
}

TEST_F(HttpLimits, GivesUpARequestWhoseClientHasLongSentNoMore) {
  ServerLimits limits = test::quick_limits();
  limits.half_close_timeout = 0ms;
  start(limits);
  LoopbackClient client = connect();
  client.send("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n");
  dispatcher_.began.acquire();
  client.shutdown_write();
  dispatcher_.ended.acquire();
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(HttpLimits, SendsEarlierAnswersWhileALaterHandlerWaits) {
  start();
  LoopbackClient client = connect();
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /stuck HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto first = client.read_answer();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->body, "hello");
  dispatcher_.began.acquire();
  net::post(server_->loop(), [this] { dispatcher_.release(); });
  EXPECT_EQ(client.read_answer()->body, "late");
}

TEST_F(HttpLimits, LetsTheClientLowerTheDeadline) {
  start();
  LoopbackClient client = connect();
  EXPECT_EQ(client.get("/deadline")->body, "30000");
  EXPECT_EQ(client.get("/deadline", "X-Request-Timeout-Ms: 250\r\n")->body, "250");
  EXPECT_EQ(client.get("/deadline", "X-Request-Timeout-Ms: 99999\r\n")->body, "30000");
  EXPECT_EQ(client.get("/deadline", "X-Request-Timeout-Ms: soon\r\n")->body, "30000");
}

TEST_F(HttpLimits, TellsHandlersHowDeeplyJsonMayBeNested) {
  ServerLimits limits = test::quick_limits();
  limits.json_depth = 2;
  start(limits);
  LoopbackClient client = connect();
  const std::string head = "POST /json HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
  EXPECT_EQ(client.ask(head + "4\r\n\r\n[[]]")->status, 200);
  EXPECT_EQ(client.ask(head + "6\r\n\r\n[[[]]]")->status, 400);
}

TEST_F(HttpLimits, ClosesAfterTheLastAllowedRequest) {
  ServerLimits limits = test::quick_limits();
  limits.requests_per_connection = 2;
  start(limits);
  LoopbackClient client = connect();
  EXPECT_FALSE(client.get("/hello")->headers.contains("connection"));
  EXPECT_EQ(client.get("/hello")->headers.at("connection"), "close");
  EXPECT_TRUE(client.is_closed_by_peer());
}

TEST_F(HttpLimits, ClosesConnectionsBeyondTheLimitAtOnce) {
  ServerLimits limits = test::quick_limits();
  limits.connections = 2;
  start(limits);
  LoopbackClient first = connect();
  LoopbackClient second = connect();
  ASSERT_TRUE(first.get("/hello"));
  ASSERT_TRUE(second.get("/hello"));
  LoopbackClient third = connect();
  EXPECT_TRUE(third.is_closed_by_peer());
  EXPECT_TRUE(first.get("/hello"));
}

TEST_F(HttpLimits, DrainClosesIdleConnectionsAndFinishesWhatIsInFlight) {
  start();
  LoopbackClient idle = connect();
  ASSERT_TRUE(idle.get("/hello"));
  LoopbackClient busy = connect();
  busy.send("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n");
  dispatcher_.began.acquire();
  auto drained = server_->start_drain(10s);
  EXPECT_TRUE(idle.is_closed_by_peer());
  net::post(server_->loop(), [this] { dispatcher_.release(); });
  const auto answer = busy.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "late");
  EXPECT_EQ(answer->headers.at("connection"), "close");
  EXPECT_TRUE(busy.is_closed_by_peer());
  {
    const LoopbackClient done = std::move(busy);
  }
  drained.get();
  EXPECT_EQ(server_->server().connections(), 0U);
}

TEST_F(HttpLimits, DrainWaitsALittleForTheFirstRequestOfAConnection) {
  start();
  LoopbackClient early = connect();
  LoopbackClient silent = connect();
  LoopbackClient idle = connect();
  ASSERT_TRUE(idle.get("/hello"));  // accepted last, so the others are accepted too
  auto drained = server_->start_drain(10s);
  EXPECT_TRUE(idle.is_closed_by_peer());  // the time to drain has begun
  const auto answer = early.get("/hello");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->headers.at("connection"), "close");
  {
    const LoopbackClient done = std::move(early);
  }
  dispatcher_.clock.advance(1s);
  EXPECT_TRUE(silent.is_closed_by_peer());
  {
    const LoopbackClient done = std::move(silent);
  }
  drained.get();
}

TEST_F(HttpLimits, DrainCutsWhatDoesNotFinishInTime) {
  start();
  LoopbackClient idle = connect();
  ASSERT_TRUE(idle.get("/hello"));
  LoopbackClient busy = connect();
  busy.send("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n");
  dispatcher_.began.acquire();
  auto drained = server_->start_drain(5s);
  EXPECT_TRUE(idle.is_closed_by_peer());  // the time to drain has begun
  dispatcher_.clock.advance(6s);
  drained.get();
  EXPECT_FALSE(busy.read_answer());
  EXPECT_EQ(server_->server().connections(), 0U);
}

TEST_F(HttpLimits, CountsItsConnections) {
  start();
  LoopbackClient client = connect();
  ASSERT_TRUE(client.get("/hello"));
  EXPECT_EQ(server_->server().connections(), 1U);
  EXPECT_NE(server_->metrics().print().find("noded_http_connections 1"), std::string::npos);
}

}  // namespace
}  // namespace noded::http
