// Sessions: what opens, carries and ends them.
#include "modules/auth/session/session.hpp"

#include "modules/auth/session_fixture.hpp"
#include "repository/database/keys.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>

namespace noded::auth {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;

class SessionLife : public SessionFixture {
 protected:
  // A node that starts again on the same store.
  struct Restarted {
    explicit Restarted(SessionLife& test) : sessions(test.database_, test.clock_, SessionRules{}) {
      EXPECT_TRUE(test.run(sessions.load()).has_value());
    }
    Sessions sessions;
  };
  static std::string token_in(const std::string& cookie) {
    return cookie.substr(cookie.find('=') + 1);
  }
};

TEST_F(SessionLife, BeginsWithALoginAndIsKnownByItsCookie) {
  const Answer answer = enter();
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Answer known = check({{"cookie", session_cookie(answer)}});
  ASSERT_EQ(known.status, 200) << known.body;
  EXPECT_EQ(
      codec::to_json_text(known.object().at("user")),
      R"({"id":1,"email":"m@example.com","role":"member"})"
  );
  EXPECT_EQ(codec::to_json_text(known.object().at("roles")), R"(["member"])");
  EXPECT_EQ(codec::to_json_text(known.object().at("amr")), R"(["pwd"])");
  EXPECT_EQ(text(known, "expires_at"), "2024-01-09T03:04:05.000Z");
  EXPECT_EQ(text(known, "csrf"), text(answer, "csrf"));
}

TEST_F(SessionLife, IsOpenToTheRoutesOfTheApplicationToo) {
  const Answer me = get("/api/auth/me", local({{"cookie", session_cookie(enter())}}));
  EXPECT_EQ(me.status, 200) << me.body;
  EXPECT_THAT(me.body, HasSubstr(kEmail));
}

TEST_F(SessionLife, KeepsNoTokenInTheStore) {
  const std::string cookie = token_in(session_cookie(enter()));
  const std::string refresh = text(enter_as_program(), "refresh_token");
  const std::string secret = refresh.substr(refresh.find('.') + 1);
  std::string everything;
  auto body = [&](Transaction& transaction) -> Result<bool> {
    const auto cursor = transaction.scan({}, Direction::kForward);
    while (cursor->next())
      everything.append(cursor->key()).append(cursor->value());
    return cursor->status().has_value();
  };
  ASSERT_TRUE(run(database::read(database_.store(), SteadyTime::max(), body)).value());
  ASSERT_THAT(everything, HasSubstr(hash_of_session_token(cookie)));
  EXPECT_THAT(everything, Not(HasSubstr(cookie)));
  EXPECT_THAT(everything, Not(HasSubstr(secret)));
}

TEST_F(SessionLife, EndsTwelveHoursAfterTheLastRequest) {
  const std::string cookie = session_cookie(enter());
  pass(hours(11));
  EXPECT_EQ(check_cookie(cookie), 200);
  pass(hours(11));
  EXPECT_EQ(check_cookie(cookie), 200);
  pass(hours(12));
  EXPECT_EQ(check_cookie(cookie), 401);
}

TEST_F(SessionLife, EndsAfterSevenDaysHoweverBusy) {
  const std::string cookie = session_cookie(enter());
  for (int i = 0; i < 16; ++i) {
    pass(hours(10));
    EXPECT_EQ(check_cookie(cookie), 200) << i;
  }
  pass(hours(8));
  EXPECT_EQ(check_cookie(cookie), 401);
}

TEST_F(SessionLife, SurvivesARestartWithItsLastUse) {
  const std::string cookie = session_cookie(enter());
  pass(hours(11));
  EXPECT_EQ(check_cookie(cookie), 200);
  ASSERT_TRUE(run(module_.sessions().keep(SteadyTime::max())).has_value());
  pass(hours(11));
  Restarted node(*this);
  const IdentityPtr identity = node.sessions.find(token_in(cookie));
  ASSERT_NE(identity, nullptr);
  EXPECT_EQ(identity->user_id, "1");
  EXPECT_EQ(identity->role, "member");
  EXPECT_TRUE(identity->by_cookie);
}

TEST_F(SessionLife, GetsANewTokenWithEveryLogin) {
  const std::string first = session_cookie(enter());
  const std::string second = session_cookie(enter({{"cookie", first}}));
  EXPECT_NE(first, second);
  EXPECT_EQ(check_cookie(first), 401);
  EXPECT_EQ(check_cookie(second), 200);
}

TEST_F(SessionLife, NeverBeginsWithATokenThatTheBrowserBrought) {
  const std::string planted = "nd_session=" + make_session_token();
  const std::string cookie = session_cookie(enter({{"cookie", planted}}));
  EXPECT_NE(cookie, planted);
  EXPECT_EQ(check_cookie(planted), 401);
}

TEST_F(SessionLife, EndsWithItsLogoutInMemoryAndInTheStore) {
  const Answer entered = enter();
  const std::string cookie = session_cookie(entered);
  const Answer left = post(
      "/auth/api/logout", "{}", local({{"cookie", cookie}, {"x-csrf-token", text(entered, "csrf")}})
  );
  EXPECT_EQ(left.status, 200) << left.body;
  EXPECT_EQ(cookies_of(left)["nd_session"], "");
  EXPECT_EQ(check_cookie(cookie), 401);
  EXPECT_EQ(check_token(text(entered, "token")), 401);
  Restarted node(*this);
  EXPECT_EQ(node.sessions.find(token_in(cookie)), nullptr);
}

TEST_F(SessionLife, EndsWithTheLogoutOfTheApplication) {
  const std::string cookie = session_cookie(enter());
  EXPECT_EQ(get("/api/auth/logout", local({{"cookie", cookie}})).status, 302);
  EXPECT_EQ(check_cookie(cookie), 401);
}

TEST_F(SessionLife, TakesItsTokensAlong) {
  const Answer entered = enter_as_program();
  const std::string token = text(entered, "token");
  EXPECT_EQ(entered.object().at("expires_in").as_int64(), 600);
  EXPECT_EQ(check_token(token), 200);
  const auto open = module_.sessions().list("1");
  ASSERT_EQ(open.size(), 1u);
  EXPECT_TRUE(run(module_.sessions().end(session_id(open[0].hash), SteadyTime::max())).value());
  EXPECT_EQ(check_token(token), 401);
}

TEST_F(SessionLife, EndsEverywhereTogetherWithTokensOfTheApplication) {
  const std::string imported = login(kEmail).token();  // says nothing of any session
  const std::string cookie = session_cookie(enter());
  EXPECT_EQ(check_token(imported), 200);
  EXPECT_EQ(run(module_.sessions().end_all("1", SteadyTime::max())).value(), 1u);
  EXPECT_EQ(check_cookie(cookie), 401);
  EXPECT_EQ(check_token(imported), 401);
  EXPECT_EQ(check_token(login(kEmail).token()), 200);
  EXPECT_EQ(check_cookie(session_cookie(enter())), 200);
}

TEST_F(SessionLife, EndsForGoodAlsoOverARestart) {
  const std::string cookie = session_cookie(enter());
  const std::string token = login(kEmail).token();
  ASSERT_TRUE(run(module_.sessions().end_all("1", SteadyTime::max())).has_value());
  Restarted node(*this);
  EXPECT_EQ(node.sessions.find(token_in(cookie)), nullptr);
  EXPECT_EQ(node.sessions.version_of("1"), 1);
}

TEST_F(SessionLife, LeavesOthersAlone) {
  register_account("o@example.com");
  const std::string other = login("o@example.com").token();
  ASSERT_TRUE(run(module_.sessions().end_all("1", SteadyTime::max())).has_value());
  EXPECT_EQ(check_token(other), 200);
}

TEST_F(SessionLife, BeyondTheLimitTheOneUnusedLongestEnds) {
  LiveSessions live(hours(12), 2);
  const std::int64_t now = 1'000'000;
  const auto open = [&](char name) {
    Session session{
        .user = "1",
        .claims = "{}",
        .amr = {},
        .seen_ms = now,
        .expires_ms = 1LL << 60,
        .ip = {},
        .agent = {},
        .refresh_key = {}
    };
    std::string hash(kSessionHashSize, name);
    EXPECT_TRUE(live.add(hash, std::move(session)));
    return hash;
  };
  const std::string first = open('a');
  const std::string second = open('b');
  EXPECT_NE(live.find(first, now + 60'000), nullptr);
  const std::string third = open('c');
  EXPECT_EQ(live.find(second, now + 60'000), nullptr);
  EXPECT_NE(live.find(first, now + 60'000), nullptr);
  EXPECT_NE(live.find(third, now + 60'000), nullptr);
  EXPECT_THAT(live.take_arrears(now).ended, testing::ElementsAre(second));
}

TEST_F(SessionLife, TellsTheStoreOfItsUseOnceAMinute) {
  const std::string cookie = session_cookie(enter());
  pass(minutes(1));
  EXPECT_EQ(check_cookie(cookie), 200);
  EXPECT_EQ(check_cookie(cookie), 200);
  const Sequence before = engine_.last_commit();
  ASSERT_TRUE(run(module_.sessions().keep(SteadyTime::max())).has_value());
  EXPECT_EQ(engine_.last_commit(), before + 1);
  ASSERT_TRUE(run(module_.sessions().keep(SteadyTime::max())).has_value());
  EXPECT_EQ(engine_.last_commit(), before + 1);
}

TEST_F(SessionLife, OfAnEndedSessionNothingStaysInTheStore) {
  enter_as_program();
  pass(hours(13));
  ASSERT_TRUE(run(module_.sessions().keep(SteadyTime::max())).has_value());
  const auto prefix = [](database::keys::Space space) {
    return database::keys::prefix(kApplication, space);
  };
  auto body = [&](Transaction& transaction) -> Result<std::uint64_t> {
    std::uint64_t left = 0;
    for (const auto space : {database::keys::Space::kSession, database::keys::Space::kRefresh}) {
      const auto cursor = transaction.scan(prefix_range(prefix(space)), Direction::kForward);
      while (cursor->next())
        ++left;
    }
    return left;
  };
  EXPECT_EQ(run(database::read(database_.store(), SteadyTime::max(), body)).value(), 0u);
}

TEST_F(SessionLife, APasswordChangeEndsAllOthers) {
  const std::string elsewhere = session_cookie(enter());
  const std::string token = login(kEmail).token();
  const Answer here = enter();
  const Answer changed = post(
      "/auth/api/password",
      R"({"current":"memberpass","new":"another password"})",
      local({{"cookie", session_cookie(here)}, {"x-csrf-token", text(here, "csrf")}})
  );
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(check_cookie(elsewhere), 401);
  EXPECT_EQ(check_cookie(session_cookie(here)), 401);
  EXPECT_EQ(check_token(token), 401);
  EXPECT_EQ(check_cookie(session_cookie(changed)), 200);
  EXPECT_EQ(enter().status, 401);
  EXPECT_EQ(enter({}, "another password").status, 200);
}

struct PasswordChange {
  const char* name;
  const char* body;
  int status;
  const char* code;
};
class RefusedPasswordChanges : public SessionFixture,
                               public testing::WithParamInterface<PasswordChange> {};

TEST_P(RefusedPasswordChanges, ChangeNothing) {
  const Answer here = enter();
  const std::string before = stored_secret(kEmail);
  const Answer answer = post(
      "/auth/api/password",
      GetParam().body,
      local({{"cookie", session_cookie(here)}, {"x-csrf-token", text(here, "csrf")}})
  );
  EXPECT_EQ(answer.status, GetParam().status) << answer.body;
  EXPECT_EQ(text(answer, "code"), GetParam().code);
  EXPECT_EQ(stored_secret(kEmail), before);
  EXPECT_EQ(check_cookie(session_cookie(here)), 200);
}

INSTANTIATE_TEST_SUITE_P(
    Bodies,
    RefusedPasswordChanges,
    testing::Values(
        PasswordChange{
            "wrong_current",
            R"({"current":"nope-nope","new":"another password"})",
            401,
            "UNAUTHENTICATED"
        },
        PasswordChange{"no_current", R"({"new":"another password"})", 401, "UNAUTHENTICATED"},
        PasswordChange{
            "short", R"({"current":"memberpass","new":"short"})", 400, "VALIDATION_FAILED"
        },
        PasswordChange{"no_new", R"({"current":"memberpass"})", 400, "VALIDATION_FAILED"},
        PasswordChange{
            "unknown_member",
            R"({"current":"memberpass","new":"another password","nwe":1})",
            400,
            "VALIDATION_FAILED"
        },
        PasswordChange{"array", "[]", 400, "VALIDATION_FAILED"},
        PasswordChange{"no_json", "{", 400, "BAD_JSON"}
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace noded::auth
