#include "roles/api/api_role.hpp"

#include "roles/api/test_node.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace noded::roles {
namespace {

using http::Method;

constexpr std::string_view kGadgets = "/api/system/config/add/data/entities.gadgets";
constexpr std::string_view kGadgetFields =
    R"({"fields":{"name":{"type":"text","config":{"required":true}}}})";

// A fresh node without an application file, and its first administrator.
class ApiRoleTest : public testing::Test {
 protected:
  ApiRoleTest() {
    const auto started = node_.start();
    if (!started) throw std::runtime_error(started.error().message);
    const std::string& text = node_.announcements().at(0);
    const std::string code = text.substr(text.rfind(' ') + 1);
    const auto made = node_.ask(
        Method::kPost,
        "/auth/setup",
        R"({"email":"ada@example.com","password":"a long password","code":")" + code + "\"}"
    );
    if (made.status != 200) throw std::runtime_error(made.body);
    token_ = std::string(made.json().at("token").as_string());
    node_.set_token(token_);
  }

  Machine machine_;
  TestNode node_{machine_};
  std::string token_;
};

TEST_F(ApiRoleTest, GreetsAtTheRootAndNamesTheApplicationInEveryAnswer) {
  const auto root = node_.ask(Method::kGet, "/");
  EXPECT_EQ(root.status, 200);
  EXPECT_EQ(root.body, R"({"bknd":"hello world!"})");
  const auto info = node_.ask(Method::kGet, "/api/system/info").json();
  EXPECT_EQ(std::string(info.at("id").as_string()), root.header("X-bknd-id"));
  EXPECT_EQ(info.at("version").at("bknd"), "0.20.0");
  EXPECT_EQ(info.at("origin"), "http://node.example");
  EXPECT_EQ(node_.ask(Method::kGet, "/api/nope").status, 404);
}

TEST_F(ApiRoleTest, ServesAnEntityFromTheRequestAfterItsMaking) {
  const auto added = node_.ask(Method::kPost, kGadgets, kGadgetFields);
  ASSERT_EQ(added.status, 202) << added.body;
  EXPECT_EQ(added.json().at("module"), "data");
  const auto created = node_.ask(Method::kPost, "/api/data/entity/gadgets", R"({"name":"first"})");
  EXPECT_EQ(created.status, 201) << created.body;
  const auto read = node_.ask(Method::kGet, "/api/data/entity/gadgets/1");
  EXPECT_EQ(read.json().at("data").at("name"), "first");
  EXPECT_EQ(
      node_.ask(Method::kDelete, "/api/system/config/remove/data/entities.gadgets").status, 202
  );
  EXPECT_EQ(node_.ask(Method::kGet, "/api/data/entity/gadgets").status, 404);
}

// Not what bknd's schemas name, but what it fills in.
TEST_F(ApiRoleTest, FillsInTheFirstOfSomeOptions) {
  const auto configuration = node_.ask(Method::kGet, "/api/system/config").json();
  EXPECT_EQ(configuration.at("auth").at("cookie").at("sameSite"), "strict");
  EXPECT_EQ(configuration.at("server").at("mcp").at("logLevel"), "emergency");
}

// The answer to a change is the whole module; its secrets are for those who may read them.
TEST_F(ApiRoleTest, ShowsAChangedModuleWithItsSecrets) {
  const auto changed = node_.ask(
      Method::kPatch, "/api/system/config/patch/auth/jwt", R"({"issuer":"records.example"})"
  );
  ASSERT_EQ(changed.status, 202) << changed.body;
  const auto jwt = changed.json().at("config").at("jwt");
  EXPECT_EQ(jwt.at("issuer"), "records.example");
  EXPECT_EQ(jwt.at("secret").as_string().size(), 64u);
}

TEST_F(ApiRoleTest, RefusesChangesInTheFormsOfBknd) {
  ASSERT_EQ(node_.ask(Method::kPost, kGadgets, kGadgetFields).status, 202);
  struct Case {
    Method method;
    std::string_view target, body;
    int status;
    std::string_view answer;  // how it begins
  };
  const Case kCases[] = {
      {Method::kPost,
       kGadgets,
       R"({"fields":{}})",
       400,
       R"({"success":false,"path":"entities.gadgets","error":"Path already exists"})"},
      {Method::kDelete,
       "/api/system/config/remove/data/entities.none",
       "",
       404,
       R"({"success":false,"error":"Path \"entities.none\" does not exist","type":"error"})"},
      {Method::kPost,
       "/api/system/config/add/data/entities.bad",
       R"({"fields":{"f":{"type":"nonsense"}}})",
       400,
       R"({"success":false,"type":"type-invalid","errors":[{"keywordLocation":)"
       R"("/properties/entities/additionalProperties/properties/fields/additionalProperties/anyOf",)"
       R"("instanceLocation":"/entities/bad/fields/f","error":"Expected at least one to match","data":{"type":"nonsense"}}]})"
      },
      {Method::kPost,
       "/api/system/config/set/server",
       R"({"nope":1})",
       400,
       R"({"success":false,"type":"type-invalid","errors":[{"keywordLocation":"/additionalProperties",)"
       R"("instanceLocation":"/","error":"Additional properties are not allowed","data":{"nope":1}}]})"
      },
      {Method::kPost, "/api/system/config/set/server?force=2", "{}", 400, R"({"valid":false,)"},
      {Method::kPost, "/api/system/config/set/server", "{broken", 400, R"({"error":"Malformed JSON)"
      },
      {Method::kGet,
       "/api/system/config/nope",
       "",
       400,
       R"({"valid":false,"errors":[{"keywordLocation":"/properties/module/enum","instanceLocation":"/module",)"
       R"("error":"Expected enum: [\"server\",\"data\",\"auth\",\"media\",\"flows\"]","data":"nope"}],)"
       R"("schema":{"type":"object","properties":{"module":{"type":"string","enum":["server","data","auth","media","flows"]}}}})"
      },
  };
  for (const Case& c : kCases) {
    const auto answer = node_.ask(c.method, c.target, c.body);
    EXPECT_EQ(answer.status, c.status) << c.target;
    if (c.answer.ends_with('}')) {
      EXPECT_EQ(answer.json(), testing_support::parse(c.answer)) << answer.body;
    } else {
      EXPECT_TRUE(answer.body.starts_with(c.answer)) << answer.body;
    }
  }
}

TEST_F(ApiRoleTest, HidesSecretsUnlessTheyAreAskedForWithPermission) {
  const auto hidden = node_.ask(Method::kGet, "/api/system/config/auth").json().at("config");
  EXPECT_FALSE(hidden.as_object().contains("jwt"));
  const auto shown = node_.ask(Method::kGet, "/api/system/config/auth?secrets=1").json();
  EXPECT_EQ(shown.at("config").at("jwt").at("secret").as_string().size(), 64u);
  const std::string secret(shown.at("config").at("jwt").at("secret").as_string());
  for (const std::string_view target :
       {"/api/system/config", "/api/system/config/raw", "/api/system/schema?config=1"}) {
    const auto answer = node_.ask(Method::kGet, target);
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.body.find(secret), std::string::npos) << target;
  }
}

TEST_F(ApiRoleTest, LetsGuestsPingAndNothingElse) {
  node_.set_token({});
  EXPECT_EQ(node_.ask(Method::kGet, "/api/system/ping").status, 200);
  for (const std::string_view target :
       {"/api/system/info",
        "/api/system/config",
        "/api/system/config/raw",
        "/api/system/schema",
        "/api/system/permissions",
        "/api/system/openapi.json",
        "/api/system/swagger",
        "/api/data/entity/users"}) {
    EXPECT_EQ(node_.ask(Method::kGet, target).status, 403) << target;
  }
  EXPECT_EQ(node_.ask(Method::kPost, kGadgets, kGadgetFields).status, 403);
  EXPECT_EQ(node_.ask(Method::kPost, "/api/system/build").status, 403);
}

TEST_F(ApiRoleTest, DescribesItsRoutes) {
  const auto document = node_.ask(Method::kGet, "/api/system/openapi.json").json();
  EXPECT_TRUE(document.at("paths").as_object().contains("/api/data/entity/{entity}/{id}"));
  const auto page = node_.ask(Method::kGet, "/api/system/swagger");
  EXPECT_NE(page.body.find("/api/system/config/{module}"), std::string::npos);
}

TEST_F(ApiRoleTest, ListsThePermissionsAndWhatAConditionSees) {
  const auto answer = node_.ask(Method::kGet, "/api/system/permissions").json();
  EXPECT_EQ(answer.at("permissions").as_array().size(), 25u);
  const auto& user = answer.at("context").at("properties").at("user").at("properties").as_object();
  EXPECT_EQ(user.at("id").at("type"), "number");
  EXPECT_EQ(user.at("role").at("enum").as_array().size(), 2u);
}

TEST_F(ApiRoleTest, ConfiguresCorsAtRunTime) {
  const auto allowed = [this] {
    return node_.ask(Method::kGet, "/", {}, {{"Origin", "http://a.example"}})
        .header("Access-Control-Allow-Origin");
  };
  EXPECT_EQ(allowed(), "http://a.example");
  ASSERT_EQ(
      node_
          .ask(
              Method::kPatch,
              "/api/system/config/patch/server/cors",
              R"({"origin":"http://b.example"})"
          )
          .status,
      202
  );
  EXPECT_EQ(allowed(), "");
}

TEST_F(ApiRoleTest, AnswersABuildWithItsOptions) {
  const auto answer = node_.ask(Method::kPost, "/api/system/build?sync=1");
  EXPECT_EQ(answer.body, R"({"success":true,"options":{"sync":true}})");
}

TEST_F(ApiRoleTest, IsTheSameApplicationAfterARestart) {
  ASSERT_EQ(node_.ask(Method::kPost, kGadgets, kGadgetFields).status, 202);
  ASSERT_EQ(node_.ask(Method::kPost, "/api/data/entity/gadgets", R"({"name":"kept"})").status, 201);
  const std::string id = node_.ask(Method::kGet, "/").header("X-bknd-id");

  TestNode restarted(machine_);
  const auto started = restarted.start();
  ASSERT_TRUE(started) << started.error().message;
  EXPECT_TRUE(restarted.announcements().empty());
  restarted.set_token(token_);
  const auto read = restarted.ask(Method::kGet, "/api/data/entity/gadgets/1");
  EXPECT_EQ(read.status, 200) << read.body;
  EXPECT_EQ(read.header("X-bknd-id"), id);
}

TEST(ApiRoleWithAFile, BeginsWithIt) {
  const test::TemporaryDirectory folder;
  const std::string file = folder.path() / "app.json";
  std::ofstream(file) << R"({"data":{"entities":{"notes":{"fields":{"text":{"type":"text"}}}}}})";
  Machine machine;
  TestNode node(machine, file);
  ASSERT_TRUE(node.start());
  EXPECT_TRUE(node.announcements().empty());  // auth is off: anybody may do anything
  EXPECT_EQ(node.ask(Method::kPost, "/api/data/entity/notes", R"({"text":"a"})").status, 201);
}

TEST(ApiRoleWithAFile, DoesNotStartWithOneThatItCannotUse) {
  const test::TemporaryDirectory folder;
  const std::string file = folder.path() / "app.json";
  struct Case {
    std::string_view text, message;
  };
  const Case kCases[] = {
      {"[]", "is not a JSON object"},
      {"{", "application file"},
      {R"({"data":{"entities":{"notes":{"fields":{"x":{"type":"nonsense"}}}}}})",
       "data: /entities/notes/fields/x: Expected at least one to match"},
      {R"({"dta":{}})", "there is no module \"dta\" to configure"},
  };
  for (const Case& c : kCases) {
    std::ofstream(file) << c.text;
    Machine machine;
    TestNode node(machine, file);
    const auto started = node.start();
    ASSERT_FALSE(started) << c.text;
    EXPECT_NE(started.error().message.find(c.message), std::string::npos)
        << started.error().message;
  }
  Machine machine;
  TestNode node(machine, file + ".absent");
  EXPECT_FALSE(node.start());
}

}  // namespace
}  // namespace noded::roles
