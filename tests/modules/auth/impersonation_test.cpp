// Somebody who manages users acts as one of them: who may, what that can do, and how it ends.
#include "modules/auth/accounts/impersonation.hpp"

#include "modules/auth/session_fixture.hpp"
#include "repository/audit/audit_chain.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace noded::auth {
namespace {

using http::Method;
using testing::HasSubstr;

constexpr const char* kRoles = R"({
  "data": {"entities": {}},
  "auth": {"enabled": true, "default_role_register": "member", "jwt": {"secret": "a-secret"},
    "strategies": {"passkey": {"type": "passkey"}},
    "guard": {"enabled": true},
    "roles": {
      "admin": {"implicit_allow": true},
      "helper": {"permissions": ["users.manage", "system.access.api"]},
      "member": {"permissions": ["system.access.api"]},
      "clerk": {"permissions": ["system.access.api", "auth.user.create"]},
      "guest": {"is_default": true, "permissions": []}}}})";

class ImpersonationTest : public SessionFixture {
 protected:
  void SetUp() override {
    ASSERT_TRUE(configure(kRoles));
    ASSERT_EQ(register_account(kEmail).status, 200);  // 1, a member
    for (const char* role : {"admin", "helper", "clerk"})
      add_account(email(role), role, *crypto::hash_password("memberpass", kCost));
  }
  static std::string email(const std::string& role) { return role + "@example.com"; }
  std::string id_of(const std::string& role) {
    return (*run(module_.state()->users.find_by_email(email(role), SteadyTime::max())))->key.text();
  }
  static Fields bearer(const std::string& token) {
    return local({{"authorization", "Bearer " + token}, {"content-type", "application/json"}});
  }
  // By a session of now.
  Fields as(const std::string& address) {
    const Answer in = post(
        "/auth/api/login", R"({"email":")" + address + R"(","password":"memberpass"})", local()
    );
    EXPECT_EQ(in.status, 200) << in.body;
    return bearer(text(in, "token"));
  }
  Answer act_as(const std::string& id, const Fields& fields) {
    return call(Method::kPost, "/api/admin/users/" + id + "/impersonate", fields);
  }
  Fields helper_as_member() { return bearer(text(act_as("1", as(email("helper"))), "token")); }

  static constexpr crypto::PasswordCost kCost{.memory_bytes = 64 * 1024, .passes = 1};
};

TEST_F(ImpersonationTest, ActsAsTheUserForAQuarterOfAnHour) {
  const Answer begun = act_as("1", as(email("helper")));
  ASSERT_EQ(begun.status, 200) << begun.body;
  EXPECT_EQ(begun.object().at("expires_in").as_int64(), 900);
  EXPECT_EQ(begun.object().at("act").at("sub").as_string(), id_of("helper"));
  const Fields acting = bearer(text(begun, "token"));
  const Answer checked = get("/api/check", acting);
  EXPECT_EQ(checked.status, 200);
  EXPECT_THAT(checked.body, HasSubstr(kEmail));
  EXPECT_THAT(checked.body, HasSubstr("2024-01-02T03:19:05.000Z")) << "its own end";
  pass(std::chrono::seconds(901));
  EXPECT_EQ(get("/api/check", acting).status, 401);
}

TEST_F(ImpersonationTest, IsForWhoManagesUsersAndMayDoAsMuch) {
  EXPECT_EQ(act_as("1", local()).status, 401);
  EXPECT_EQ(act_as("1", as(email("clerk"))).status, 403);
  const Fields helper = as(email("helper"));
  EXPECT_EQ(act_as(id_of("clerk"), helper).status, 403) << "who may make users";
  EXPECT_EQ(act_as(id_of("admin"), helper).status, 403);
  EXPECT_EQ(act_as(id_of("helper"), helper).status, 400) << "oneself";
  EXPECT_EQ(act_as("999", helper).status, 404);
  EXPECT_EQ(act_as(id_of("clerk"), as(email("admin"))).status, 200);
  EXPECT_EQ(call(Method::kPost, "/api/admin/users/1/impersonate", {}, {}, true).status, 403)
      << "the operator is no user";
}

TEST_F(ImpersonationTest, AsksForASignInOfTheLastFiveMinutes) {
  const Fields helper = as(email("helper"));
  pass(std::chrono::seconds(301));
  const Answer refused = act_as("1", helper);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(text(refused, "code"), "REAUTH_REQUIRED");
  const Fields sessionless = bearer(login(email("helper")).token());
  EXPECT_EQ(act_as("1", sessionless).status, 403);
}

TEST_F(ImpersonationTest, ChangesNothingThatTheUserSignsInWith) {
  const Fields acting = helper_as_member();
  for (const char* target :
       {"/auth/api/password",
        "/auth/api/refresh",
        "/auth/api/logout",
        "/api/auth/password/login",
        "/api/admin/keys",
        "/api/admin/users/1/impersonate"}) {
    EXPECT_EQ(call(Method::kPost, target, acting, "{}").status, 403) << target;
  }
}

TEST_F(ImpersonationTest, EndsWithTheSessionOfWhoActs) {
  const Answer in =
      post("/auth/api/login", R"({"email":"helper@example.com","password":"memberpass"})", local());
  const Fields helper = bearer(text(in, "token"));
  const Fields acting = bearer(text(act_as("1", helper), "token"));
  EXPECT_EQ(get("/api/check", acting).status, 200);
  ASSERT_EQ(call(Method::kPost, "/auth/api/logout", helper, "{}").status, 200);
  EXPECT_EQ(get("/api/check", acting).status, 401);
}

TEST_F(ImpersonationTest, EndsWhenTheUserIsDisabled) {
  const Fields acting = helper_as_member();
  ASSERT_EQ(call(Method::kPost, "/api/admin/users/1/disable", {}, {}, true).status, 200);
  EXPECT_EQ(get("/api/check", acting).status, 401);
  EXPECT_EQ(act_as("1", as(email("helper"))).status, 403);
}

TEST_F(ImpersonationTest, LeavesBothNamesInTheAuditChain) {
  const Fields admin = as(email("admin"));
  const Fields acting = bearer(text(act_as(id_of("helper"), admin), "token"));
  ASSERT_EQ(call(Method::kPost, "/api/admin/users/1/disable", acting).status, 200);
  const audit::AuditChain chain(kApplication, clock_);
  auto body = [&](Transaction& transaction) {
    audit::Wanted wanted;
    wanted.target = "user 1";
    wanted.action = "user.disable";
    return chain.list(transaction, wanted);
  };
  const auto page = run(database::read(database_.store(), SteadyTime::max(), body)).value();
  ASSERT_EQ(page.entries.size(), 1U);
  EXPECT_EQ(
      page.entries.front().act.actor, "user " + id_of("admin") + " as user " + id_of("helper")
  );
}

}  // namespace
}  // namespace noded::auth
