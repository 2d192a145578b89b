// The server over real loopback sockets.
#include "http/server.hpp"

#include "http/error_answer.hpp"
#include "support/loopback_client.hpp"
#include "support/running_server.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace noded::http {
namespace {

using test::LoopbackClient;
using test::RunningServer;

// Gives `parts` out one by one.
class PartSource final : public BodySource {
 public:
  PartSource(std::vector<std::string> parts, std::optional<std::uint64_t> size)
      : parts_(std::move(parts)), size_(size) {}
  Task<Result<std::string_view>> read() override {
    co_await net::post(net::use_awaitable_t<net::any_io_executor>{}
    );  // as a real source: not at once
    if (next_ == parts_.size()) co_return std::string_view();
    co_return parts_[next_++];
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  std::vector<std::string> parts_;
  std::optional<std::uint64_t> size_;
  std::size_t next_ = 0;
};

Response stream(std::vector<std::string> parts, std::optional<std::uint64_t> size) {
  Response response;
  response.source = std::make_unique<PartSource>(std::move(parts), size);
  return response;
}

// The test's application: what it does is chosen by the path.
Task<Response> handle(Request& request) {
  if (request.path == "/hello")
    co_return Response::text(200, "hello " + std::string(request.query));
  if (request.path == "/later") {
    co_await net::post(net::use_awaitable_t<net::any_io_executor>{});
    co_return Response::text(200, "later");
  }
  if (request.path == "/echo") {
    auto body = co_await request.read_body(1 << 20);
    if (!body) co_return answer_error(body.error());
    co_return Response::text(200, std::move(*body));
  }
  if (request.path == "/large") co_return Response::text(200, std::string(3 << 20, 'x'));
  if (request.path == "/chunks")
    co_return stream({"one", "two", std::string(100'000, 'z')}, std::nullopt);
  if (request.path == "/sized") co_return stream({"one", "two"}, 6);
  if (request.path == "/short") co_return stream({"one"}, 6);
  if (request.path == "/empty") co_return Response::text(204, "never sent");
  if (request.path == "/throw") throw std::runtime_error("a defect of the test's handler");
  if (request.path == "/huge") throw std::bad_alloc();
  if (request.path == "/inject") {
    Response response = Response::text(200, "x");
    response.headers.push_back({"A", "b\r\nSet-Cookie: c"});
    co_return response;
  }
  co_return answer_refusal(404, "none");
}

class HttpServer : public testing::Test {
 protected:
  test::FunctionDispatcher dispatcher_{handle};
  RunningServer server_{dispatcher_};
  LoopbackClient client_{server_.port()};
};

TEST_F(HttpServer, AnswersAndKeepsTheConnection) {
  const auto first = client_.get("/hello?a");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, "hello a");
  EXPECT_TRUE(first->headers.contains("date"));
  const auto second = client_.get("/hello?b");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->body, "hello b");
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  std::string requests;
  for (const char* target : {"/hello?1", "/later", "/hello?3", "/large", "/hello?5"}) {
    requests += "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  client_.send(requests);
  const std::vector<std::string> bodies = {
      "hello 1", "later", "hello 3", std::string(3 << 20, 'x'), "hello 5"
  };
  for (const std::string& expected : bodies) {
    const auto answer = client_.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body.size(), expected.size());
    EXPECT_TRUE(answer->body == expected);
  }
}

TEST_F(HttpServer, TakesARequestByteByByte) {
  for (const char byte : std::string("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"))
    client_.send({&byte, 1});
  const auto answer = client_.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
}

TEST_F(HttpServer, ReadsBodiesWithALengthAndTheRequestBehindThem) {
  client_.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /hello "
      "HTTP/1.1\r\nHost: x\r\n\r\n"
  );
  const auto first = client_.read_answer();
  const auto second = client_.read_answer();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->body, "hello");
  EXPECT_EQ(second->body, "hello ");
}

TEST_F(HttpServer, ReadsChunkedBodiesAndTheRequestBehindThemInAnySegments) {
  const std::string bytes =
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: 1\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const std::size_t segment : {bytes.size(), std::size_t{7}, std::size_t{1}}) {
    for (std::size_t at = 0; at < bytes.size(); at += segment) {
      client_.send(std::string_view(bytes).substr(at, segment));
    }
    const auto first = client_.read_answer();
    const auto second = client_.read_answer();
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->body, "hello world");
    EXPECT_EQ(second->body, "hello ");
  }
}

TEST_F(HttpServer, ReadsALongBody) {
  const std::string body(900'000, 'b');
  const auto answer = client_.ask(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body
  );
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->body == body);
}

TEST_F(HttpServer, DropsAShortBodyThatNobodyRead) {
  client_.send("POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nGET / HTT");
  EXPECT_EQ(client_.read_answer()->status, 200);
  EXPECT_EQ(client_.get("/hello")->status, 200);
}

TEST_F(HttpServer, DropsABodyThatNobodyReadInFrontOfTheNextRequest) {
  client_.send(
      "POST /hello?a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nGET / HTT"
      "GET /hello?b HTTP/1.1\r\nHost: x\r\n\r\n"
  );
  EXPECT_EQ(client_.read_answer()->body, "hello a");
  EXPECT_EQ(client_.read_answer()->body, "hello b");
}

TEST_F(HttpServer, DropsABodyThatNobodyReadWhenItsRestArrives) {
  client_.send("POST /hello?a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nGET /");
  EXPECT_EQ(client_.read_answer()->body, "hello a");
  client_.send(" HTT");
  EXPECT_EQ(client_.get("/hello?b")->body, "hello b");
}

TEST_F(HttpServer, ClosesAfterALongBodyThatNobodyRead) {
  const auto answer =
      client_.ask("POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers.at("connection"), "close");
  EXPECT_TRUE(client_.is_closed_by_peer());
}

TEST_F(HttpServer, RefusesALargeBodyBeforeItArrives) {
  const auto answer =
      client_.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10737418240\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
  EXPECT_TRUE(client_.is_closed_by_peer());
}

TEST_F(HttpServer, RefusesAChunkedBodyThatGrowsTooLarge) {
  client_.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, 'c') + "\r\n";
  for (int count = 0; count < 17; ++count)
    client_.send(chunk);
  const auto answer = client_.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
}

TEST_F(HttpServer, RefusesBrokenChunksAndCloses) {
  client_.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"
  );
  EXPECT_EQ(client_.read_answer()->status, 400);
  EXPECT_TRUE(client_.is_closed_by_peer());
}

TEST_F(HttpServer, RefusesTrailersWithoutEnd) {
  client_.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  std::string trailers;
  for (int count = 0; count < 2000; ++count)
    trailers += "X: " + std::string(93, 'b') + "\r\n";
  client_.send(trailers);
  EXPECT_EQ(client_.read_answer()->status, 400);
}

TEST_F(HttpServer, DoesNotAnswerABodyCutShort) {
  client_.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello");
  client_.shutdown_write();
  EXPECT_TRUE(client_.is_closed_by_peer());
}

TEST_F(HttpServer, AnswersAPeerThatSaysNothingMore) {
  client_.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  client_.shutdown_write();
  EXPECT_EQ(client_.read_answer()->status, 200);
  EXPECT_TRUE(client_.is_closed_by_peer());
}

TEST_F(HttpServer, AnswersHeadLikeGetWithoutBody) {
  const auto head = client_.ask("HEAD /hello?abc HTTP/1.1\r\nHost: x\r\n\r\n", true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->headers.at("content-length"), "9");
  const auto sized = client_.ask("HEAD /sized HTTP/1.1\r\nHost: x\r\n\r\n", true);
  ASSERT_TRUE(sized);
  EXPECT_EQ(sized->headers.at("content-length"), "6");
  EXPECT_EQ(client_.get("/hello?d")->body, "hello d");
}

TEST_F(HttpServer, SaysContinueOnlyWhenTheHandlerReads) {
  client_.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
  );
  EXPECT_EQ(client_.read_answer()->status, 100);
  client_.send("hello");
  EXPECT_EQ(client_.read_answer()->body, "hello");

  client_.send(
      "POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
  );
  const auto unread = client_.read_answer();
  ASSERT_TRUE(unread);
  EXPECT_EQ(unread->status, 200);
  EXPECT_EQ(unread->headers.at("connection"), "close");
}

TEST_F(HttpServer, SaysNoContinueToHttp10) {
  client_.send("POST /echo HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
  const auto answer = client_.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello");
}

TEST_F(HttpServer, StreamsBodiesOfUnknownSizeInChunks) {
  const auto answer = client_.get("/chunks");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers.at("transfer-encoding"), "chunked");
  EXPECT_TRUE(answer->body == "onetwo" + std::string(100'000, 'z'));
  EXPECT_EQ(client_.get("/hello?d")->body, "hello d");
}

TEST_F(HttpServer, StreamsBodiesOfUnknownSizeToHttp10UntilItCloses) {
  const auto answer = client_.ask("GET /chunks HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->headers.contains("transfer-encoding"));
  EXPECT_TRUE(answer->body == "onetwo" + std::string(100'000, 'z'));
}

TEST_F(HttpServer, StreamsBodiesOfKnownSize) {
  const auto answer = client_.get("/sized");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->headers.at("content-length"), "6");
  EXPECT_EQ(answer->body, "onetwo");
  EXPECT_EQ(client_.get("/hello?d")->body, "hello d");
}

TEST_F(HttpServer, ClosesWhenASourceGivesLessThanItAnnounced) {
  EXPECT_FALSE(client_.get("/short"));
  EXPECT_TRUE(client_.is_closed_by_peer() || client_.read_all() == "one");
}

TEST_F(HttpServer, SendsNoBodyOrLengthWith204) {
  const auto answer = client_.get("/empty");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_FALSE(answer->headers.contains("content-length"));
  EXPECT_EQ(client_.get("/hello?d")->body, "hello d");
}

TEST_F(HttpServer, KeepsServingAfterAHandlerThrew) {
  const auto answer = client_.get("/throw");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
  EXPECT_THAT(answer->body, testing::HasSubstr(R"("code":"INTERNAL_ERROR")"));
  EXPECT_THAT(answer->body, testing::Not(testing::HasSubstr("defect")));
  EXPECT_EQ(client_.get("/hello?d")->body, "hello d");
}

TEST_F(HttpServer, AnswersThatMemoryRanOutAndGoesOn) {
  const auto answer = client_.get("/huge");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 503);
  EXPECT_NE(answer->body.find("out of memory"), std::string::npos) << answer->body;
  EXPECT_EQ(client_.get("/hello?d")->body, "hello d");
}

TEST_F(HttpServer, KeepsHeaderValuesOnTheirLine) {
  const auto answer = client_.get("/inject");
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->headers.contains("set-cookie"));
  EXPECT_EQ(answer->headers.at("a"), "b  Set-Cookie: c");
}

TEST_F(HttpServer, ObeysConnectionClose) {
  client_.send(
      "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /hello HTTP/1.1\r\nHost: "
      "x\r\n\r\n"
  );
  EXPECT_EQ(client_.read_answer()->headers.at("connection"), "close");
  EXPECT_TRUE(client_.is_closed_by_peer());
}

TEST_F(HttpServer, KeepsHttp10ConnectionsOnlyWhenAsked) {
  const auto kept = client_.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->headers.at("connection"), "keep-alive");
  const auto closed = client_.ask("GET /hello HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->headers.at("connection"), "close");
  EXPECT_TRUE(client_.is_closed_by_peer());
}

TEST_F(HttpServer, RefusesMalformedRequestsAndServesNothingBehindThem) {
  client_.send("GET / HTTP/1.1\r\nHost: a b\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = client_.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400);
  EXPECT_THAT(answer->body, testing::HasSubstr(R"("code":"BAD_REQUEST","status":400)"));
  EXPECT_THAT(answer->body, testing::HasSubstr("the Host field is invalid"));
  EXPECT_THAT(answer->body, testing::HasSubstr(R"("request_id":"refused")"));
  EXPECT_TRUE(client_.is_closed_by_peer());
}

}  // namespace
}  // namespace noded::http
