// Every refusal of the node's own routes has one shape, that of docs/refusal.schema.json.
#include "codec/json.hpp"
#include "codec/json_schema.hpp"
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace noded {
namespace {

namespace json = boost::json;
using test::LoopbackClient;
using test::RawAnswer;
using test::SpawnedProgram;

constexpr const char* kApplication = R"({
  "auth": {"enabled": true, "guard": {"enabled": true}, "roles": {
    "admin": {"implicit_allow": true},
    "member": {"permissions": ["system.access.api"]},
    "guest": {"is_default": true, "permissions": []}}}})";

struct Asked {
  const char* method;
  const char* path;
  const char* body = nullptr;  // JSON unless `fields` says otherwise
  const char* fields = "";
};

// What nobody who is signed in, and what a member may not, or not so.
constexpr Asked kAnonymous[] = {
    {"GET", "/api/check"},
    {"POST", "/auth/api/login", "{"},
    {"POST", "/auth/api/login", "[]"},
    {"POST", "/auth/api/login", R"({"more":1})"},
    {"POST", "/auth/api/login", R"({"email":"no@example.com","password":"wrong"})"},
    {"POST", "/auth/api/login", "x", "Content-Type: text/plain\r\n"},
    {"POST", "/auth/api/mfa", R"({"token":"x","code":"1"})"},
    {"POST", "/auth/api/mfa", "{}"},
    {"POST", "/auth/api/refresh", R"({"refresh_token":"x"})"},
    {"POST", "/auth/api/refresh", R"({"token":1})"},
    {"POST", "/auth/api/password", R"({"current":"a","new":"b"})"},
    {"POST", "/auth/register", R"({"email":"x","password":"y"})"},
    {"GET", "/api/auth/mfa"},
    {"POST", "/api/auth/mfa/totp", "{}"},
    {"DELETE", "/api/auth/mfa/totp"},
    {"GET", "/api/users"},
    {"GET", "/api/users?limit=0"},
    {"POST", "/api/users", "{"},
    {"POST", "/api/users", R"({"email":"x","username":"a","password":"b"})"},
    {"GET", "/api/users/1"},
    {"PATCH", "/api/users/1", R"({"username":"somebody"})"},
    {"DELETE", "/api/users/1"},
    {"GET", "/api/admin/sessions"},
    {"DELETE", "/api/admin/sessions/x"},
    {"GET", "/api/admin/roles"},
    {"PUT", "/api/admin/users/1/role", R"({"role":"admin"})"},
    {"POST", "/api/admin/users/1/disable", "{}"},
    {"POST", "/api/admin/access/explain", "{}"},
    {"GET", "/api/admin/audit"},
    {"GET", "/api/admin/audit/verify"},
};

// What the administrator asks wrongly.
constexpr Asked kAdministrator[] = {
    {"GET", "/api/users?limit=0"},
    {"GET", "/api/users?offset=x"},
    {"GET", "/api/users/999"},
    {"POST", "/api/users", R"({"email":"x","username":"a","password":"b"})"},
    {"POST",
     "/api/users",
     R"({"email":"boss@example.com","username":"boss2","password":"long enough"})"},
    {"PATCH", "/api/users/1", R"({"username":"somebody"})"},
    {"PATCH", "/api/users/1", R"({"username":"somebody"})", "If-Match: \"x\"\r\n"},
    {"DELETE", "/api/users/1"},
    {"DELETE", "/api/users/999"},
    {"PUT", "/api/admin/users/1/role", R"({"role":"member"})"},
    {"PUT", "/api/admin/users/1/role", R"({"role":"nobody knows"})"},
    {"POST", "/api/admin/users/1/disable", "{}"},
    {"POST", "/api/admin/users/999/unlock", "{}"},
    {"POST", "/api/admin/access/explain", "{"},
    {"POST", "/api/admin/access/explain", R"({"user":"999","permission":"x"})"},
    {"DELETE", "/api/admin/sessions/nobody"},
    {"GET", "/api/admin/audit?limit=x"},
    {"POST", "/api/auth/mfa/totp/verify", R"({"code":"1"})"},
    {"POST", "/api/auth/mfa/recovery-codes", "{}"},
    {"POST", "/auth/api/password", R"({"current":"wrong","new":"long enough"})"},
};

class Refusals : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(directory_.path() / "app.json") << kApplication;
    SpawnedProgram made(
        command(
            {"user",
             "create",
             "boss@example.com",
             "--role",
             "admin",
             "--password-stdin",
             "--app",
             (directory_.path() / "app.json").string()}
        ),
        "a long secret\n"
    );
    ASSERT_EQ(made.wait(), 0) << made.errors();
    std::ifstream file(NODED_SOURCE_DIR "/docs/refusal.schema.json");
    std::stringstream text;
    text << file.rdbuf();
    const auto parsed = codec::parse_json(text.str(), "schema");
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    auto schema = codec::JsonSchema::compile(*parsed);
    ASSERT_TRUE(schema.has_value()) << schema.error().message;
    schema_ = *schema;
    node_ = std::make_unique<SpawnedProgram>(command({"--role=n1", "--listen", "127.0.0.1:0"}));
    const std::string port = node_->wait_for_line("listening on http://127.0.0.1:");
    ASSERT_FALSE(port.empty()) << node_->errors();
    client_ = std::make_unique<LoopbackClient>(static_cast<std::uint16_t>(std::stoi(port)));
  }

  std::vector<std::string> command(std::vector<std::string> more) const {
    more.insert(more.begin(), NODED_BINARY);
    more.insert(more.end(), {"--data", (directory_.path() / "data").string()});
    return more;
  }
  RawAnswer ask(const Asked& asked, const std::string& more = {}) {
    std::string request =
        std::string(asked.method) + " " + asked.path + " HTTP/1.1\r\nHost: localhost\r\n";
    const std::string body = asked.body == nullptr ? "" : asked.body;
    request += asked.fields + more;
    if (!body.empty() && !std::string(asked.fields).contains("Content-Type"))
      request += "Content-Type: application/json\r\n";
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    auto answer = client_->ask(request);
    if (!answer) throw std::runtime_error(std::string("no answer to ") + asked.path);
    return std::move(*answer);
  }
  // The code of a refusal of that shape.
  std::string check(const Asked& asked, const RawAnswer& answer) {
    const std::string what = std::string(asked.method) + " " + asked.path + " " + answer.body;
    EXPECT_GE(answer.status, 400) << what;
    const auto parsed = codec::parse_json(answer.body, "answer");
    if (!parsed || !parsed->is_object()) {
      ADD_FAILURE() << "no object: " << what;
      return {};
    }
    for (const codec::SchemaError& error : schema_->validate(*parsed))
      ADD_FAILURE() << error.instance_location << ": " << error.error << " in " << what;
    const json::object& refusal = parsed->get_object();
    const json::value* status = refusal.if_contains("status");
    EXPECT_TRUE(status != nullptr && *status == answer.status) << what;
    const json::value* id = refusal.if_contains("request_id");
    EXPECT_TRUE(id != nullptr && *id == json::value(answer.headers.at("x-request-id"))) << what;
    const json::value* code = refusal.if_contains("code");
    return code != nullptr && code->is_string() ? std::string(code->get_string()) : std::string();
  }

  test::TemporaryDirectory directory_;
  std::shared_ptr<const codec::JsonSchema> schema_;
  std::unique_ptr<SpawnedProgram> node_;
  std::unique_ptr<LoopbackClient> client_;
};

TEST_F(Refusals, HaveOneShapeForWhoIsNotSignedIn) {
  std::set<std::string> codes;
  for (const Asked& asked : kAnonymous)
    codes.insert(check(asked, ask(asked)));
  EXPECT_THAT(
      codes,
      testing::IsSupersetOf({"BAD_JSON", "VALIDATION_FAILED", "UNAUTHENTICATED", "TOKEN_INVALID"})
  );
}

TEST_F(Refusals, HaveTheSameShapeForAnAdministrator) {
  const RawAnswer entered =
      ask({"POST", "/auth/api/login", R"({"email":"boss@example.com","password":"a long secret"})"}
      );
  const auto parsed = codec::parse_json(entered.body, "login");
  ASSERT_TRUE(parsed.has_value() && parsed->is_object()) << entered.body;
  const std::string bearer =
      "Authorization: Bearer " + std::string(parsed->at("token").as_string()) + "\r\n";
  std::set<std::string> codes;
  for (const Asked& asked : kAdministrator)
    codes.insert(check(asked, ask(asked, bearer)));
  EXPECT_THAT(codes, testing::IsSupersetOf({"NOT_FOUND", "LAST_ADMIN", "VALIDATION_FAILED"}));
}

TEST_F(Refusals, HaveChineseTitlesForWhoPrefersThem) {
  const Asked asked{"GET", "/api/check", nullptr, "Accept-Language: zh-CN\r\n"};
  const RawAnswer answer = ask(asked);
  EXPECT_EQ(check(asked, answer), "UNAUTHENTICATED");
  EXPECT_THAT(answer.body, testing::HasSubstr("需要登录"));
}

TEST_F(Refusals, ArePagesWithTheSameStatusForBrowsers) {
  for (const Asked& asked : kAnonymous) {
    if (std::string(asked.method) != "GET") continue;
    const int status = ask(asked).status;
    const RawAnswer page = ask(asked, "Accept: text/html,application/xhtml+xml\r\n");
    EXPECT_EQ(page.status, status) << asked.path;
    EXPECT_THAT(page.headers.at("content-type"), testing::StartsWith("text/html")) << asked.path;
  }
}

}  // namespace
}  // namespace noded
