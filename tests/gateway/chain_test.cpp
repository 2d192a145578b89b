// The chain behind a real server.
#include "gateway/chain.hpp"

#include "gateway/request_ids.hpp"
#include "http/error_answer.hpp"
#include "support/loopback_client.hpp"
#include "support/running_server.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>

namespace noded::gateway {
namespace {

using http::Method;
using http::Request;
using http::Response;
using test::LoopbackClient;
using test::RunningServer;

// "Authorization: name" is the user of that name.
class NameAuthenticator final : public Authenticator {
 public:
  IdentityPtr authenticate(const Request& request) override {
    const std::string_view name = request.header("authorization");
    if (name.empty()) return nullptr;
    auto identity = std::make_shared<Identity>();
    identity->kind = Identity::Kind::kUser;
    identity->user_id = name;
    return identity;
  }
};

class BossAuthorizer final : public Authorizer {
 public:
  Result<> authorize(const Identity& identity, std::string_view permission, const Request&)
      override {
    if (identity.user_id == "boss") return {};
    return fail(
        Errc::kForbidden,
        "Permission \"" + std::string(permission) + "\" not granted",
        "PermissionsException"
    );
  }
};

// Marks every answer; answers "/filtered" itself and throws for "/broken-filter".
class MarkingFilter final : public http::Filter {
 public:
  std::optional<Response> before(Request& request) override {
    if (request.path == "/broken-filter") throw std::runtime_error("a defect of the test's filter");
    if (request.path == "/filtered") return Response::text(200, "by the filter");
    return std::nullopt;
  }
  void after(const Request&, Response& response) override {
    response.headers.push_back({"X-Mark", "1"});
  }
};

class GatewayChain : public testing::Test {
 protected:
  GatewayChain() {
    chain_limits_.admission.in_flight = 1;
    chain_limits_.admission.reserved = 1;
    chain_limits_.admission.waiting = 1;
    chain_limits_.admission.wait = std::chrono::milliseconds(20);
  }

  void start() {
    chain_.emplace(chain_limits_, router_, system_clock(), metrics_);
    chain_->add_filter(std::make_shared<MarkingFilter>());
    chain_->set_authenticator(std::make_shared<NameAuthenticator>());
    if (has_authorizer_) chain_->set_authorizer(std::make_shared<BossAuthorizer>());
    std::vector<http::Route> routes;
    const auto add = [&](Method method,
                         std::string pattern,
                         http::Handler handler,
                         std::string_view permission = {}) {
      routes.push_back(
          {.method = method,
           .pattern = std::move(pattern),
           .permission = permission,
           .summary = {},
           .request_schema = {},
           .response_schema = {},
           .handler = std::move(handler),
           .max_body = 10}
      );
    };
    add(Method::kGet, "/who/:x", [](Request& request) -> Task<Response> {
      std::string who = request.identity->user_id;
      if (request.identity->kind == Identity::Kind::kAnonymous) who = "nobody";
      if (request.identity->kind == Identity::Kind::kLocalOperator) who = "operator";
      co_return Response::text(200, who + " " + std::string(request.parameter("x")));
    });
    const auto say_done = [](Request&) -> Task<Response> {
      co_return Response::text(200, "done");
    };
    add(Method::kGet, "/guarded", say_done, "work.do");
    add(Method::kGet, "/livez", say_done);
    add(Method::kPost, "/body", [](Request& request) -> Task<Response> {
      auto body = co_await request.read_body(1000);
      if (!body) co_return http::answer_error(body.error());
      co_return Response::text(200, *body);
    });
    add(Method::kGet, "/throw", [](Request&) -> Task<Response> {
      throw std::runtime_error("a defect of the test's handler");
    });
    add(Method::kGet, "/huge", [](Request&) -> Task<Response> { throw std::bad_alloc(); });
    add(Method::kGet, "/stuck", [this](Request&) -> Task<Response> {
      net::steady_timer timer(co_await net::this_coro::executor, SteadyTime::max());
      began_.release();
      co_await timer.async_wait(net::use_awaitable_t<net::any_io_executor>{});
      co_return Response::text(200, "late");
    });
    ASSERT_TRUE(router_.mount("test", std::move(routes)));
    server_.emplace(*chain_);
  }

  LoopbackClient connect() { return LoopbackClient(server_->port()); }

  ChainLimits chain_limits_;
  bool has_authorizer_ = true;
  std::binary_semaphore began_{0};
  http::RouterTable router_;
  telemetry::Metrics metrics_;
  std::optional<Chain> chain_;
  std::optional<RunningServer> server_;
};

TEST_F(GatewayChain, TellsHandlersWhoAsks) {
  start();
  LoopbackClient client = connect();
  EXPECT_EQ(client.get("/who/%61")->body, "nobody a");
  EXPECT_EQ(client.get("/who/b", "Authorization: ann\r\n")->body, "ann b");
}

TEST_F(GatewayChain, TakesTheAdminSocketForTheLocalOperator) {
  start();
  const test::TemporaryDirectory directory;
  http::Listen listen;
  listen.unix_path = (directory.path() / "s").string();
  ASSERT_TRUE(server_->server().listen(listen));
  LoopbackClient local(listen.unix_path);
  EXPECT_EQ(local.get("/who/a", "Authorization: ann\r\n")->body, "operator a");
  EXPECT_EQ(local.get("/guarded")->status, 200);
}

TEST_F(GatewayChain, AnswersUnknownPathsAndMethodsAsText) {
  start();
  LoopbackClient client = connect();
  for (const char* request : {"GET /nope", "PUT /livez", "BREW /livez", "get /livez"}) {
    const auto answer = client.ask(std::string(request) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 404) << request;
    EXPECT_EQ(answer->body, "404 Not Found");
    EXPECT_EQ(answer->headers.at("content-type"), "text/plain; charset=UTF-8");
  }
}

TEST_F(GatewayChain, RefusesBadPathParameters) {
  start();
  EXPECT_EQ(connect().get("/who/a%2Fb")->status, 400);
}

TEST_F(GatewayChain, AsksTheAuthorizerWhereARouteNamesAPermission) {
  start();
  LoopbackClient client = connect();
  const auto refused = client.get("/guarded", "Authorization: ann\r\n");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 403);
  EXPECT_EQ(
      refused->body,
      R"({"error":"Permission \"work.do\" not granted","type":"PermissionsException"})"
  );
  EXPECT_EQ(client.get("/guarded", "Authorization: boss\r\n")->status, 200);
}

TEST_F(GatewayChain, ClosesGuardedRoutesWithoutAnAuthorizer) {
  has_authorizer_ = false;
  start();
  EXPECT_EQ(connect().get("/guarded", "Authorization: boss\r\n")->status, 403);
}

TEST_F(GatewayChain, HoldsTheRoutesOwnBodyLimit) {
  start();
  LoopbackClient client = connect();
  EXPECT_EQ(
      client.ask("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789")->status,
      200
  );
  const auto chunked = client.ask(
      "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n"
  );
  EXPECT_EQ(chunked->status, 413);
  EXPECT_EQ(
      connect().ask("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n")->status, 413
  );
}

TEST_F(GatewayChain, GivesEveryAnswerAnIdAndEchoesAWellFormedOne) {
  start();
  LoopbackClient client = connect();
  EXPECT_EQ(client.get("/livez", "X-Request-Id: a.B_9-\r\n")->headers.at("x-request-id"), "a.B_9-");
  const std::string made = client.get("/nope", "X-Request-Id: a b\r\n")->headers.at("x-request-id");
  EXPECT_EQ(made.size(), 36U);
  EXPECT_EQ(made[14], '7');
  EXPECT_NE(made, client.get("/livez")->headers.at("x-request-id"));
}

TEST_F(GatewayChain, RunsAddedFiltersOnEveryAnswer) {
  start();
  LoopbackClient client = connect();
  EXPECT_EQ(client.get("/filtered")->body, "by the filter");
  for (const char* path : {"/livez", "/nope", "/filtered", "/throw", "/broken-filter"}) {
    const auto answer = client.get(path);
    ASSERT_TRUE(answer) << path;
    EXPECT_TRUE(answer->headers.contains("x-mark")) << path;
  }
}

TEST_F(GatewayChain, AnswersADefectAndGoesOn) {
  start();
  LoopbackClient client = connect();
  for (const char* path : {"/throw", "/broken-filter"}) {
    const auto answer = client.get(path);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 500);
    EXPECT_THAT(answer->body, testing::HasSubstr(R"("code":"INTERNAL_ERROR")"));
    EXPECT_THAT(answer->body, testing::Not(testing::HasSubstr("defect")));
  }
  EXPECT_EQ(client.get("/livez")->status, 200);
}

TEST_F(GatewayChain, AnswersThatMemoryRanOutAndGoesOn) {
  start();
  LoopbackClient client = connect();
  const auto answer = client.get("/huge");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_NE(answer->body.find("out of memory"), std::string::npos) << answer->body;
  EXPECT_EQ(client.get("/livez")->status, 200);
}

TEST_F(GatewayChain, ShedsBeyondItsPlacesButStaysObservable) {
  start();
  LoopbackClient stuck = connect();
  stuck.send("GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n");
  began_.acquire();
  LoopbackClient client = connect();
  const auto shed = client.get("/who/a");
  ASSERT_TRUE(shed);
  EXPECT_EQ(shed->status, 503);
  EXPECT_EQ(shed->headers.at("retry-after"), "1");
  EXPECT_EQ(client.get("/livez")->status, 200);
  const std::string printed = metrics_.print();
  EXPECT_NE(printed.find("noded_http_shed_total 1\n"), std::string::npos) << printed;
  EXPECT_NE(printed.find("noded_http_requests_in_flight 1\n"), std::string::npos) << printed;
}

TEST_F(GatewayChain, CountsRequestsByMethodAndStatus) {
  start();
  LoopbackClient client = connect();
  ASSERT_TRUE(client.get("/livez"));
  ASSERT_TRUE(client.get("/nope"));
  ASSERT_TRUE(client.ask("HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n", true));
  const std::string printed = metrics_.print();
  for (const char* line : {
           "noded_http_requests_total{method=\"GET\",status=\"2xx\"} 1\n",
           "noded_http_requests_total{method=\"GET\",status=\"4xx\"} 1\n",
           "noded_http_requests_total{method=\"HEAD\",status=\"2xx\"} 1\n",
           "noded_http_request_seconds_count 3\n",
       }) {
    EXPECT_NE(printed.find(line), std::string::npos) << line << printed;
  }
}

TEST(RequestIds, AreTakenOverOnlyWhenWellFormed) {
  EXPECT_TRUE(is_request_id("a"));
  EXPECT_TRUE(is_request_id(std::string(64, 'Z')));
  EXPECT_FALSE(is_request_id(""));
  EXPECT_FALSE(is_request_id(std::string(65, 'Z')));
  EXPECT_FALSE(is_request_id("a\"b"));
}

TEST(RequestIds, CarryTheirTime) {
  Request request;
  assign_request_id(request, WallTime(std::chrono::milliseconds(0x0123456789ab)));
  EXPECT_EQ(request.request_id.substr(0, 15), "01234567-89ab-7");
  EXPECT_NE(std::string("89ab").find(request.request_id[19]), std::string::npos);
}

}  // namespace
}  // namespace noded::gateway
