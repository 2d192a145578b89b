// Calls to other servers, made to real ones on the loopback.
#include "client/client.hpp"

#include "support/run_task.hpp"
#include "support/running_server.hpp"
#include "support/temporary_directory.hpp"
#include "support/tls_peer.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

namespace noded::client {
namespace {

using test::FunctionDispatcher;
using test::run_task;
using test::RunningServer;

// A port that accepts connections and never answers.
class SilentPort {
 public:
  SilentPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* where = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_, where, sizeof address), 0);
    EXPECT_EQ(::listen(socket_, 4), 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(socket_, where, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentPort() { close(); }
  SilentPort(const SilentPort&) = delete;
  SilentPort& operator=(const SilentPort&) = delete;
  // Returns once somebody is connected.
  void await_caller() const { caller_ = ::accept(socket_, nullptr, nullptr); }
  void close() {
    if (caller_ >= 0) ::close(std::exchange(caller_, -1));
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int socket_;
  mutable int caller_ = -1;
  std::uint16_t port_ = 0;
};

class ClientTest : public testing::Test {
 protected:
  ~ClientTest() override { stop(); }

  Result<Fetched> fetch(FetchRequest request, SteadyTime deadline = SteadyTime::max()) {
    auto fetched = run_task(optional_fetch(std::move(request), deadline));
    return std::move(*fetched);
  }
  void stop() {
    run_task([](Client& client, Lane& lane) -> Task<bool> {
      co_await client.stop(lane);
      co_return true;
    }(client_, waiting_));
  }

  Client client_{{.limits = {.timeout = std::chrono::seconds(20)}, .threads = 2, .queue = 2}};
  runtime::ThreadLane waiting_{{.name = "waiting", .queue_limit = 4, .thread_limit = 1}};

 private:
  Task<std::optional<Result<Fetched>>> optional_fetch(FetchRequest request, SteadyTime deadline) {
    co_return co_await client_.fetch(std::move(request), deadline);
  }
};

std::string url_of(const RunningServer& server, std::string_view path) {
  return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(path);
}

TEST_F(ClientTest, AnAnswerComesWithItsStatusAndType) {
  FunctionDispatcher dispatcher([](http::Request& request) -> Task<http::Response> {
    co_return http::Response::json(
        404,
        "{\"path\":\"" + std::string(request.path) + "\",\"accept\":\"" +
            std::string(request.header("accept")) + "\"}"
    );
  });
  const RunningServer server(dispatcher);
  const auto fetched =
      fetch({.url = url_of(server, "/there"), .headers = {"Accept: text/x"}, .body = {}});
  ASSERT_TRUE(fetched.has_value()) << fetched.error().message;
  EXPECT_EQ(fetched->status, 404);
  EXPECT_EQ(fetched->content_type, "application/json");
  EXPECT_EQ(fetched->body, R"({"path":"/there","accept":"text/x"})");
  EXPECT_EQ(client_.calls(), 1U);
  EXPECT_EQ(client_.failures(), 0U);
  EXPECT_GT(client_.seconds(), 0.0);
}

TEST_F(ClientTest, ABodyIsPosted) {
  FunctionDispatcher dispatcher([](http::Request& request) -> Task<http::Response> {
    const auto body = co_await request.read_body(1024);
    co_return http::Response::text(200, std::string(to_text(request.method)) + " " + *body);
  });
  const RunningServer server(dispatcher);
  const auto fetched =
      fetch({.url = url_of(server, "/token"), .headers = {}, .body = "code=a%20b"});
  ASSERT_TRUE(fetched.has_value()) << fetched.error().message;
  EXPECT_EQ(fetched->body, "POST code=a%20b");
}

TEST_F(ClientTest, ARedirectIsAnAnswerAndNotFollowed) {
  std::atomic<int> asked = 0;
  FunctionDispatcher dispatcher([&asked](http::Request&) -> Task<http::Response> {
    ++asked;
    co_return http::Response::redirect(302, "/elsewhere");
  });
  const RunningServer server(dispatcher);
  const auto fetched = fetch({.url = url_of(server, "/"), .headers = {}, .body = {}});
  ASSERT_TRUE(fetched.has_value()) << fetched.error().message;
  EXPECT_EQ(fetched->status, 302);
  EXPECT_EQ(asked, 1);
}

TEST_F(ClientTest, AnAnswerLargerThanWhatIsKeptIsRefused) {
  FunctionDispatcher dispatcher([](http::Request&) -> Task<http::Response> {
    co_return http::Response::text(200, std::string(1001, 'x'));
  });
  const RunningServer server(dispatcher);
  const auto fetched = fetch({.url = url_of(server, "/"), .headers = {}, .body = {}, .most = 1000});
  ASSERT_FALSE(fetched.has_value());
  EXPECT_EQ(fetched.error().code, Errc::kTooLarge);
  EXPECT_TRUE(fetched.error().message.ends_with(": it sent more than 1000 bytes"))
      << fetched.error().message;
  EXPECT_EQ(client_.failures(), 1U);
  const auto whole = fetch({.url = url_of(server, "/"), .headers = {}, .body = {}, .most = 1001});
  EXPECT_TRUE(whole.has_value());
}

TEST_F(ClientTest, OnlyTlsAndThisMachineMayBeAsked) {
  struct Row {
    const char* url;
    bool is_safe;
  };
  for (const Row& row :
       {Row{"https://issuer.example.org", true},
        Row{"https://issuer.example.org:8443/x?y=1", true},
        Row{"http://localhost:3000/", true},
        Row{"http://127.0.0.1/", true},
        Row{"http://[::1]:80/", true},
        Row{"http://issuer.example.org/", false},
        Row{"http://localhost.example.org/", false},
        Row{"http://127.0.0.1@example.org/", false},
        Row{"http://localhost:80@example.org/", false},
        Row{"http://127.0.0.1\\@example.org/", false},
        Row{"https:///path", false},
        Row{"https://a b/", false},
        Row{"https://a/\r\nHost: b", false},
        Row{"ftp://localhost/", false},
        Row{"file:///etc/passwd", false},
        Row{"HTTP://localhost/", false},
        Row{"", false}}) {
    EXPECT_EQ(is_safe_url(row.url), row.is_safe) << row.url;
    if (row.is_safe) continue;
    const auto fetched = fetch({.url = row.url, .headers = {}, .body = {}});
    ASSERT_FALSE(fetched.has_value()) << row.url;
    EXPECT_EQ(fetched.error().code, Errc::kInvalid);
  }
  EXPECT_EQ(client_.calls(), 0U);
}

TEST_F(ClientTest, AnErrorNamesTheServerAndWhatIsWrong) {
  std::string url;
  {
    SilentPort closed;
    url = closed.url();
  }
  const auto refused = fetch({.url = url, .headers = {}, .body = {}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_TRUE(refused.error().message.starts_with("127.0.0.1:")) << refused.error().message;
  EXPECT_TRUE(refused.error().message.ends_with(": nobody accepts connections there"));

  const auto unknown = fetch({.url = "https://nowhere.invalid/", .headers = {}, .body = {}});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().message, "nowhere.invalid:443: there is no such host");
}

TEST_F(ClientTest, ASilentServerIsGivenUpAtTheDeadline) {
  const SilentPort silent;
  const auto fetched = fetch(
      {.url = silent.url(), .headers = {}, .body = {}},
      std::chrono::steady_clock::now() + std::chrono::milliseconds(50)
  );
  ASSERT_FALSE(fetched.has_value());
  EXPECT_EQ(fetched.error().code, Errc::kTimeout) << fetched.error().message;
}

TEST_F(ClientTest, AStopEndsACallThatIsUnderWay) {
  SilentPort silent;
  std::jthread stopper([&] {
    silent.await_caller();
    stop();
  });
  const auto fetched = fetch({.url = silent.url(), .headers = {}, .body = {}});
  stopper.join();
  ASSERT_FALSE(fetched.has_value());
  EXPECT_EQ(fetched.error().code, Errc::kUnavailable);
  EXPECT_TRUE(fetched.error().message.ends_with("given up, since the node stops"));
  const auto late = fetch({.url = silent.url(), .headers = {}, .body = {}});
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, Errc::kOverloaded);
}

TEST(ClientTls, ACertificateIsTrustedByTheNamedFileOnly) {
  std::signal(SIGPIPE, SIG_IGN);  // as runtime::prepare_process() does
  const test::TemporaryDirectory directory;
  const std::string certificate = (directory.path() / "server.pem").string();
  const std::string key = (directory.path() / "server.key").string();
  test::write_certificate(certificate, key, "localhost");
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  ASSERT_EQ(SSL_CTX_use_certificate_file(context, certificate.c_str(), SSL_FILETYPE_PEM), 1);
  ASSERT_EQ(SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM), 1);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* where = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, where, sizeof address), 0);
  ASSERT_EQ(::listen(listener, 4), 0);
  ASSERT_EQ(::getsockname(listener, where, &size), 0);
  const std::string port = std::to_string(ntohs(address.sin_port));
  const std::jthread server([context, listener] {
    for (int turn = 0; turn < 3; ++turn) {
      const int caller = ::accept(listener, nullptr, nullptr);
      SSL* session = SSL_new(context);
      SSL_set_fd(session, caller);
      if (SSL_accept(session) == 1) {
        char head[4096];
        SSL_read(session, head, sizeof head);
        constexpr std::string_view kAnswer = "HTTP/1.1 204 No Content\r\n\r\n";
        SSL_write(session, kAnswer.data(), static_cast<int>(kAnswer.size()));
        SSL_shutdown(session);
      }
      SSL_free(session);
      ::close(caller);
    }
  });
  const auto ask = [](const std::string& url, const std::string& ca_file) -> Result<long> {
    auto call = CurlCall::open(url, "https", {.ca_file = ca_file});
    if (!call) return std::unexpected(call.error());
    if (auto done = call->perform(); !done) return std::unexpected(done.error());
    return call->status();
  };
  const auto known = ask("https://localhost:" + port + "/", certificate);
  ASSERT_TRUE(known.has_value()) << known.error().message;
  EXPECT_EQ(*known, 204);
  const auto unknown = ask("https://localhost:" + port + "/", "");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, Errc::kUnavailable);
  EXPECT_NE(unknown.error().message.find("certificate"), std::string::npos)
      << unknown.error().message;
  const auto other_name = ask("https://127.0.0.1:" + port + "/", certificate);
  ASSERT_FALSE(other_name.has_value());
  EXPECT_NE(other_name.error().message.find("127.0.0.1"), std::string::npos)
      << other_name.error().message;
  SSL_CTX_free(context);
  ::close(listener);
}

TEST(CurlCallTest, OnlyTheNamedProtocolsAreSpoken) {
  for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/", "http://127.0.0.1:1/"}) {
    auto call = CurlCall::open(url, "https", {});
    const auto done = call ? call->perform() : Result<>(std::unexpected(call.error()));
    ASSERT_FALSE(done.has_value()) << url;
    EXPECT_EQ(done.error().code, Errc::kInvalid) << done.error().message;
  }
}

}  // namespace
}  // namespace noded::client
