// Accounts that are disabled, enabled, unlocked, given another role or deleted: who may do it, what
// ends with it, and what the audit chain tells.
#include "modules/auth/accounts/account_admin.hpp"

#include "modules/auth/session_fixture.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace noded::auth {
namespace {

using http::Method;
using testing::HasSubstr;

class AccountAdminTest : public SessionFixture {
 protected:
  void SetUp() override {
    SessionFixture::SetUp();  // 1: a member
    add_account("boss@example.com", "admin", *crypto::hash_password("memberpass", kCost));
    boss_ = bearer(login("boss@example.com").token());
  }
  static Fields bearer(const std::string& token) {
    return local({{"authorization", "Bearer " + token}, {"content-type", "application/json"}});
  }
  Answer act(const std::string& id, const std::string& act, const Fields& fields) {
    return call(Method::kPost, "/api/admin/users/" + id + "/" + act, fields);
  }
  Answer act_as_operator(const std::string& id, const std::string& act) {
    return call(Method::kPost, "/api/admin/users/" + id + "/" + act, {}, {}, true);
  }
  std::string id_of(const std::string& email) {
    const auto account = run(module_.state()->users.find_by_email(email, SteadyTime::max()));
    return (*account)->key.text();
  }
  // It has to outlive what it gives access to.
  static http::Request request_of_boss() {
    auto identity = std::make_shared<Identity>();
    identity->kind = Identity::Kind::kUser;
    identity->user_id = "2";
    identity->role = "admin";
    identity->claims = "{}";
    http::Request request;
    request.identity = std::move(identity);
    return request;
  }
  // As a request over /api/data writes.
  Result<bool> write_row(std::string_view key, const json::object* changes) {
    const http::Request request = request_of_boss();
    const auto access = module_.access_of(request);
    auto body = [&](const database::Schema& schema, Transaction& transaction) -> Result<bool> {
      const database::Entity& users = *schema.find("users");
      database::Writer writer(kApplication, schema, transaction, *access, clock_);
      const auto row = database::RowKey::parse(key, users.uuid_keys);
      std::string erased;
      return changes != nullptr ? writer.update(users, *row, *changes)
                                : writer.erase(users, *row, erased);
    };
    auto done = run(database_.write(SteadyTime::max(), body));
    if (done) access->committed();
    return done;
  }

  static constexpr crypto::PasswordCost kCost{.memory_bytes = 64 * 1024, .passes = 1};
  Fields boss_;
};

TEST_F(AccountAdminTest, IsForWhoManagesUsersAlone) {
  const Fields member = bearer(login(kEmail).token());
  for (const char* what : {"disable", "enable", "unlock"}) {
    EXPECT_EQ(act("1", what, local()).status, 401) << what;
    EXPECT_EQ(act("1", what, member).status, 403) << what;
  }
  for (const char* what : {"disable", "enable", "unlock"}) {
    EXPECT_EQ(act("9", what, boss_).status, 404) << what;
    EXPECT_EQ(act("nobody@example.com", what, boss_).status, 404) << what;
    EXPECT_EQ(act("x", what, boss_).status, 404) << what;
    EXPECT_EQ(act("1", what, boss_).status, 200) << what;
    EXPECT_EQ(act_as_operator("m%40example.com", what).status, 200) << what;
  }
}

TEST_F(AccountAdminTest, EndsEverythingOfADisabledAccountAtOnce) {
  const std::string token = login(kEmail).token();
  const Answer browser = enter();
  const Answer program = enter_as_program();
  const Answer disabled = act("1", "disable", boss_);
  EXPECT_EQ(disabled.status, 200);
  EXPECT_THAT(disabled.body, HasSubstr(R"("disabled":true)"));
  EXPECT_EQ(check_token(token), 401);
  EXPECT_EQ(check_token(text(program, "token")), 401);
  EXPECT_EQ(check_cookie(session_cookie(browser)), 401);
  EXPECT_EQ(refresh(text(program, "refresh_token")).status, 401);
}

TEST_F(AccountAdminTest, LetsNobodyInAsADisabledAccountUntilItIsEnabled) {
  ASSERT_EQ(act("1", "disable", boss_).status, 200);
  const Answer refused = login(kEmail);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body, login(kEmail, "a wrong one").body) << "it does not tell why";
  EXPECT_EQ(enter().status, 401);
  Session session;
  session.user = "1";
  session.claims = "{}";
  const auto opened = run(module_.sessions().open(session, false, SteadyTime::max()));
  EXPECT_FALSE(opened) << "whatever the way of signing in";
  EXPECT_THAT(
      call(Method::kGet, "/api/admin/users", {}, {}, true).body, HasSubstr(R"("disabled":true)")
  );
  ASSERT_EQ(act("1", "enable", boss_).status, 200);
  EXPECT_EQ(login(kEmail).status, 200);
}

TEST_F(AccountAdminTest, RefusesATokenThatWasSignedWhileTheAccountWasBeingDisabled) {
  ASSERT_EQ(act("1", "disable", boss_).status, 200);
  const auto state = module_.state();
  const auto account = run(state->users.find_by_id("1", SteadyTime::max()));
  const TokenSession late{.id = {}, .version = module_.sessions().version_of("1")};
  const auto token = sign_in(state->rules, **account, seconds(clock_), late)->token;
  EXPECT_EQ(check_token(token), 401);
  ASSERT_EQ(act("1", "enable", boss_).status, 200);
  EXPECT_EQ(check_token(token), 200);
}

TEST_F(AccountAdminTest, KeepsSomebodyEnabledWhoAdministrates) {
  const Answer last = act("2", "disable", boss_);
  EXPECT_EQ(last.status, 409);
  EXPECT_EQ(text(last, "code"), "LAST_ADMIN");
  add_account("other@example.com", "admin", "");
  EXPECT_EQ(act("other%40example.com", "disable", boss_).status, 200);
  EXPECT_EQ(act("2", "disable", boss_).status, 409) << "a disabled one does not count";
  EXPECT_EQ(call(Method::kDelete, "/api/users/2", boss_).status, 409);
  const Answer role = call(
      Method::kPatch,
      "/api/admin/users/boss%40example.com",
      {{"content-type", "application/json"}},
      R"({"role":"member"})",
      true
  );
  EXPECT_EQ(role.status, 409) << "nor may the operator";
  const std::string other = id_of("other@example.com");
  EXPECT_EQ(call(Method::kDelete, "/api/users/" + other, boss_).status, 204);
}

TEST_F(AccountAdminTest, UnlocksAnAccountWithItsKnownDevices) {
  const Answer known = enter();
  const std::string device = "nd_device=" + cookies_of(known)["nd_device"];
  for (const Fields& fields : {Fields{}, Fields{{"cookie", device}}}) {
    for (int i = 0; i < 6; ++i)
      enter(fields, "a guess");
    EXPECT_EQ(enter(fields).status, 429);
  }
  ASSERT_EQ(act("1", "unlock", boss_).status, 200);
  EXPECT_EQ(enter().status, 200);
  EXPECT_EQ(enter({{"cookie", device}}).status, 200);
  EXPECT_THAT(audited("user.unlock"), testing::ElementsAre("user 2 user.unlock user 1"));
}

TEST_F(AccountAdminTest, EndsWhatAWriteOverTheDataRoutesTakesAway) {
  const std::string token = login(kEmail).token();
  const json::object nick{{"nick", "em"}};
  ASSERT_TRUE(write_row("1", &nick).value());
  EXPECT_EQ(check_token(token), 200) << "another field";
  const json::object role{{"role", "clerk"}};
  ASSERT_TRUE(write_row("1", &role).value());
  EXPECT_EQ(check_token(token), 401);
  const std::string again = login(kEmail).token();
  EXPECT_EQ(check_token(again), 200);
  ASSERT_TRUE(write_row("1", nullptr).value());
  EXPECT_EQ(check_token(again), 401);
  EXPECT_THAT(
      audited("user"),
      testing::IsSupersetOf(
          {"user 2 user.change user 1", "user 2 user.role user 1", "user 2 user.delete user 1"}
      )
  );
}

TEST_F(AccountAdminTest, LetsOneOfTwoAdministratorsGoWhenBothAreTakenAtOnce) {
  add_account("other@example.com", "admin", *crypto::hash_password("memberpass", kCost));
  const json::object clerk{{"role", "clerk"}};
  const http::Request request = request_of_boss();
  const auto schema = database_.schema();
  const database::Entity& users = *schema->find("users");
  const auto take = [&](Transaction& transaction, database::Access& access, const char* email) {
    database::Writer writer(kApplication, *schema, transaction, access, clock_);
    const auto key = database::RowKey::parse(id_of(email), users.uuid_keys);
    return writer.update(users, *key, clerk).value_or(false);
  };
  auto first = engine_.begin({.tier = Tier::kDisk});
  auto second = engine_.begin({.tier = Tier::kDisk});
  const auto one = module_.access_of(request);
  const auto other = module_.access_of(request);
  ASSERT_TRUE(take(**first, *one, "boss@example.com"));
  ASSERT_TRUE(take(**second, *other, "other@example.com"));
  EXPECT_TRUE(run(engine_.commit(std::move(*first))));
  const auto late = run(engine_.commit(std::move(*second)));
  ASSERT_FALSE(late) << "nobody administrates any more";
  EXPECT_EQ(late.error().code, Errc::kConflict) << "it has to run again, and is refused then";
}

TEST_F(AccountAdminTest, HoldsTheDataRoutesToTheLastAdministrator) {
  const json::object role{{"role", "clerk"}};
  for (const json::object* changes : {&role, static_cast<const json::object*>(nullptr)}) {
    const auto refused = write_row("2", changes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().type, kLastOne);
  }
  EXPECT_EQ(check_token(login("boss@example.com").token()), 200);
}

TEST_F(AccountAdminTest, TellsWhoDidIt) {
  ASSERT_EQ(act("1", "disable", boss_).status, 200);
  ASSERT_EQ(act("1", "disable", boss_).status, 200) << "again: nothing changes";
  ASSERT_EQ(act_as_operator("1", "enable").status, 200);
  EXPECT_THAT(audited("user.disable"), testing::ElementsAre("user 2 user.disable user 1"));
  EXPECT_THAT(audited("user.enable"), testing::ElementsAre("operator user.enable user 1"));
}

TEST_F(AccountAdminTest, TellsOfAPasswordThatItsOwnerChanged) {
  const Fields member = bearer(login(kEmail).token());
  const Answer changed = call(
      Method::kPost, "/auth/api/password", member, R"({"current":"memberpass","new":"a new one!"})"
  );
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_THAT(audited("user.password"), testing::ElementsAre("user 1 user.password user 1"));
}

}  // namespace
}  // namespace noded::auth
