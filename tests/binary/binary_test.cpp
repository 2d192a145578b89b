#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace noded {
namespace {

using test::SpawnedProgram;
using testing::HasSubstr;
using Strings = std::vector<std::string>;

class Binary : public testing::Test {
 protected:
  std::string data() const { return (directory_.path() / "data").string(); }

  Strings words(Strings more) const {
    Strings out{NODED_BINARY};
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  Strings on_data(Strings more) const {
    more.insert(more.end(), {"--data", data()});
    return words(std::move(more));
  }
  Strings serving(Strings more = {}) const {
    more.insert(more.begin(), {"--role=n1", "--listen", "127.0.0.1:0"});
    return on_data(std::move(more));
  }

  // The port, once the node serves.
  static std::uint16_t port_of(SpawnedProgram& node) {
    const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
    EXPECT_FALSE(port.empty()) << node.errors();
    return port.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoi(port));
  }

  test::TemporaryDirectory directory_;
};

TEST_F(Binary, RefusesAnUnknownFlagWithCodeTwo) {
  SpawnedProgram program(words({"--colour=blue"}));
  EXPECT_EQ(program.wait(), 2);
  EXPECT_THAT(program.errors(), HasSubstr("--colour"));
}

TEST_F(Binary, RefusesAnUnknownVariableNamingTheNearest) {
  SpawnedProgram program(serving(), "", {"NODED_HTTP_MAX_BDY=1MiB"});
  EXPECT_EQ(program.wait(), 2);
  EXPECT_THAT(
      program.errors(),
      HasSubstr("NODED_HTTP_MAX_BDY: unknown variable; did you mean NODED_HTTP_MAX_BODY?")
  );
}

TEST_F(Binary, SaysItsVersion) {
  SpawnedProgram program(words({"version"}));
  EXPECT_EQ(program.wait(), 0);
  EXPECT_THAT(program.output(), testing::StartsWith("noded "));
}

TEST_F(Binary, TellsByItsExitCodeWhetherItRuns) {
  SpawnedProgram before(on_data({"health"}));
  EXPECT_EQ(before.wait(), 3);

  SpawnedProgram node(serving());
  port_of(node);
  SpawnedProgram health(on_data({"health"}));
  EXPECT_EQ(health.wait(), 0);
  EXPECT_EQ(health.output(), "{\"ready\":true}\n");
  SpawnedProgram status(on_data({"status"}));
  EXPECT_EQ(status.wait(), 0);
  EXPECT_THAT(status.output(), HasSubstr("durability synced"));

  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
  SpawnedProgram after(on_data({"status"}));
  EXPECT_EQ(after.wait(), 3);
}

TEST_F(Binary, RefusesADirectoryThatAnotherNodeUses) {
  SpawnedProgram node(serving());
  port_of(node);
  SpawnedProgram second(serving());
  EXPECT_EQ(second.wait(), 1);
  EXPECT_THAT(second.errors(), HasSubstr(data()));
}

TEST_F(Binary, CreatesAUserWhetherTheNodeRunsOrNot) {
  SpawnedProgram offline(
      on_data({"user", "create", "first@example.com", "--role", "admin", "--password-stdin"}),
      "a long secret\n"
  );
  EXPECT_EQ(offline.wait(), 0) << offline.errors();

  SpawnedProgram node(serving());
  port_of(node);
  SpawnedProgram online(
      on_data({"user", "create", "second@example.com", "--role", "admin", "--password-stdin"}),
      "a long secret\n"
  );
  EXPECT_EQ(online.wait(), 0) << online.errors();
  SpawnedProgram list(on_data({"user", "list"}));
  EXPECT_EQ(list.wait(), 0) << list.errors();
  EXPECT_THAT(list.output(), HasSubstr("first@example.com"));
  EXPECT_THAT(list.output(), HasSubstr("second@example.com"));
  node.signal(SIGTERM);
  node.wait();
  EXPECT_THAT(node.errors(), testing::Not(HasSubstr("a long secret")));
}

TEST_F(Binary, AnswersARequestInFlightBeforeItStops) {
  SpawnedProgram node(serving());
  test::LoopbackClient client(port_of(node));
  // The head is there and the body is not: the request is in flight for as long as this test wants.
  client.send(
      "POST /api/auth/password/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/json\r\nContent-Length: 2\r\nExpect: "
      "100-continue\r\n\r\n"
  );
  const auto interim = client.read_answer();
  ASSERT_TRUE(interim.has_value());
  ASSERT_EQ(interim->status, 100);
  node.signal(SIGTERM);
  ASSERT_TRUE(node.wait_for_error_text("\"event\":\"stopping\""));
  const auto answer = client.ask("{}");
  ASSERT_TRUE(answer.has_value());
  EXPECT_GE(answer->status, 400);
  EXPECT_LT(answer->status, 500);
  EXPECT_EQ(node.wait(), 0);
}

TEST_F(Binary, StopsAtOnceOnASecondSignal) {
  SpawnedProgram node(serving());
  test::LoopbackClient client(port_of(node));
  client.send(
      "POST /api/auth/password/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/json\r\nContent-Length: 2\r\nExpect: "
      "100-continue\r\n\r\n"
  );
  ASSERT_EQ(client.read_answer()->status, 100);
  node.signal(SIGTERM);
  ASSERT_TRUE(node.wait_for_error_text("\"event\":\"stopping\""));
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 130);
}

}  // namespace
}  // namespace noded
