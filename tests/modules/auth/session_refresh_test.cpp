// Refresh tokens: families that rotate, the grace of parallel tabs, and what reuse does.
#include "modules/auth/session/refresh_token.hpp"
#include "modules/auth/session_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <string>

namespace noded::auth {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

class SessionRefresh : public SessionFixture {};

TEST_F(SessionRefresh, GivesANewTokenAndASuccessor) {
  const Answer entered = enter_as_program();
  pass(std::chrono::minutes(9));
  const Answer refreshed = refresh(text(entered, "refresh_token"));
  ASSERT_EQ(refreshed.status, 200) << refreshed.body;
  EXPECT_NE(text(refreshed, "refresh_token"), text(entered, "refresh_token"));
  pass(std::chrono::minutes(2));
  EXPECT_EQ(check_token(text(entered, "token")), 401);
  EXPECT_EQ(check_token(text(refreshed, "token")), 200);
}

TEST_F(SessionRefresh, OfTwentyAtOnceGivesAllTheSameSuccessor) {
  const std::string token = text(enter_as_program(), "refresh_token");
  constexpr int kTabs = 20;
  std::set<std::string> successors;
  int done = 0;
  for (int i = 0; i < kTabs; ++i) {
    net::co_spawn(
        io_,
        module_.sessions().refresh(token, "one client", SteadyTime::max()),
        [&](std::exception_ptr cause, Result<Sessions::Refreshed> refreshed) {
          ++done;
          ASSERT_EQ(cause, nullptr);
          ASSERT_TRUE(refreshed.has_value()) << refreshed.error().message;
          EXPECT_EQ(refreshed->outcome, Sessions::Refreshed::Outcome::kDone);
          successors.insert(refreshed->refresh);
        }
    );
  }
  const auto give_up = std::chrono::steady_clock::now() + seconds(60);
  io_.restart();
  const auto guard = net::make_work_guard(io_);
  while (done < kTabs && std::chrono::steady_clock::now() < give_up)
    io_.run_one_for(std::chrono::milliseconds(100));
  ASSERT_EQ(done, kTabs);
  ASSERT_EQ(successors.size(), 1u);
  EXPECT_EQ(refresh(*successors.begin()).status, 200);
}

TEST_F(SessionRefresh, ToleratesAReplayWithinTheGrace) {
  const std::string token = text(enter_as_program(), "refresh_token");
  const std::string successor = text(refresh(token), "refresh_token");
  pass(seconds(30));
  EXPECT_EQ(text(refresh(token), "refresh_token"), successor);
}

TEST_F(SessionRefresh, EndsTheSessionOnAReplayAfterTheGrace) {
  const std::string token = text(enter_as_program(), "refresh_token");
  const Answer refreshed = refresh(token);
  pass(seconds(31));
  const Answer replayed = refresh(token);
  EXPECT_EQ(replayed.status, 401);
  EXPECT_EQ(text(replayed, "code"), "TOKEN_INVALID");
  EXPECT_EQ(check_token(text(refreshed, "token")), 401);
  EXPECT_EQ(refresh(text(refreshed, "refresh_token")).status, 401);
  EXPECT_THAT(log_.lines, HasSubstr("token.reuse {\"user\":\"1\""));
}

TEST_F(SessionRefresh, EndsTheSessionOnAReplayByAnotherClient) {
  const std::string token = text(enter_as_program(), "refresh_token");
  const Answer refreshed = refresh(token, {{"user-agent", "theirs"}});
  EXPECT_EQ(refresh(token, {{"user-agent", "a thief's"}}).status, 401);
  EXPECT_EQ(check_token(text(refreshed, "token")), 401);
}

TEST_F(SessionRefresh, KnowsATokenOfLongAgoAsReused) {
  const std::string first = text(enter_as_program(), "refresh_token");
  const std::string second = text(refresh(first), "refresh_token");
  pass(std::chrono::minutes(5));
  const Answer third = refresh(second);
  pass(std::chrono::minutes(5));
  EXPECT_EQ(refresh(first).status, 401);
  EXPECT_EQ(check_token(text(third, "token")), 401);
}

// Knowing a session's id must not be enough to end it.
TEST_F(SessionRefresh, IsNotEndedByAForgedToken) {
  const Answer entered = enter_as_program();
  const std::string token = text(entered, "refresh_token");
  const std::string id = token.substr(0, token.find('.'));
  EXPECT_EQ(refresh(first_refresh_token(id).text()).status, 401);
  EXPECT_EQ(check_token(text(entered, "token")), 200);
  EXPECT_EQ(refresh(token).status, 200);
}

TEST_F(SessionRefresh, TellsOfTheAccountAsItIsNow) {
  const std::string token = text(enter_as_program(), "refresh_token");
  auto changed = run(UserRecords(database_, "users")
                         .change(
                             "1",
                             {{"email", "n@example.com"}},
                             [](const UserView&) { return Result<>(); },
                             {},
                             SteadyTime::max()
                         ));
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(refresh(token).object().at("user").at("email").as_string(), "n@example.com");
}

TEST_F(SessionRefresh, EndsWithTheSession) {
  const std::string token = text(enter_as_program(), "refresh_token");
  ASSERT_TRUE(run(module_.sessions().end_all("1", SteadyTime::max())).has_value());
  EXPECT_EQ(refresh(token).status, 401);
}

class RefusedRefreshTokens : public SessionFixture,
                             public testing::WithParamInterface<const char*> {};

TEST_P(RefusedRefreshTokens, AreRefusedByOneAnswer) {
  enter_as_program();
  const Answer answer = refresh(GetParam());
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(text(answer, "code"), "TOKEN_INVALID");
  EXPECT_THAT(answer.header("WWW-Authenticate"), HasSubstr("invalid_token"));
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    RefusedRefreshTokens,
    testing::Values(
        "",
        ".",
        "00112233445566778899aabbccddeeff",
        "00112233445566778899aabbccddeeff.",
        "00112233445566778899aabbccddeeff.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "00112233445566778899aabbccddeefg.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    )
);

TEST(RefreshUse, ReadsWhatItWrote) {
  const RefreshUse use = decode_refresh_use(encode(RefreshUse{.used_ms = 5, .client = "a b"}));
  EXPECT_EQ(use.used_ms, 5);
  EXPECT_EQ(use.client, "a b");
}

TEST(RefreshUse, CountsAsUsedLongAgoWhenItIsDamaged) {
  for (const char* text : {"", "x", "5", "5x", "99999999999999999999 a"}) {
    EXPECT_EQ(decode_refresh_use(text).used_ms, 1) << text;
    EXPECT_EQ(decode_refresh_use(text).client, "") << text;
  }
}

}  // namespace
}  // namespace noded::auth
