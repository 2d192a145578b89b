// What a second factor takes for a code, and what becomes of it then.
#include "modules/auth/mfa/second_factor.hpp"

#include "crypto/totp.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace noded::auth {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;

SecondFactor factor() {
  SecondFactor made = SecondFactor::fresh();
  made.is_on = true;
  return made;
}

TEST(SecondFactor, TakesACodeOfTheAppOnceAndWithSpaces) {
  SecondFactor made = factor();
  std::string code = crypto::totp(made.seed, kNow);
  EXPECT_EQ(use_code(made, " " + code.substr(0, 3) + " " + code.substr(3), kNow), CodeKind::kApp);
  EXPECT_EQ(use_code(made, code, kNow), CodeKind::kWrong);
  EXPECT_EQ(use_code(made, crypto::totp(made.seed, kNow + 30), kNow + 30), CodeKind::kApp);
  // The one before the last that was used is void too.
  EXPECT_EQ(use_code(made, code, kNow + 30), CodeKind::kWrong);
}

TEST(SecondFactor, TakesCodesOfTheNeighbouringPeriodsAlone) {
  for (const std::int64_t away : {-90, -60, -30, 0, 30, 60, 90}) {
    SecondFactor made = factor();
    const bool is_near = away >= -30 && away <= 30;
    EXPECT_EQ(
        use_code(made, crypto::totp(made.seed, kNow + away), kNow),
        is_near ? CodeKind::kApp : CodeKind::kWrong
    ) << away;
  }
}

TEST(SecondFactor, MakesTenRecoveryCodesOfWhichEachWorksOnce) {
  SecondFactor made = factor();
  const auto codes = renew_recovery_codes(made);
  ASSERT_EQ(codes.size(), kRecoveryCodes);
  EXPECT_EQ(std::set(codes.begin(), codes.end()).size(), kRecoveryCodes);
  for (const std::string& code : codes) {
    EXPECT_EQ(use_code(made, code, kNow), CodeKind::kRecovery) << code;
    EXPECT_EQ(use_code(made, code, kNow), CodeKind::kWrong) << code;
  }
  EXPECT_TRUE(made.recovery.empty());
}

TEST(SecondFactor, TakesARecoveryCodeHoweverItIsTyped) {
  SecondFactor made = factor();
  std::string code = renew_recovery_codes(made).front();
  for (char& c : code)
    c = static_cast<char>(std::toupper(c));
  code.erase(5, 1);
  EXPECT_EQ(use_code(made, " " + code + " ", kNow), CodeKind::kRecovery);
}

TEST(SecondFactor, VoidsTheCodesBeforeWhenNewOnesAreMade) {
  SecondFactor made = factor();
  const auto before = renew_recovery_codes(made);
  renew_recovery_codes(made);
  EXPECT_EQ(use_code(made, before.front(), kNow), CodeKind::kWrong);
}

TEST(SecondFactor, TakesNothingElse) {
  SecondFactor made = factor();
  renew_recovery_codes(made);
  for (const std::string& typed :
       {std::string(),
        std::string("0"),
        std::string("00000-00000"),
        std::string(100, '1'),
        std::string("12345\0", 6),
        std::string("\xff\xfe")}) {
    EXPECT_EQ(use_code(made, typed, kNow), CodeKind::kWrong) << typed;
  }
  SecondFactor none;
  EXPECT_EQ(use_code(none, crypto::totp("", kNow), kNow), CodeKind::kWrong);
}

TEST(SecondFactor, IsReadBackAsItWasWritten) {
  SecondFactor made = factor();
  renew_recovery_codes(made);
  made.used_period = 17;
  const auto read = decode_second_factor(encode(made));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->seed, made.seed);
  EXPECT_EQ(read->is_on, made.is_on);
  EXPECT_EQ(read->used_period, made.used_period);
  EXPECT_EQ(read->recovery, made.recovery);
}

TEST(SecondFactor, RefusesARecordThatIsNone) {
  for (const char* text :
       {"",
        "[]",
        "{}",
        R"({"seed":"*","on":true,"recovery":[]})",
        R"({"seed":"","on":1,"recovery":[]})",
        R"({"seed":"","on":true,"recovery":{}})",
        R"({"seed":"","on":true,"recovery":[1]})",
        R"({"seed":"","on":true,"recovery":[],"used":"x"})"}) {
    EXPECT_FALSE(decode_second_factor(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace noded::auth
