#include "modules/auth/auth_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace noded::auth {
namespace {

using http::Method;
using testing::HasSubstr;
using testing_support::parse;

constexpr std::string_view kRoles = R"({
  "data": {"entities": {"docs": {"fields": {"title": {"type": "text"}}}}},
  "auth": {
    "enabled": true, "default_role_register": "member", "jwt": {"secret": "a-secret"},
    "strategies": {"passkey": {"type": "passkey"}},
    "guard": {"enabled": true},
    "roles": {
      "admin": {"implicit_allow": true},
      "manager": {"permissions": ["users.manage", "roles.manage"]},
      "member": {"permissions": [
        "system.access.api",
        {"permission": "system.info", "effect": "deny"},
        {"permission": "data.entity.read", "policies": [
          {"condition": {"entity": "secrets"}, "effect": "deny"},
          {"effect": "filter", "filter": {"title": "open"}}]}]},
      "guest": {"is_default": true, "permissions": []}}}})";

class AccessAdminTest : public AuthFixture {
 protected:
  AccessAdminTest() {
    EXPECT_TRUE(configure(kRoles));
    for (const char* name : {"ann", "bob"})
      add(name);
    set_as_operator("ann", "admin");
  }
  void add(const std::string& name) {
    const std::string body = R"({"email":")" + name + R"(@example.com","username":")" + name +
                             R"(","password":"a long secret"})";
    EXPECT_EQ(call(Method::kPost, "/api/users", kJson, body).status, 201);
  }
  void set_as_operator(const std::string& name, const std::string& role) {
    const std::string path = "/api/admin/users/" + name + "%40example.com";
    const std::string body = R"({"role":")" + role + R"("})";
    EXPECT_EQ(call(Method::kPatch, path, kJson, body, true).status, 200);
  }
  Fields as(const std::string& name) {
    const std::string body =
        R"({"email":")" + name + R"(@example.com","password":"a long secret"})";
    const Answer in = call(Method::kPost, "/api/auth/password/login", kJson, body);
    EXPECT_EQ(in.status, 200) << in.body;
    Fields fields = kJson;
    fields["Authorization"] = "Bearer " + in.token();
    return fields;
  }
  json::object explained(const std::string& question) {
    const Answer answer = call(Method::kPost, "/api/admin/access/explain", as("ann"), question);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse(answer.body).at("decision").as_object();
  }

  const Fields kJson{{"Content-Type", "application/json"}};
};

TEST_F(AccessAdminTest, IsForWhoManagesRolesAndUsersAlone) {
  const Fields member = as("bob");
  EXPECT_EQ(call(Method::kGet, "/api/admin/roles").status, 401);
  EXPECT_EQ(call(Method::kGet, "/api/admin/roles", member).status, 403);
  EXPECT_EQ(
      call(Method::kPut, "/api/admin/users/2/role", member, R"({"role":"admin"})").status, 403
  );
  EXPECT_EQ(call(Method::kPost, "/api/admin/access/explain", member, "{}").status, 403);
  set_as_operator("bob", "manager");
  EXPECT_EQ(call(Method::kGet, "/api/admin/roles", as("bob")).status, 200);
}

TEST_F(AccessAdminTest, ListsRolesWithWhatTheyGrant) {
  const Answer listed = call(Method::kGet, "/api/admin/roles", as("ann"));
  ASSERT_EQ(listed.status, 200);
  const json::value body = parse(listed.body);
  const json::array& roles = body.at("roles").as_array();
  ASSERT_EQ(roles.size(), 4U);
  EXPECT_EQ(roles[0].at("name"), "admin");
  EXPECT_EQ(roles[0].at("implicit_allow"), true);
  EXPECT_EQ(roles[3].at("is_default"), true);
  EXPECT_EQ(roles[2].at("permissions").at(1).at("effect"), "deny");
  EXPECT_EQ(roles[2].at("permissions").at(2).at("policies").as_array().size(), 2U);
}

TEST_F(AccessAdminTest, ChangesARoleAndEndsWhatWasOpenedUnderTheOldOne) {
  const Fields bob = as("bob");
  const Fields ann = as("ann");
  const Answer changed =
      call(Method::kPut, "/api/admin/users/2/role", ann, R"({"role":"manager"})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(call(Method::kGet, "/api/users/2", bob).status, 401) << "the token has ended";
  EXPECT_EQ(call(Method::kGet, "/api/admin/roles", as("bob")).status, 200);
  EXPECT_EQ(call(Method::kPut, "/api/admin/users/2/role", ann, R"({"role":null})").status, 200);
  EXPECT_EQ(call(Method::kPut, "/api/admin/users/9/role", ann, R"({"role":null})").status, 404);
  for (const char* body :
       {"{}", "[]", R"({"role":"nobody"})", R"({"role":1})", R"({"role":null,"a":1})"})
    EXPECT_EQ(call(Method::kPut, "/api/admin/users/2/role", ann, body).status, 400) << body;
}

TEST_F(AccessAdminTest, LeavesSomebodyWhoAdministrates) {
  const Fields ann = as("ann");
  const Answer last = call(Method::kPut, "/api/admin/users/1/role", ann, R"({"role":"member"})");
  EXPECT_EQ(last.status, 409);
  EXPECT_THAT(last.body, HasSubstr("LAST_ADMIN"));
  EXPECT_EQ(call(Method::kPut, "/api/admin/users/1/role", ann, R"({"role":"admin"})").status, 200);
}

struct ExplainRow {
  const char* question;
  bool is_allowed;
  const char* rule;
  std::size_t policies;
  std::size_t filters;
};

TEST_F(AccessAdminTest, TellsTheRuleBehindADecision) {
  const ExplainRow rows[] = {
      {R"({"user":"1","permission":"system.info"})", true, "implicit_allow", 0, 0},
      {R"({"user":"2","permission":"system.access.api"})", true, "granted", 0, 0},
      {R"({"user":"2","permission":"system.config.write"})", false, "not_granted", 0, 0},
      {R"({"user":null,"permission":"system.info"})", false, "not_granted", 0, 0},
      {R"({"user":"2","permission":"data.entity.read","resource":{"entity":"docs"}})",
       true,
       "granted",
       0,
       1},
      {R"({"user":"2","permission":"data.entity.read","resource":{"entity":"secrets","id":"7"}})",
       false,
       "denied_by_policy",
       1,
       0},
  };
  for (const ExplainRow& row : rows) {
    SCOPED_TRACE(row.question);
    const json::object decision = explained(row.question);
    EXPECT_EQ(decision.at("allowed"), row.is_allowed);
    EXPECT_EQ(decision.at("rule"), row.rule);
    EXPECT_EQ(decision.at("policies").as_array().size(), row.policies);
    EXPECT_EQ(decision.at("filters").as_array().size(), row.filters);
  }
}

TEST_F(AccessAdminTest, TellsWhatADecisionTookTheCircumstancesFor) {
  const Fields ann = as("ann");
  const Answer bare = call(
      Method::kPost, "/api/admin/access/explain", ann, R"({"user":"2","permission":"system.info"})"
  );
  const json::value nothing = parse(bare.body).at("circumstances");
  EXPECT_TRUE(nothing.at("ip").is_null());
  EXPECT_EQ(nothing.at("auth"), parse(R"({"kind":null,"amr":null,"age_s":null})"));
  EXPECT_TRUE(nothing.at("now").is_string());
  const Answer told = call(
      Method::kPost,
      "/api/admin/access/explain",
      ann,
      R"({"user":"2","permission":"system.info","ip":"10.0.0.1",
          "auth":{"kind":"session","amr":["pwd","otp"],"age_s":30}})"
  );
  const json::value given = parse(told.body).at("circumstances");
  EXPECT_EQ(given.at("ip"), "10.0.0.1");
  EXPECT_EQ(given.at("auth"), parse(R"({"kind":"session","amr":["pwd","otp"],"age_s":30})"));
}

TEST_F(AccessAdminTest, RefusesQuestionsThatMeanNothing) {
  const Fields ann = as("ann");
  for (const char* body :
       {"{}",
        "[]",
        R"({"user":"2","permission":"no.such"})",
        R"({"permission":"system.info","who":1})",
        R"({"permission":"system.info","ip":1})",
        R"({"permission":"system.info","auth":{"kind":"cookie"}})",
        R"({"permission":"system.info","auth":{"age_s":-1}})",
        R"({"permission":"system.info","auth":{"amr":[1]}})",
        R"({"permission":"system.info","auth":{"amt":[]}})",
        R"({"user":7,"permission":"system.info"})"})
    EXPECT_EQ(call(Method::kPost, "/api/admin/access/explain", ann, body).status, 400) << body;
  const char* unknown = R"({"user":"9","permission":"system.info"})";
  EXPECT_EQ(call(Method::kPost, "/api/admin/access/explain", ann, unknown).status, 404);
}

}  // namespace
}  // namespace noded::auth
