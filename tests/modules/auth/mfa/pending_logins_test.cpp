// How long logins wait for their second factor, and how many of them.
#include "modules/auth/mfa/pending_logins.hpp"

#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::auth {
namespace {

using namespace std::chrono_literals;

class PendingLoginsTest : public testing::Test {
 protected:
  test::ManualClock clock_;
  PendingLogins logins_{{.lifetime = 5min, .most = 3, .tries = 2}, clock_};
};

TEST_F(PendingLoginsTest, KnowsWhoseLoginWaits) {
  const std::string token = logins_.open("7", "pwd");
  EXPECT_EQ(token.size(), 43U);
  const auto login = logins_.attempt(token);
  ASSERT_TRUE(login.has_value());
  EXPECT_EQ(login->user_id, "7");
  EXPECT_EQ(login->amr, "pwd");
  EXPECT_FALSE(logins_.attempt("x").has_value());
}

TEST_F(PendingLoginsTest, LetsOneWaitAsLongAsItMay) {
  const std::string token = logins_.open("7", "pwd");
  clock_.advance(5min - 1ms);
  EXPECT_TRUE(logins_.attempt(token).has_value());
  clock_.advance(1ms);
  EXPECT_FALSE(logins_.attempt(token).has_value());
}

TEST_F(PendingLoginsTest, GivesEachItsTries) {
  const std::string token = logins_.open("7", "pwd");
  EXPECT_TRUE(logins_.attempt(token).has_value());
  EXPECT_TRUE(logins_.attempt(token).has_value());
  EXPECT_FALSE(logins_.attempt(token).has_value());
  EXPECT_FALSE(logins_.close(token));
}

TEST_F(PendingLoginsTest, ClosesOneOnce) {
  const std::string token = logins_.open("7", "pwd");
  EXPECT_TRUE(logins_.close(token));
  EXPECT_FALSE(logins_.close(token));
  EXPECT_FALSE(logins_.attempt(token).has_value());
}

TEST_F(PendingLoginsTest, ForgetsTheOldestBeyondItsBound) {
  const std::string first = logins_.open("1", "pwd");
  const std::string second = logins_.open("2", "pwd");
  logins_.open("3", "pwd");
  logins_.open("4", "pwd");
  EXPECT_FALSE(logins_.attempt(first).has_value());
  EXPECT_TRUE(logins_.attempt(second).has_value());
}

}  // namespace
}  // namespace noded::auth
