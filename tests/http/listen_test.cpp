// Where the server listens: addresses, the admin socket, several loops; and the command line's
// client.
#include "http/client.hpp"
#include "http/connection_counts.hpp"
#include "http/server.hpp"
#include "support/loopback_client.hpp"
#include "support/running_server.hpp"
#include "support/temporary_directory.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>

namespace noded::http {
namespace {

using namespace std::chrono_literals;
using test::LoopbackClient;
using test::RunningServer;

Task<Response> tell_origin(Request& request) {
  auto body = co_await request.read_body(1 << 20);
  std::string text =
      std::string(request.peer) + (request.from_local_socket ? " local " : " remote ");
  co_return Response::text(200, text + body.value_or("?"));
}

class HttpListen : public testing::Test {
 protected:
  Result<std::string> listen_unix() {
    Listen listen;
    listen.unix_path = socket_path_;
    return server_.server().listen(listen);
  }

  test::TemporaryDirectory directory_;
  const std::string socket_path_ = (directory_.path() / "s.sock").string();
  test::FunctionDispatcher dispatcher_{tell_origin};
  RunningServer server_{dispatcher_};
};

TEST_F(HttpListen, RefusesADescriptorThatIsNoTcpSocketThatListens) {
  const int local = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int idle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  for (const int descriptor : {local, idle, 1 << 20}) {
    Listen listen;
    listen.inherited = descriptor;
    const auto refused = server_.server().listen(listen);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::kInvalid);
  }
  ::close(local);
  ::close(idle);
}

TEST_F(HttpListen, GivesNewLimitsToNewConnections) {
  LoopbackClient before(server_.port());
  ASSERT_EQ(before.get("/")->status, 200);
  ServerLimits limits = test::quick_limits();
  limits.head.request_line = 256;
  limits.connections = 2;
  server_.server().set_limits(limits);
  const std::string target = "/" + std::string(400, 'x');
  EXPECT_EQ(before.get(target)->status, 200);
  LoopbackClient after(server_.port());
  EXPECT_EQ(after.get(target)->status, 414);
}

TEST_F(HttpListen, MarksRequestsOfTheAdminSocket) {
  ASSERT_EQ(listen_unix(), socket_path_);
  LoopbackClient local(socket_path_);
  EXPECT_EQ(local.get("/")->body, "local local ");
  LoopbackClient remote(server_.port());
  EXPECT_EQ(remote.get("/")->body, "127.0.0.1 remote ");
}

TEST_F(HttpListen, MakesTheAdminSocketForItsUserOnly) {
  ASSERT_TRUE(listen_unix());
  struct stat status{};
  ASSERT_EQ(stat(socket_path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(HttpListen, ReplacesTheSocketFileOfADeadProcess) {
  {
    net::io_context io;
    net::local::stream_protocol::acceptor dead(
        io, net::local::stream_protocol::endpoint(socket_path_)
    );
  }
  ASSERT_TRUE(std::filesystem::exists(socket_path_));
  ASSERT_TRUE(listen_unix());
  EXPECT_TRUE(LoopbackClient(socket_path_).get("/"));
}

TEST_F(HttpListen, LeavesTheSocketOfALivingProcessAlone) {
  ASSERT_TRUE(listen_unix());
  const auto second = listen_unix();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kExists);
  EXPECT_TRUE(LoopbackClient(socket_path_).get("/"));
}

TEST_F(HttpListen, LeavesAFileThatIsNoSocketAlone) {
  std::ofstream(socket_path_) << "precious";
  const auto refused = listen_unix();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kExists);
  EXPECT_EQ(std::filesystem::file_size(socket_path_), 8U);
}

TEST_F(HttpListen, RemovesTheSocketFileWhenItDrains) {
  ASSERT_TRUE(listen_unix());
  server_.drain(0ms);
  EXPECT_FALSE(std::filesystem::exists(socket_path_));
}

TEST_F(HttpListen, RefusesBadAddressesAndTakenPorts) {
  Listen bad;
  bad.address = "localhost";
  EXPECT_EQ(server_.server().listen(bad).error().code, Errc::kInvalid);
  Listen taken;
  taken.address = "127.0.0.1";
  taken.port = server_.port();
  EXPECT_EQ(server_.server().listen(taken).error().code, Errc::kExists);
  Listen long_path;
  long_path.unix_path = "/" + std::string(200, 'a');
  EXPECT_EQ(server_.server().listen(long_path).error().code, Errc::kInvalid);
}

TEST_F(HttpListen, AnswersTheCommandLinesClient) {
  ASSERT_TRUE(listen_unix());
  const auto local =
      request({socket_path_, {}, 0}, Method::kPost, "/a", "{}", "application/json", 20s);
  ASSERT_TRUE(local) << local.error().message;
  EXPECT_EQ(local->status, 200);
  EXPECT_EQ(local->body, "local local {}");
  const auto remote = request({{}, "127.0.0.1", server_.port()}, Method::kGet, "/", {}, {}, 20s);
  ASSERT_TRUE(remote) << remote.error().message;
  EXPECT_EQ(remote->body, "127.0.0.1 remote ");
}

TEST_F(HttpListen, TellsTheCommandLineThatNobodyAnswers) {
  const auto answer = request({socket_path_, {}, 0}, Method::kGet, "/", {}, {}, 20s);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kNotFound);
}

TEST(HttpLoops, ServeConnectionsOnEachOfTwoLoops) {
  test::FunctionDispatcher dispatcher([](Request&) -> Task<Response> {
    const auto id = std::hash<std::thread::id>{}(std::this_thread::get_id());
    co_return Response::text(200, std::to_string(id));
  });
  RunningServer server(dispatcher, test::quick_limits(), system_clock(), 2);
  std::set<std::string> threads;
  // The system spreads connections over the listening sockets by a hash of their ports.
  for (int count = 0; count < 500 && threads.size() < 2; ++count) {
    LoopbackClient client(server.port());
    const auto first = client.get("/");
    const auto second = client.get("/");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->body, second->body);  // a connection stays on its loop
    threads.insert(first->body);
  }
  EXPECT_EQ(threads.size(), 2U);
}

TEST(ConnectionCounts, LimitsAnAddressAndANetworkButNotLoopback) {
  const auto counts = std::make_shared<ConnectionCounts>(100, 2);
  const auto address = [](const char* text) {
    return boost::asio::ip::make_address(text);
  };
  const auto v4 = address("192.0.2.1");
  auto first = counts->admit(&v4);
  {
    const auto second = counts->admit(&v4);
    EXPECT_TRUE(second);
    EXPECT_FALSE(counts->admit(&v4));
  }
  EXPECT_TRUE(counts->admit(&v4));  // a place was given back
  const auto other = address("192.0.2.2");
  EXPECT_TRUE(counts->admit(&other));
  const auto v6 = address("2001:db8::1");
  const auto neighbour = address("2001:db8::ffff:1");
  const auto one = counts->admit(&v6);
  const auto two = counts->admit(&neighbour);
  EXPECT_FALSE(counts->admit(&v6));
  const auto loopback = address("::1");
  const auto a = counts->admit(&loopback);
  const auto b = counts->admit(&loopback);
  const auto c = counts->admit(&loopback);
  EXPECT_TRUE(a && b && c);
  EXPECT_EQ(counts->open(), 6U);
}

}  // namespace
}  // namespace noded::http
