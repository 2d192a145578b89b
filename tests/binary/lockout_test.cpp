// That nothing locks everybody out, as an operator meets it: the last who administrates stays,
// whatever the way; and a stored configuration that cannot be put in force is mended by commands.
#include "repository/database/keys.hpp"
#include "stored_record.hpp"
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace noded {
namespace {

using test::LoopbackClient;
using test::RawAnswer;
using test::SpawnedProgram;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Strings = std::vector<std::string>;

constexpr const char* kApplication = R"({
  "data": {"entities": {"notes": {"fields": {"title": {"type": "text"}}}}},
  "auth": {"enabled": true, "guard": {"enabled": true}, "roles": {
    "admin": {"implicit_allow": true},
    "member": {"permissions": [{"permission": "system.access.api"}, {"permission": "data.entity.read", "policies": [
      {"effect": "filter", "condition": {"entity": "notes"}, "filter": {"title": "@user.email"}}]}]},
    "guest": {"is_default": true, "permissions": []}}}})";
// Its roles without one that administrates.
constexpr const char* kNobody = R"({"auth": {"enabled": true, "guard": {"enabled": true}, "roles": {
    "admin": {"permissions": ["system.info"]}, "member": {"permissions": ["system.access.api"]},
    "guest": {"is_default": true, "permissions": []}}}})";

class Lockout : public testing::Test {
 protected:
  struct Outcome {
    int code;
    std::string output;
    std::string errors;
  };

  void SetUp() override {
    write("app.json", kApplication);
    write("nobody.json", kNobody);
    for (const auto& [email, role] :
         {std::pair("boss@example.com", "admin"), std::pair("ann@example.com", "member")}) {
      const auto made = noded(
          {"user", "create", email, "--role", role, "--password-stdin", "--app", path("app.json")},
          "a long secret\n"
      );
      ASSERT_EQ(made.code, 0) << made.errors;
    }
  }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream stream(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  Strings command(Strings more) const {
    more.insert(more.begin(), NODED_BINARY);
    more.insert(more.end(), {"--data", path("data")});
    return more;
  }
  Outcome noded(Strings arguments, const std::string& input = {}) const {
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
  RawAnswer ask(const std::string& line, const std::string& fields, const std::string& body = {})
      const {
    LoopbackClient client(port_);
    auto answer = client.ask(
        line + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + fields +
        "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body
    );
    return answer ? std::move(*answer) : RawAnswer{};
  }
  std::string as(const std::string& email) const {
    const RawAnswer answer =
        ask("POST /api/auth/password/login",
            {},
            R"({"email":")" + email + R"(","password":"a long secret"})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::size_t begin = answer.body.find("\"token\":\"") + 9;
    return "Authorization: Bearer " +
           answer.body.substr(begin, answer.body.find('"', begin) - begin) + "\r\n";
  }
  // As another version of the program would have stored it.
  void rewrite_configuration(const std::string& from, const std::string& to) const {
    const auto change = [&](std::string& text) {
      const std::size_t at = text.find(from);
      ASSERT_NE(at, std::string::npos) << text;
      text.replace(at, from.size(), to);
    };
    test::rewrite_record(
        directory_.path() / "data" / "store", database::keys::meta(1, "configuration"), change
    );
  }

  test::TemporaryDirectory directory_;
  std::uint16_t port_ = 0;
};

TEST_F(Lockout, IsRefusedWhereTheConfigurationIsChangedOverHttp) {
  SpawnedProgram node(serving());
  use(node);
  const std::string boss = as("boss@example.com");
  const std::string few = R"({"permissions":["system.info"]})";
  for (const auto& [line, body] :
       {std::pair<std::string, std::string>{
            "PUT /api/system/config/overwrite/auth/roles.admin", few
        },
        {"PATCH /api/system/config/patch/auth/roles.admin", R"({"implicit_allow":false})"},
        {"DELETE /api/system/config/remove/auth/roles.admin", ""},
        {"POST /api/system/config/set/auth?force=true", R"({"roles":{"guest":{"is_default":true}}})"
        },
        {"PATCH /api/system/config/patch/auth/roles.admin",
         R"({"permissions":[{"permission":"roles.manage","policies":[{"effect":"deny"}]},
             {"permission":"system.config.write","effect":"deny"}]})"},
        {"POST /api/system/config/set/auth", R"({"enabled":false})"}}) {
    const RawAnswer refused = ask(line, boss, body);
    EXPECT_EQ(refused.status, 409) << line << refused.body;
    EXPECT_THAT(
        refused.body, AllOf(HasSubstr("\"success\":false"), HasSubstr("nobody could administrate"))
    );
  }
  EXPECT_EQ(ask("PUT /api/admin/roles/admin", boss, few).status, 409);
  // What somebody else may do is the application's business.
  EXPECT_EQ(ask("PUT /api/system/config/overwrite/auth/roles.member", boss, few).status, 202);
  EXPECT_EQ(ask("PUT /api/admin/users/2/role", boss, R"({"role":"admin"})").status, 200);
  EXPECT_EQ(ask("POST /api/admin/users/1/disable", as("ann@example.com")).status, 200);
  const RawAnswer still =
      ask("PUT /api/system/config/overwrite/auth/roles.admin", as("ann@example.com"), few);
  EXPECT_EQ(still.status, 409) << "who is disabled does not count either way" << still.body;
}

TEST_F(Lockout, IsRefusedWhereAWholeConfigurationIsApplied) {
  const Outcome planned = noded({"schema", "plan", "--app", path("nobody.json")});
  EXPECT_EQ(planned.code, 1);
  EXPECT_THAT(planned.output, HasSubstr("nobody could administrate"));
  const Outcome applied = noded({"schema", "apply", "--app", path("nobody.json")});
  EXPECT_EQ(applied.code, 1);
  EXPECT_THAT(applied.output, HasSubstr("nobody could administrate"));
  SpawnedProgram node(serving());
  use(node);
  EXPECT_EQ(ask("GET /api/admin/roles", as("boss@example.com")).status, 200);
}

TEST_F(Lockout, IsNoneWhereNobodyAdministratedBefore) {
  const Strings empty{"--data", path("empty")};
  Strings start{NODED_BINARY, "--listen", "127.0.0.1:0", "--app", path("app.json")};
  start.insert(start.end(), empty.begin(), empty.end());
  SpawnedProgram node(std::move(start));
  use(node);
  Strings apply{NODED_BINARY, "schema", "apply", "--app", path("nobody.json")};
  apply.insert(apply.end(), empty.begin(), empty.end());
  SpawnedProgram applied(std::move(apply));
  EXPECT_EQ(applied.wait(), 0) << applied.errors() << applied.output();
}

TEST_F(Lockout, IsRefusedWhereAccountsAreImportedAndTheRestFollowsThem) {
  ASSERT_EQ(noded({"export", path("out"), "--entity", "users"}).code, 0);
  SpawnedProgram node(serving());
  use(node);
  const std::string ann = as("ann@example.com");
  const std::string boss = as("boss@example.com");
  std::string lines = read("out/users.ndjson");
  const auto with_role = [&lines](const std::string& from, const std::string& to) {
    std::string changed = lines;
    const std::string role = R"("role":")" + from + "\"";
    const std::size_t at = changed.find(role);
    EXPECT_NE(at, std::string::npos) << changed;
    return changed.replace(at, role.size(), R"("role":")" + to + "\"");
  };
  write("demoted.ndjson", with_role("admin", "member"));
  const Outcome refused =
      noded({"import", path("demoted.ndjson"), "--entity", "users", "--on-conflict", "replace"});
  EXPECT_EQ(refused.code, 1) << refused.output;
  EXPECT_THAT(refused.errors, HasSubstr("nobody else may administrate"));
  EXPECT_EQ(ask("GET /api/check", ann).status, 200) << "nothing of the batch was taken";
  write("moved.ndjson", with_role("member", "guest"));
  const Outcome taken =
      noded({"import", path("moved.ndjson"), "--entity", "users", "--on-conflict", "replace"});
  EXPECT_EQ(taken.code, 0) << taken.errors;
  EXPECT_EQ(ask("GET /api/check", ann).status, 401) << "of another role now";
  EXPECT_EQ(ask("GET /api/check", boss).status, 200) << "as before";
  const Outcome audited = noded({"audit", "list"});
  EXPECT_THAT(audited.output, AllOf(HasSubstr("user.role"), HasSubstr("entity.import")));
  EXPECT_EQ(noded({"doctor"}).code, 0);
}

TEST_F(Lockout, ByAStoredConfigurationIsMendedWithTheCommandsThatTheStartNames) {
  rewrite_configuration("@user.email", "@user.nosuch");
  const Outcome refused = noded({"--listen", "127.0.0.1:0"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(
      refused.errors,
      AllOf(
          HasSubstr("auth.roles.member.permissions.1.policies.0.filter.title: the variable "
                    "\"@user.nosuch\" names nothing; there are @entity"),
          HasSubstr("noded schema print --data " + path("data") + " > application.json"),
          HasSubstr("noded schema apply --app application.json --data " + path("data"))
      )
  );
  EXPECT_THAT(noded({"doctor"}).output + noded({"user", "list"}).errors, HasSubstr("schema apply"));

  const Outcome printed = noded({"schema", "print"});
  ASSERT_EQ(printed.code, 0) << printed.errors;
  EXPECT_THAT(printed.output, AllOf(HasSubstr("@user.nosuch"), Not(HasSubstr("\"secret\""))));
  write("application.json", printed.output);
  const Outcome unchanged = noded({"schema", "apply", "--app", path("application.json")});
  EXPECT_EQ(unchanged.code, 1);
  EXPECT_THAT(unchanged.output, HasSubstr("@user.nosuch"));
  std::string mended = printed.output;
  mended.replace(mended.find("@user.nosuch"), std::string_view("@user.nosuch").size(), "@user.id");
  write("application.json", mended);
  EXPECT_EQ(noded({"schema", "plan", "--app", path("application.json")}).code, 4);
  const Outcome applied = noded({"schema", "apply", "--app", path("application.json")});
  ASSERT_EQ(applied.code, 0) << applied.errors;

  SpawnedProgram node(serving());
  use(node);
  EXPECT_EQ(ask("GET /api/data/entity/notes", as("ann@example.com")).status, 200);
  EXPECT_EQ(ask("GET /api/admin/roles", as("boss@example.com")).status, 200);
  EXPECT_THAT(noded({"schema", "print"}).output, HasSubstr("@user.id"));
}

TEST_F(Lockout, ByAStrategyWithoutItsClientIsMendedToo) {
  rewrite_configuration(
      R"("strategies":{)",
      R"("strategies":{"github":{"enabled":true,"type":"oauth","config":{"name":"github","type":"oauth2"}},)"
  );
  const Outcome refused = noded({"--listen", "127.0.0.1:0"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(
      refused.errors,
      AllOf(
          HasSubstr("auth.strategies.github.config.client.client_id is missing"),
          HasSubstr("noded schema print")
      )
  );
  const Outcome printed = noded({"schema", "print"});
  ASSERT_EQ(printed.code, 0) << printed.errors;
  std::string mended = printed.output;
  const std::string name = R"("name": "github")";
  ASSERT_NE(mended.find(name), std::string::npos) << mended;
  mended.replace(
      mended.find(name), name.size(), name + R"(,"client":{"client_id":"i","client_secret":"s"})"
  );
  write("application.json", mended);
  const Outcome applied = noded({"schema", "apply", "--app", path("application.json")});
  ASSERT_EQ(applied.code, 0) << applied.errors << applied.output;
  SpawnedProgram node(serving());
  use(node);
  EXPECT_THAT(ask("GET /api/auth/strategies", {}).body, HasSubstr("github"));
}

}  // namespace
}  // namespace noded
