// The audit chain of a node, with the real binary: what it says of acts, and of a store that
// somebody touched.
#include "binary/stored_record.hpp"
#include "repository/audit/audit_entry.hpp"
#include "repository/database/keys.hpp"
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace noded {
namespace {

using test::SpawnedProgram;
using testing::HasSubstr;
using testing::Not;
using Strings = std::vector<std::string>;

struct Ended {
  int code;
  std::string output;
  std::string errors;
};

class AuditCommand : public testing::Test {
 protected:
  std::string data() const { return (directory_.path() / "data").string(); }
  Ended run(Strings words, const std::string& input = {}) const {
    words.insert(words.begin(), NODED_BINARY);
    words.insert(words.end(), {"--data", data()});
    SpawnedProgram program(std::move(words), input);
    const int code = program.wait();
    return {code, program.output(), program.errors()};
  }
  void make_users() const {
    const Strings create{"user", "create", "me@example.com", "--password-stdin"};
    ASSERT_EQ(run(create, "a long secret\n").code, 0);
    const Strings password{"user", "set-password", "me@example.com", "--password-stdin"};
    ASSERT_EQ(run(password, "another long secret\n").code, 0);
    ASSERT_EQ(run({"user", "set-role", "me@example.com", "guest"}).code, 0);
  }
  // Rewrites what is stored of that entry.
  void tamper(std::uint64_t number, const std::function<void(std::string&)>& change) const {
    std::string key = database::keys::prefix(1, database::keys::Space::kAuditEntry);
    for (std::size_t i = 8; i-- > 0;)
      key.push_back(static_cast<char>(number >> (8 * i) & 0xff));
    test::rewrite_record(directory_.path() / "data" / "store", key, change);
  }

  test::TemporaryDirectory directory_;
};

TEST_F(AuditCommand, TellsWhoDidWhatAndNoSecret) {
  make_users();
  const Ended listed = run({"audit", "list"});
  EXPECT_EQ(listed.code, 0) << listed.errors;
  for (const char* part :
       {"operator (local)",
        "user.create",
        "user.password",
        "user.role",
        "user 1",
        R"("after":"guest")",
        "configuration.begin"})
    EXPECT_THAT(listed.output, HasSubstr(part));
  EXPECT_THAT(listed.output, Not(HasSubstr("long secret")));
  EXPECT_THAT(listed.output, Not(HasSubstr("argon2")));
  const Ended some = run({"audit", "list", "--action", "user.role", "--json"});
  EXPECT_THAT(some.output, HasSubstr(R"("action":"user.role")"));
  EXPECT_THAT(some.output, Not(HasSubstr("user.create")));
  const Ended whole = run({"audit", "verify"});
  EXPECT_EQ(whole.code, 0) << whole.output;
  EXPECT_THAT(whole.output, HasSubstr("The audit chain is whole: 4 entries"));
  const Ended none = run({"audit", "verify", "--to", "2001-01-01"});
  EXPECT_THAT(none.output, HasSubstr("The audit chain is whole in that time: 0 entries"));
}

TEST_F(AuditCommand, FindsAFlippedByte) {
  make_users();
  tamper(2, [](std::string& bytes) {
    const std::size_t at = bytes.find("operator");
    ASSERT_NE(at, std::string::npos);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
  });
  const Ended broken = run({"audit", "verify"});
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.output, HasSubstr("The audit chain is broken at entry 2: it was changed."));
}

TEST_F(AuditCommand, FindsAnEntryThatWasForgedWithARightHash) {
  make_users();
  tamper(2, [](std::string& bytes) {
    auto entry = audit::decode(bytes).value();
    entry.act.actor = "user 7";
    bytes = audit::encode(entry);
  });
  const Ended broken = run({"audit", "verify", "--json"});
  EXPECT_EQ(broken.code, 1);
  EXPECT_THAT(broken.output, HasSubstr(R"("ok":false,"entries":2,"broken":3)"));
}

TEST_F(AuditCommand, KeepsAStormOfWrongPasswordsSmall) {
  make_users();
  SpawnedProgram node({NODED_BINARY, "--listen", "127.0.0.1:0", "--data", data()});
  const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
  ASSERT_FALSE(port.empty()) << node.errors();
  test::LoopbackClient client(static_cast<std::uint16_t>(std::stoi(port)));
  const auto log_in = [&client](const std::string& email) {
    const std::string body = R"({"email":")" + email + R"(","password":"a wrong one"})";
    const auto answer = client.ask(
        "POST /api/auth/password/login HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body
    );
    return answer ? answer->status : 0;
  };
  constexpr int kAttempts = 12;
  for (int i = 0; i < kAttempts; ++i)
    EXPECT_GE(log_in(i % 2 == 0 ? "me@example.com" : "hunter2@example.com"), 400);
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
  const Ended listed = run({"audit", "list", "--action", "login"});
  EXPECT_THAT(listed.output, HasSubstr("refused"));
  EXPECT_THAT(listed.output, HasSubstr("several attempts"));
  EXPECT_THAT(listed.output, HasSubstr("unknown account"));
  EXPECT_THAT(listed.output, Not(HasSubstr("hunter2"))) << "it may have been a password";
  EXPECT_LT(std::count(listed.output.begin(), listed.output.end(), '\n'), kAttempts / 2);
  EXPECT_EQ(run({"audit", "verify"}).code, 0);
}

}  // namespace
}  // namespace noded
