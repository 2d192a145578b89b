// The real binary as a service manager runs it: readiness, reload, watchdog, passed sockets.
#include "support/loopback_client.hpp"
#include "support/notify_listener.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace noded {
namespace {

using test::SpawnedProgram;
using testing::HasSubstr;
using testing::StartsWith;
using Strings = std::vector<std::string>;

// A socket that listens on a loopback port, as a manager would pass it.
class PassedListener {
 public:
  PassedListener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(socket_, 16), 0);
    socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  PassedListener(const PassedListener&) = delete;
  PassedListener& operator=(const PassedListener&) = delete;
  ~PassedListener() { ::close(socket_); }

  std::uint16_t port() const { return port_; }

  // Runs `words` with the socket as descriptor 3.
  Strings passing_to(Strings words) const {
    Strings out{
        "/bin/bash",
        "-c",
        "exec 3<&$0; export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=http; exec \"$@\"",
        std::to_string(socket_)
    };
    out.insert(out.end(), words.begin(), words.end());
    return out;
  }

 private:
  int socket_ = ::socket(AF_INET, SOCK_STREAM, 0);  // which children inherit
  std::uint16_t port_ = 0;
};

class Service : public testing::Test {
 protected:
  void configure(std::string_view text) const { std::ofstream(file()) << text; }
  std::string file() const { return (directory_.path() / "noded.yaml").string(); }
  std::string data() const { return (directory_.path() / "data").string(); }

  Strings words(Strings more) const {
    more.insert(more.begin(), NODED_BINARY);
    more.insert(more.end(), {"--data", data(), "--config", file()});
    return more;
  }
  // Of /livez, asked for as a host's.
  static int status_for(const std::string& host, const std::string& port) {
    test::LoopbackClient client(static_cast<std::uint16_t>(std::stoi(port)));
    client.send("GET /livez HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return client.read_answer()->status;
  }
  Strings environment() const { return {"NOTIFY_SOCKET=" + manager_.address()}; }

  test::TemporaryDirectory directory_;
  test::NotifyListener manager_{(directory_.path() / "notify").string()};
};

constexpr std::string_view kQuiet = "listen: 127.0.0.1:0\nhttp:\n  access_log: false\n";

TEST_F(Service, TellsItsManagerWhenItServesAndWhenItStops) {
  configure(kQuiet);
  SpawnedProgram node(words({"run"}), "", environment());
  EXPECT_THAT(
      manager_.wait_for("READY=1"), StartsWith("READY=1\nSTATUS=serving http://127.0.0.1:")
  );
  node.signal(SIGTERM);
  EXPECT_THAT(manager_.wait_for("STOPPING=1"), HasSubstr("STATUS="));
  EXPECT_EQ(node.wait(), 0);
}

TEST_F(Service, FeedsTheWatchdogOfItsManager) {
  configure(kQuiet);
  Strings variables = environment();
  variables.emplace_back("WATCHDOG_USEC=20000");
  SpawnedProgram node(words({"run"}), "", variables);
  manager_.wait_for("READY=1");
  EXPECT_EQ(manager_.heard(), "WATCHDOG=1");
  EXPECT_EQ(manager_.heard(), "WATCHDOG=1");
}

TEST_F(Service, AppliesAndNamesWhatHasChanged) {
  configure(kQuiet);
  SpawnedProgram node(words({"run"}), "", environment());
  manager_.wait_for("READY=1");
  configure("listen: 127.0.0.1:0\nhttp:\n  access_log: true\n  hosts: [node.example]\n");
  SpawnedProgram reload(words({"reload"}));
  EXPECT_EQ(reload.wait(), 0) << reload.errors();
  EXPECT_EQ(reload.output(), "reloaded: http.hosts\nreloaded: http.access_log\n");
  EXPECT_THAT(manager_.wait_for("RELOADING=1"), HasSubstr("\nMONOTONIC_USEC="));
  EXPECT_THAT(manager_.heard(), StartsWith("READY=1"));
  SpawnedProgram health(words({"health"}));
  EXPECT_EQ(health.wait(), 0);
  EXPECT_TRUE(node.wait_for_error_text("\"path\":\"/readyz\""));
}

TEST_F(Service, ReloadsNothingWhenAnOptionNeedsARestart) {
  configure(kQuiet);
  SpawnedProgram node(words({"run"}), "", environment());
  const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
  manager_.wait_for("READY=1");
  configure(
      "listen: 127.0.0.1:0\nhttp:\n  access_log: false\n  hosts: [node.example]\n"
      "runtime:\n  loops: 2\n"
  );
  SpawnedProgram reload(words({"reload"}));
  EXPECT_EQ(reload.wait(), 2);
  EXPECT_THAT(
      reload.errors(), HasSubstr("noded.yaml:6: runtime.loops has changed, which needs a restart")
  );
  EXPECT_EQ(status_for("node.example", port), 421);
  configure("listen: 127.0.0.1:0\nhttp:\n  access_log: false\n  hosts: [node.example]\n");
  SpawnedProgram again(words({"reload"}));
  EXPECT_EQ(again.wait(), 0);
  EXPECT_EQ(again.output(), "reloaded: http.hosts\n");
  EXPECT_EQ(status_for("node.example", port), 200);
}

TEST_F(Service, GivesRequestsInFlightTheTimeThatWasReloaded) {
  const std::string patient = "listen: 127.0.0.1:0\nhttp:\n  deadline: 1h\n  body_rate: 0\n";
  configure(patient + "runtime:\n  drain: 10min\n");
  SpawnedProgram node(words({"run"}), "", environment());
  const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
  manager_.wait_for("READY=1");
  test::LoopbackClient client(static_cast<std::uint16_t>(std::stoi(port)));
  client.send(
      "POST /api/auth/password/login HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
  );
  configure(patient + "runtime:\n  drain: 0s\n");
  SpawnedProgram reload(words({"reload"}));
  EXPECT_EQ(reload.wait(), 0) << reload.errors();
  EXPECT_EQ(reload.output(), "reloaded: runtime.drain\n");
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
}

TEST_F(Service, ReloadsOnHangup) {
  configure(kQuiet);
  SpawnedProgram node(words({"run"}), "", environment());
  manager_.wait_for("READY=1");
  configure("listen: 127.0.0.1:0\nhttp:\n  access_log: false\n  max_body: 2KiB\n");
  node.signal(SIGHUP);
  EXPECT_TRUE(node.wait_for_error_text("\"applied\":[\"http.max_body\"]"));
}

TEST_F(Service, ReloadsNothingFromAFileWithMistakes) {
  configure(kQuiet);
  SpawnedProgram node(words({"run"}), "", environment());
  manager_.wait_for("READY=1");
  configure("log:\n  level: debug\nhttp:\n  max_bdy: 2KiB\nruntime:\n  loops: many\n");
  node.signal(SIGHUP);
  ASSERT_TRUE(node.wait_for_error_text("reload refused"));
  EXPECT_THAT(node.errors(), HasSubstr("noded.yaml:4:3: unknown option http.max_bdy"));
  EXPECT_THAT(node.errors(), HasSubstr("noded.yaml:6:10: runtime.loops"));
  SpawnedProgram reload(words({"reload"}));
  EXPECT_EQ(reload.wait(), 2);
  EXPECT_THAT(reload.errors(), HasSubstr("noded.yaml:4:3"));
  configure(kQuiet);
  SpawnedProgram again(words({"reload"}));
  EXPECT_EQ(again.wait(), 0);
  EXPECT_EQ(again.output(), "reloaded: nothing has changed\n");
}

TEST_F(Service, CannotReloadWhatDoesNotRun) {
  configure(kQuiet);
  SpawnedProgram reload(words({"reload"}));
  EXPECT_EQ(reload.wait(), 3);
}

TEST_F(Service, ServesThePassedSocketWhenNoAddressIsSet) {
  configure("http:\n  access_log: false\n");
  const PassedListener listener;
  test::LoopbackClient early(listener.port());  // comes before the node
  early.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  SpawnedProgram node(listener.passing_to(words({"run"})));
  EXPECT_EQ(early.read_answer()->status, 200);
  EXPECT_EQ(node.wait_for_line("listening on http://127.0.0.1:"), std::to_string(listener.port()));
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);

  test::LoopbackClient between(listener.port());  // waits in the socket's queue
  between.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
  SpawnedProgram next(listener.passing_to(words({"run", "--listen", "fd:http"})));
  EXPECT_EQ(between.read_answer()->status, 200);
}

TEST_F(Service, ServesAPassedSocketFromEveryLoop) {
  configure("runtime:\n  loops: 3\n");
  const PassedListener listener;
  SpawnedProgram node(listener.passing_to(words({"run"})));
  EXPECT_EQ(node.wait_for_line("listening on http://127.0.0.1:"), std::to_string(listener.port()));
  for (int i = 0; i < 12; ++i) {
    test::LoopbackClient client(listener.port());
    EXPECT_EQ(client.get("/livez")->status, 200);
  }
}

TEST_F(Service, RefusesASocketThatWasNotPassed) {
  configure("listen: fd:admin\n");
  const PassedListener listener;
  SpawnedProgram node(listener.passing_to(words({"run"})));
  EXPECT_EQ(node.wait(), 2);
  EXPECT_THAT(
      node.errors(), HasSubstr("no socket with the name admin was passed; passed were: http")
  );
}

TEST_F(Service, TakesAConfigurationThatMayBeMissing) {
  SpawnedProgram missing({NODED_BINARY, "config", "print"}, "", {"NODED_CONFIG=-" + file()});
  EXPECT_EQ(missing.wait(), 0) << missing.errors();
  configure("data_dir: /elsewhere\n");
  SpawnedProgram there({NODED_BINARY, "config", "print"}, "", {"NODED_CONFIG=-" + file()});
  EXPECT_EQ(there.wait(), 0) << there.errors();
  EXPECT_THAT(there.output(), HasSubstr("/elsewhere"));
}

}  // namespace
}  // namespace noded
