// Accounts that an operator shuts and opens, as a person meets them: the binary, its command line
// and its routes.
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace noded {
namespace {

using test::LoopbackClient;
using test::RawAnswer;
using test::SpawnedProgram;
using testing::HasSubstr;
using testing::Not;
using Strings = std::vector<std::string>;

constexpr const char* kApplication = R"({
  "data": {"entities": {"notes": {"fields": {"title": {"type": "text"}}}}},
  "auth": {"enabled": true, "guard": {"enabled": true}, "roles": {
    "admin": {"implicit_allow": true},
    "member": {"permissions": ["system.access.api", "data.entity.read"]},
    "guest": {"is_default": true, "permissions": []}}}})";

class AccountsBinary : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(directory_.path() / "app.json") << kApplication;
    make("boss@example.com", "admin");
    make("ann@example.com", "member");
  }
  void make(const std::string& email, const std::string& role) {
    const std::string app = (directory_.path() / "app.json").string();
    const auto made = noded(
        {"user", "create", email, "--role", role, "--password-stdin", "--app", app},
        "a long secret\n"
    );
    ASSERT_EQ(made.code, 0) << made.errors;
  }

  struct Outcome {
    int code;
    std::string output;
    std::string errors;
  };
  Strings command(Strings more) const {
    more.insert(more.begin(), NODED_BINARY);
    more.insert(more.end(), {"--data", (directory_.path() / "data").string()});
    return more;
  }
  Outcome noded(Strings arguments, const std::string& input = {}) {
    SpawnedProgram program(command(std::move(arguments)), input);
    const int code = program.wait();
    return {code, program.output(), program.errors()};
  }
  Strings serving() const { return command({"--listen", "127.0.0.1:0"}); }
  void use(SpawnedProgram& node) {
    const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
    ASSERT_FALSE(port.empty()) << node.errors();
    port_ = static_cast<std::uint16_t>(std::stoi(port));
  }
  RawAnswer ask(const std::string& line, const std::string& fields, const std::string& body = {}) {
    LoopbackClient client(port_);
    auto answer = client.ask(
        line + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + fields +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body
    );
    return answer ? std::move(*answer) : RawAnswer{};
  }
  RawAnswer log_in(const std::string& email) {
    return ask(
        "POST /api/auth/password/login",
        {},
        R"({"email":")" + email + R"(","password":"a long secret"})"
    );
  }
  // The field of a request as that account.
  std::string as(const std::string& email) {
    const RawAnswer answer = log_in(email);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::size_t begin = answer.body.find("\"token\":\"") + 9;
    return "Authorization: Bearer " +
           answer.body.substr(begin, answer.body.find('"', begin) - begin) + "\r\n";
  }
  int read_notes(const std::string& fields) {
    return ask("GET /api/data/entity/notes", fields).status;
  }

  test::TemporaryDirectory directory_;
  std::uint16_t port_ = 0;
};

TEST_F(AccountsBinary, AreShutAndOpenedWhileTheNodeServesAndOverARestart) {
  std::string ann;
  {
    SpawnedProgram node(serving());
    use(node);
    ann = as("ann@example.com");
    EXPECT_EQ(read_notes(ann), 200);
    const Outcome disabled = noded({"user", "disable", "ann@example.com"});
    EXPECT_EQ(disabled.output, "ann@example.com is disabled\n") << disabled.errors;
    EXPECT_EQ(read_notes(ann), 403);
    EXPECT_EQ(log_in("ann@example.com").status, 401);
    EXPECT_THAT(noded({"user", "list"}).output, HasSubstr("password disabled"));
    node.signal(SIGKILL);
    node.wait();
  }
  SpawnedProgram node(serving());
  use(node);
  EXPECT_EQ(log_in("ann@example.com").status, 401);
  EXPECT_EQ(noded({"user", "enable", "ann@example.com"}).code, 0);
  EXPECT_EQ(read_notes(ann), 403) << "what had ended stays ended";
  EXPECT_EQ(read_notes(as("ann@example.com")), 200);
  EXPECT_EQ(noded({"user", "unlock", "nobody@example.com"}).code, 1);
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
  EXPECT_EQ(noded({"doctor"}).code, 0);
}

TEST_F(AccountsBinary, KeepTheLastWhoAdministrates) {
  for (const Strings& change :
       {Strings{"user", "disable", "boss@example.com"},
        Strings{"user", "set-role", "boss@example.com", "member"}}) {
    const Outcome refused = noded(change);
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.errors, HasSubstr("nobody else may administrate"));
  }
  SpawnedProgram node(serving());
  use(node);
  const std::string boss = as("boss@example.com");
  EXPECT_EQ(ask("PATCH /api/data/entity/users/1", boss, R"({"role":"member"})").status, 409);
  EXPECT_EQ(ask("DELETE /api/data/entity/users/1", boss).status, 409);
  EXPECT_EQ(ask("POST /api/admin/users/1/disable", boss).status, 409);
}

TEST_F(AccountsBinary, LoseTheirTokensWithARoleOrARowThatWasTakenOverTheDataRoutes) {
  SpawnedProgram node(serving());
  use(node);
  const std::string boss = as("boss@example.com");
  const std::string ann = as("ann@example.com");
  const RawAnswer changed = ask("PATCH /api/data/entity/users/2", boss, R"({"role":"guest"})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(ask("GET /api/check", ann).status, 401);
  const std::string again = as("ann@example.com");
  EXPECT_EQ(ask("GET /api/check", again).status, 200);
  EXPECT_EQ(ask("DELETE /api/data/entity/users/2", boss).status, 200);
  EXPECT_EQ(ask("GET /api/check", again).status, 401);
  const RawAnswer told = ask("GET /api/admin/audit?action=user", boss);
  EXPECT_THAT(
      told.body,
      HasSubstr(R"("actor":"user 1","actor_ip":"127.0.0.1","action":"user.role","target":"user 2")")
  );
  EXPECT_THAT(told.body, HasSubstr(R"("action":"user.delete","target":"user 2")"));
}

TEST_F(AccountsBinary, HaveApiKeysOfTheCommandLineThatTheNodeTakes) {
  const Outcome made = noded(
      {"key",
       "create",
       "ann@example.com",
       "a report",
       "--permission",
       "system.access.api",
       "--permission",
       "data.entity.read"}
  );
  ASSERT_EQ(made.code, 0) << made.errors;
  const std::string text = made.output.substr(0, made.output.find('\n'));
  const std::string id = text.substr(3, 12);
  const std::string key = "X-API-Key: " + text + "\r\n";
  SpawnedProgram node(serving());
  use(node);
  EXPECT_EQ(read_notes(key), 200);
  EXPECT_EQ(ask("POST /api/data/entity/notes", key, R"({"title":"x"})").status, 403);
  EXPECT_EQ(ask("GET /api/data/entity/notes", key + key).status, 400);
  EXPECT_EQ(read_notes(key + "Authorization: Bearer x\r\n"), 400);
  EXPECT_THAT(noded({"key", "list", "ann@example.com"}).output, HasSubstr(id));
  const Outcome rotated = noded({"key", "rotate", id, "--overlap", "0"});
  ASSERT_EQ(rotated.code, 0) << rotated.errors;
  EXPECT_EQ(read_notes(key), 401);
  const std::string next =
      "X-API-Key: " + rotated.output.substr(0, rotated.output.find('\n')) + "\r\n";
  EXPECT_EQ(read_notes(next), 200);
  EXPECT_EQ(noded({"key", "revoke", id}).output, "revoked " + id + "\n");
  EXPECT_EQ(read_notes(next), 401);
  EXPECT_THAT(node.errors() + node.output(), Not(HasSubstr(text.substr(16))));
}

TEST_F(AccountsBinary, GetRolesThatAreMadeChangedAndRemovedOverHttp) {
  SpawnedProgram node(serving());
  use(node);
  const std::string boss = as("boss@example.com");
  const RawAnswer made =
      ask("POST /api/admin/roles", boss, R"({"name":"reader","permissions":["data.entity.read"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(ask("PUT /api/admin/users/2/role", boss, R"({"role":"reader"})").status, 200);
  const RawAnswer used = ask("DELETE /api/admin/roles/reader", boss);
  EXPECT_EQ(used.status, 409);
  EXPECT_THAT(used.body, HasSubstr("\"count\":1"));
  const std::string ann = as("ann@example.com");
  EXPECT_EQ(read_notes(ann), 403) << "without system.access.api";
  const RawAnswer changed =
      ask("PUT /api/admin/roles/reader",
          boss,
          R"({"permissions":["system.access.api","data.entity.read"]})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(read_notes(ann), 200);
  EXPECT_EQ(
      ask("PUT /api/admin/roles/admin", boss, R"({"permissions":["system.info"]})").status, 409
  );
  EXPECT_EQ(ask("PUT /api/admin/users/2/role", boss, R"({"role":"member"})").status, 200);
  EXPECT_EQ(ask("DELETE /api/admin/roles/reader", boss).status, 204);
  const RawAnswer told = ask("GET /api/admin/audit?action=configuration.change", boss);
  std::size_t entries = 0;
  for (std::size_t at = told.body.find("\"seq\""); at != std::string::npos;
       at = told.body.find("\"seq\"", at + 1))
    ++entries;
  EXPECT_EQ(entries, 3U) << told.body;
}

// The node was told on its command line where to listen, which the command does not know.
TEST_F(AccountsBinary, GetALinkToTheNodeThatRuns) {
  const std::string before = "http://127.0.0.1:";
  SpawnedProgram node(serving());
  use(node);
  const Outcome made = noded({"user", "recovery-link", "ann@example.com"});
  ASSERT_EQ(made.code, 0) << made.errors;
  EXPECT_THAT(
      made.output, testing::StartsWith(before + std::to_string(port_) + "/auth/recover?token=")
  );
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
  const Outcome later =
      noded({"user", "recovery-link", "ann@example.com", "--set", "listen=127.0.0.1:4711"});
  ASSERT_EQ(later.code, 0) << later.errors;
  EXPECT_THAT(later.output, testing::StartsWith(before + "4711/auth/recover?token="));
}

}  // namespace
}  // namespace noded
