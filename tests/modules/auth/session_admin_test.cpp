// /api/admin/sessions: who may see and end whose.
#include "modules/auth/session_fixture.hpp"
#include "repository/audit/audit_chain.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace noded::auth {
namespace {

using testing::HasSubstr;

class SessionAdmin : public SessionFixture {
 protected:
  void SetUp() override {
    SessionFixture::SetUp();
    add_account("boss@example.com", "admin", *crypto::hash_password("memberpass", kCost));
    register_account("o@example.com");
  }
  // A bearer's field for the account.
  Fields as(const std::string& email) {
    return local({{"authorization", "Bearer " + login(email).token()}});
  }
  std::string open_session(const std::string& email) {
    const Answer entered =
        post("/auth/api/login", R"({"email":")" + email + R"(","password":"memberpass"})", local());
    EXPECT_EQ(entered.status, 200) << entered.body;
    return text(entered, "token");
  }
  Answer erase(const std::string& target, const Fields& fields) {
    return call(http::Method::kDelete, target, fields);
  }
  std::size_t listed(const Answer& answer) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.object().at("sessions").as_array().size();
  }
  std::string first_id(const Answer& answer) {
    return std::string(
        answer.object().at("sessions").as_array().at(0).as_object().at("id").as_string()
    );
  }
  static constexpr crypto::PasswordCost kCost{.memory_bytes = 64 * 1024, .passes = 1};
};

TEST_F(SessionAdmin, ShowsWhoeverManagesThemAll) {
  open_session(kEmail);
  open_session("o@example.com");
  const Answer all = get("/api/admin/sessions", as("boss@example.com"));
  EXPECT_EQ(listed(all), 2u);
  EXPECT_EQ(listed(get("/api/admin/sessions?user=1", as("boss@example.com"))), 1u);
  const Answer one = get("/api/admin/sessions?user=o%40example.com", as("boss@example.com"));
  EXPECT_EQ(listed(one), 1u);
  EXPECT_THAT(one.body, HasSubstr("\"amr\":[\"pwd\"]"));
  EXPECT_THAT(one.body, HasSubstr("\"created\":\"2024-01-02T03:04:05.000Z\""));
  EXPECT_EQ(listed(call(http::Method::kGet, "/api/admin/sessions", {}, {}, true)), 2u);
}

TEST_F(SessionAdmin, ShowsEverybodyElseTheirOwn) {
  const std::string token = open_session(kEmail);
  open_session("o@example.com");
  const Fields self = local({{"authorization", "Bearer " + token}});
  for (const char* query : {"", "?user=1", "?user=me", "?user=m%40example.com"}) {
    const Answer own = get(std::string("/api/admin/sessions") + query, self);
    EXPECT_EQ(listed(own), 1u) << query;
    EXPECT_THAT(own.body, HasSubstr("\"current\":true")) << query;
  }
  for (const char* query : {"?user=2", "?user=o%40example.com", "?user=no%40example.com"}) {
    const Answer others = get(std::string("/api/admin/sessions") + query, self);
    EXPECT_EQ(others.status, 403) << query;
    EXPECT_EQ(text(others, "code"), "FORBIDDEN") << query;
  }
  EXPECT_EQ(get("/api/admin/sessions", local()).status, 401);
}

TEST_F(SessionAdmin, LetsNobodyEndOthers) {
  open_session("o@example.com");
  const std::string id = first_id(get("/api/admin/sessions", as("o@example.com")));
  EXPECT_EQ(erase("/api/admin/sessions/" + id, as(kEmail)).status, 404);
  EXPECT_EQ(erase("/api/admin/sessions?user=o%40example.com", as(kEmail)).status, 403);
  EXPECT_EQ(erase("/api/admin/sessions/" + id, local()).status, 401);
  EXPECT_EQ(listed(get("/api/admin/sessions", as("o@example.com"))), 1u);
}

TEST_F(SessionAdmin, EndsOneForItsOwnerAndForWhoManages) {
  for (const char* who : {kEmail, "boss@example.com"}) {
    const std::string token = open_session(kEmail);
    const std::string id = first_id(get("/api/admin/sessions?user=1", as(who)));
    EXPECT_EQ(erase("/api/admin/sessions/" + id, as(who)).status, 200) << who;
    EXPECT_EQ(check_token(token), 401) << who;
    EXPECT_EQ(erase("/api/admin/sessions/" + id, as(who)).status, 404) << who;
  }
}

TEST_F(SessionAdmin, EndsAllOfOneAccount) {
  const std::string token = open_session(kEmail);
  const std::string other = open_session("o@example.com");
  const Answer answer = erase("/api/admin/sessions?user=m%40example.com", as("boss@example.com"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, R"({"ended":1})");
  EXPECT_EQ(check_token(token), 401);
  EXPECT_EQ(check_token(other), 200);
}

TEST_F(SessionAdmin, LeavesTheEndOfASessionInTheAuditChain) {
  open_session(kEmail);
  const std::string id = first_id(get("/api/admin/sessions?user=1", as("boss@example.com")));
  ASSERT_EQ(erase("/api/admin/sessions/" + id, as("boss@example.com")).status, 200);
  ASSERT_EQ(erase("/api/admin/sessions?user=1", as("boss@example.com")).status, 200);
  const Fields own = local({{"authorization", "Bearer " + open_session(kEmail)}});
  const std::string left = first_id(get("/api/admin/sessions", own));
  ASSERT_EQ(post("/auth/api/logout", "{}", own).status, 200);
  const std::string token = text(enter_as_program(), "refresh_token");
  ASSERT_EQ(refresh(token).status, 200);
  pass(std::chrono::minutes(1));
  ASSERT_EQ(refresh(token).status, 401);
  const audit::AuditChain chain(kApplication, clock_);
  auto body = [&](Transaction& transaction) {
    return chain.list(transaction, {});
  };
  const auto page = run(database::read(database_.store(), SteadyTime::max(), body)).value();
  std::vector<std::string> told;
  for (const audit::Entry& entry : page.entries)
    told.push_back(entry.act.actor + " " + entry.act.action + " " + entry.act.target);
  EXPECT_THAT(
      told,
      testing::IsSupersetOf(std::vector<std::string>{
          "anonymous token.reuse user 1",
          "user 1 session.end session " + left,
          "user 2 session.end user 1",
          "user 2 session.end session " + id
      })
  );
}

TEST_F(SessionAdmin, AsksWhoseSessionsAreMeant) {
  EXPECT_EQ(erase("/api/admin/sessions", as("boss@example.com")).status, 400);
  EXPECT_EQ(erase("/api/admin/sessions?user=no%40example.com", as("boss@example.com")).status, 404);
}

TEST_F(SessionAdmin, HeedsThePermission) {
  std::string managed(kConfiguration);
  const std::string role = R"("member": {"permissions": ["system.access.api")";
  managed.replace(managed.find(role), role.size(), role + R"(, "sessions.manage")");
  ASSERT_TRUE(configure(managed).has_value());
  open_session("o@example.com");
  EXPECT_EQ(listed(get("/api/admin/sessions?user=o%40example.com", as(kEmail))), 1u);
}

TEST_F(SessionAdmin, TrustsNobodyWhereNothingIsGuarded) {
  std::string open(kConfiguration);
  const std::string guard = R"("guard": {"enabled": true})";
  open.replace(open.find(guard), guard.size(), R"("guard": {"enabled": false})");
  ASSERT_TRUE(configure(open).has_value());
  EXPECT_EQ(get("/api/admin/sessions?user=1", as("boss@example.com")).status, 403);
}

TEST_F(SessionAdmin, EndsWhatWasOpenWhenTheOperatorChangesPasswordOrRole) {
  for (const char* change : {R"({"role":"clerk"})", R"({"password":"memberpass"})"}) {
    const std::string token = open_session(kEmail);
    const std::string imported = login(kEmail).token();
    const Answer changed = call(
        http::Method::kPatch,
        "/api/admin/users/m%40example.com",
        {{"content-type", "application/json"}},
        change,
        true
    );
    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(check_token(token), 401) << change;
    EXPECT_EQ(check_token(imported), 401) << change;
  }
}

}  // namespace
}  // namespace noded::auth
