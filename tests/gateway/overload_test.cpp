// Many more requests than there are places, and handlers that take longer than a request has.
#include "gateway/chain.hpp"
#include "http/error_answer.hpp"
#include "storage/memory/memory_backend.hpp"
#include "storage/store.hpp"
#include "support/loopback_client.hpp"
#include "support/running_server.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace noded::gateway {
namespace {

using http::Method;
using http::Request;
using http::Response;
using test::LoopbackClient;
using test::RunningServer;
using testing::HasSubstr;

void allow_many_descriptors() {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

class Overload : public testing::Test {
 protected:
  void start() {
    chain_.emplace(limits_, router_, system_clock(), metrics_);
    std::vector<http::Route> routes;
    const auto add = [&](std::string pattern, http::Handler handler) {
      http::Route route;
      route.method = Method::kGet;
      route.pattern = std::move(pattern);
      route.handler = std::move(handler);
      routes.push_back(std::move(route));
    };
    add("/livez", [](Request&) { return http::answered(Response::text(200, "alive")); });
    add("/held", [this](Request&) -> Task<Response> {
      net::steady_timer timer(co_await net::this_coro::executor);
      while (!is_released_) {
        timer.expires_after(std::chrono::milliseconds(20));
        co_await timer.async_wait(net::use_awaitable_t<net::any_io_executor>{});
      }
      co_return Response::text(200, "done");
    });
    add("/slow-write", [this](Request&) -> Task<Response> {
      auto transaction = engine_.begin({});
      (*transaction)->put("key", "written");
      net::steady_timer timer(co_await net::this_coro::executor, std::chrono::seconds(31));
      co_await timer.async_wait(net::use_awaitable_t<net::any_io_executor>{});
      const auto committed = co_await engine_.commit(std::move(*transaction));
      co_return Response::text(committed ? 200 : 500, "written");
    });
    ASSERT_TRUE(router_.mount("test", std::move(routes)).has_value());
    server_ = std::make_unique<RunningServer>(*chain_, server_limits_, system_clock(), 2);
  }
  void TearDown() override {
    is_released_ = true;
    server_.reset();
    engine_.close();
  }

  ChainLimits limits_;
  http::ServerLimits server_limits_ = test::quick_limits();
  http::RouterTable router_;
  telemetry::Metrics metrics_;
  storage::Store engine_{
      storage::make_memory_backend(),
      storage::CommitterSettings{},
      std::size_t{1} << 20,
      std::make_shared<storage::RangeCache>(std::uint64_t{1} << 20),
      system_clock(),
      {}
  };
  std::atomic<bool> is_released_{false};
  std::optional<Chain> chain_;
  std::unique_ptr<RunningServer> server_;
};

// Scenario 24: 1 024 have places, as many as may wait wait in vain, and everybody else is refused;
// whoever looks whether the node lives is answered all the while.
TEST_F(Overload, OfFiveThousandRequestsThoseWithoutAPlaceAreRefusedAndTheNodeIsSeenToLive) {
  constexpr std::size_t kRequests = 5000;
  allow_many_descriptors();
  limits_.admission.waiting = 1000;
  limits_.admission.wait = std::chrono::milliseconds(500);
  start();
  std::vector<LoopbackClient> clients;
  for (std::size_t i = 0; i < kRequests; ++i) {
    clients.emplace_back(server_->port());
    ASSERT_TRUE(clients.back().send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n")) << i;
    if (i % 500 != 0) continue;
    LoopbackClient watcher(server_->port());
    EXPECT_EQ(watcher.get("/livez")->status, 200) << "after " << i;
  }
  // Those who hold places are answered once they are released; a busy machine refuses the others
  // late.
  std::size_t refused = 0;
  std::vector<LoopbackClient*> open;
  for (LoopbackClient& client : clients)
    open.push_back(&client);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (open.size() > 1024 && std::chrono::steady_clock::now() < give_up) {
    std::vector<LoopbackClient*> silent;
    for (LoopbackClient* client : open) {
      if (client->has_bytes_within(std::chrono::milliseconds(silent.empty() ? 500 : 0))) {
        const auto answer = client->read_answer();
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 503);
        EXPECT_EQ(answer->headers.at("retry-after"), "1");
        EXPECT_THAT(answer->body, HasSubstr(R"("code":"SERVICE_UNAVAILABLE","status":503)"));
        ++refused;
      } else {
        silent.push_back(client);
      }
    }
    open = std::move(silent);
  }
  {
    LoopbackClient watcher(server_->port());
    EXPECT_EQ(watcher.get("/livez")->status, 200);
  }
  is_released_ = true;
  for (LoopbackClient* client : open) {
    const auto answer = client->read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
  }
  EXPECT_EQ(open.size(), 1024U);
  EXPECT_EQ(refused, kRequests - 1024);
}

// Scenario 25: the answer says so, and nothing of what was not committed is there.
TEST_F(Overload, AHandlerThatTakesLongerThanItsRequestHasWritesNothing) {
  server_limits_.deadline = std::chrono::milliseconds(200);
  start();
  LoopbackClient client(server_->port());
  const auto answer = client.get("/slow-write");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 408);
  EXPECT_THAT(answer->body, HasSubstr(R"("code":"REQUEST_TIMEOUT","status":408)"));
  EXPECT_THAT(
      answer->body, HasSubstr(R"("request_id":")" + answer->headers.at("x-request-id") + '"')
  );
  EXPECT_TRUE(client.is_closed_by_peer());
  auto transaction = engine_.begin({});
  std::string value;
  EXPECT_FALSE((*transaction)->get("key", value).value_or(true)) << value;
  LoopbackClient next(server_->port());
  EXPECT_EQ(next.get("/livez")->status, 200);
}

}  // namespace
}  // namespace noded::gateway
