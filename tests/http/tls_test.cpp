// TLS in front of a real server, against OpenSSL's client.
#include "http/server.hpp"
#include "http/tls_keys.hpp"
#include "support/loopback_client.hpp"
#include "support/running_server.hpp"
#include "support/temporary_directory.hpp"
#include "support/tls_peer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace noded::http {
namespace {

using namespace std::chrono_literals;
using test::LoopbackClient;
using test::RunningServer;
using test::TlsClient;
using test::TlsWishes;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

Task<Response> echo(Request& request) {
  auto body = co_await request.read_body(8 << 20);
  if (!body) co_return Response::text(400, body.error().message);
  co_return Response::text(200, (request.over_tls ? "tls:" : "plain:") + *body);
}

class Tls : public testing::Test {
 protected:
  Tls() {
    std::signal(SIGPIPE, SIG_IGN);  // as runtime::prepare_process() does
    limits_.max_body = 8 << 20;
    write("a", "a.example");
    write("b", "b.example");
  }

  std::string file(const std::string& name) const { return (directory_.path() / name).string(); }
  TlsKeys::Pair pair(const std::string& name) const {
    return {file(name + ".pem"), file(name + ".key")};
  }
  void write(const std::string& name, const std::string& host, long days = 30) {
    test::write_certificate(file(name + ".pem"), file(name + ".key"), host, days);
  }
  // A later time of modification, however coarse the file system's clock is.
  void touch(const std::string& name) {
    const auto path = file(name);
    std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + 2s);
  }

  void start(bool only_tls_1_3 = false) {
    files_ = std::make_shared<TlsFiles>(std::vector{pair("a"), pair("b")}, only_tls_1_3);
    const auto read = files_->refresh(TlsFiles::When::kAlways, system_clock());
    ASSERT_TRUE(read) << read.error().message;
    server_.emplace(dispatcher_, limits_);
    Listen listen;
    listen.address = "127.0.0.1";
    listen.tls = files_;
    const auto bound = server_->server().listen(listen);
    ASSERT_TRUE(bound);
    port_ = static_cast<std::uint16_t>(std::stoi(bound->substr(bound->rfind(':') + 1)));
  }
  std::string served_name() { return TlsClient(port_).server(); }
  Result<bool> refresh() { return files_->refresh(TlsFiles::When::kChanged, system_clock()); }

  test::TemporaryDirectory directory_;
  ServerLimits limits_ = test::quick_limits();
  std::shared_ptr<TlsFiles> files_;
  test::FunctionDispatcher dispatcher_{echo};
  std::optional<RunningServer> server_;
  std::uint16_t port_ = 0;
};

TEST_F(Tls, AnswersByVersion13AndClosesWell) {
  start();
  TlsClient client(port_, {.protocols = "\x02h2\x08http/1.1"});
  ASSERT_TRUE(client.is_connected());
  EXPECT_EQ(client.version(), "TLSv1.3");
  EXPECT_EQ(client.protocol(), "http/1.1");
  ASSERT_TRUE(client.send(kGet));
  EXPECT_TRUE(client.read_all().ends_with("\r\n\r\ntls:"));
  EXPECT_TRUE(client.was_closed_well());
}

TEST_F(Tls, SpeaksVersion12UnlessTheMinimumIs13) {
  const TlsWishes old{.maximum = TLS1_2_VERSION};
  start();
  EXPECT_EQ(TlsClient(port_, old).version(), "TLSv1.2");
  start(true);
  EXPECT_FALSE(TlsClient(port_, old).is_connected());
  EXPECT_TRUE(TlsClient(port_).is_connected());
}

TEST_F(Tls, RefusesOlderVersionsAndOtherProtocols) {
  start();
  EXPECT_FALSE(TlsClient(port_, {.minimum = TLS1_VERSION, .maximum = TLS1_1_VERSION}).is_connected()
  );
  EXPECT_FALSE(TlsClient(port_, {.protocols = "\x02h2"}).is_connected());
  // The loop counts a failure when it comes to its end, which may be behind what the peer sees.
  const auto are_counted = [this] {
    return server_->metrics().print().contains("noded_http_tls_failures_total 2\n");
  };
  for (int tries = 0; tries < 500 && !are_counted(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(are_counted());
}

TEST_F(Tls, ChoosesTheCertificateByTheNameAskedFor) {
  start();
  EXPECT_EQ(TlsClient(port_, {.server_name = "a.example"}).server(), "a.example");
  EXPECT_EQ(TlsClient(port_, {.server_name = "b.example"}).server(), "b.example");
  EXPECT_EQ(TlsClient(port_, {.server_name = "c.example"}).server(), "a.example");
  EXPECT_EQ(served_name(), "a.example");
}

TEST_F(Tls, CarriesLongBodiesBothWays) {
  start();
  const std::string body(5 << 20, 'x');
  TlsClient client(port_);
  ASSERT_TRUE(client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n"
  ));
  ASSERT_TRUE(client.send(body));
  const std::string answer = client.read_all();
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), "tls:" + body);
}

TEST_F(Tls, AnswersPipelinedRequests) {
  start();
  TlsClient client(port_);
  std::string requests;
  for (int turn = 0; turn < 50; ++turn)
    requests += "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  ASSERT_TRUE(client.send(requests + std::string(kGet)));
  const std::string answers = client.read_all();
  std::size_t count = 0;
  for (std::size_t at = 0; (at = answers.find("tls:", at)) != std::string::npos; ++at)
    ++count;
  EXPECT_EQ(count, 51U);
}

TEST_F(Tls, AnswersAfterThePeersCloseNotify) {
  start();
  TlsClient client(port_);
  ASSERT_TRUE(client.send(kGet));
  client.close_notify();
  EXPECT_TRUE(client.read_all().ends_with("tls:"));
}

TEST_F(Tls, TellsAPeerThatSpeaksPlainHttp) {
  start();
  const auto answer = LoopbackClient(port_).get("/");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 400);
  EXPECT_NE(answer->body.find("https://"), std::string::npos);
}

TEST_F(Tls, CutsAHandshakeThatDoesNotEnd) {
  limits_.head_timeout = 30ms;
  start();
  LoopbackClient client(port_);
  ASSERT_TRUE(client.send("\x16\x03\x01"));
  EXPECT_FALSE(client.read_answer());
}

TEST_F(Tls, TakesChangedCertificatesForNewConnections) {
  start();
  EXPECT_EQ(refresh(), false);
  TlsClient early(port_);
  write("a", "renewed.example");
  touch("a.pem");
  EXPECT_EQ(refresh(), true);
  EXPECT_EQ(served_name(), "renewed.example");
  ASSERT_TRUE(early.send(kGet));
  EXPECT_TRUE(early.read_all().ends_with("tls:")) << "a connection keeps what it began with";
}

TEST_F(Tls, GoesOnWithTheOldCertificatesWhenTheNewOnesAreBad) {
  start();
  struct Case {
    const char* name;
    std::function<void()> spoil;
    const char* says;
  };
  const Case cases[] = {
      {"no PEM", [&] { std::ofstream(file("a.pem")) << "junk"; }, "a.pem: no start line"},
      {"key of another",
       [&] {
         std::filesystem::copy_file(
             file("b.key"), file("a.key"), std::filesystem::copy_options::overwrite_existing
         );
       },
       "a.key: key values mismatch"},
      {"gone", [&] { std::filesystem::remove(file("a.key")); }, "a.key: No such file"},
      {"expired", [&] { write("a", "late.example", -1); }, "has expired"},
  };
  for (const Case& wrong : cases) {
    write("a", "a.example");
    wrong.spoil();
    const auto refreshed = files_->refresh(TlsFiles::When::kAlways, system_clock());
    ASSERT_FALSE(refreshed) << wrong.name;
    EXPECT_EQ(refreshed.error().code, Errc::kInvalid);
    EXPECT_NE(refreshed.error().message.find(wrong.says), std::string::npos)
        << wrong.name << ": " << refreshed.error().message;
    EXPECT_EQ(served_name(), "a.example") << wrong.name;
  }
  EXPECT_EQ(refresh(), false) << "a fault is told once, not at every look";
}

}  // namespace
}  // namespace noded::http
