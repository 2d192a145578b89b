// /api/auth/otp: codes by mail, as bknd's plugin serves them.
#include "modules/auth/recovery/email_codes.hpp"
#include "recovery_fixture.hpp"

#include <string>
#include <vector>

namespace noded::auth {
namespace {

using std::chrono::seconds;

class OtpTest : public RecoveryFixture {
 protected:
  OtpTest() : RecoveryFixture({.email_otp = true, .public_url = {}}) {}

  Answer ask_code(const std::string& action = "login", const std::string& email = kEmail) {
    return post("/api/auth/otp/" + action, R"({"email":")" + email + "\"}");
  }
  Answer enter_code(
      const std::string& code,
      const std::string& action = "login",
      const std::string& email = kEmail
  ) {
    return post(
        "/api/auth/otp/" + action, R"({"email":")" + email + R"(","code":")" + code + "\"}"
    );
  }
  // The six digits of the newest letter.
  std::string code() const {
    const std::string& text = outbox_.letters.back().text;
    for (std::size_t i = 0; i + 6 <= text.size(); ++i) {
      if (text.substr(i, 6).find_first_not_of("0123456789") == std::string::npos)
        return text.substr(i, 6);
    }
    return {};
  }
  static std::string other_than(const std::string& code) {
    return code == "123456" ? "654321" : "123456";
  }
  static std::string error_of(const Answer& answer) {
    return std::string(answer.object().at("error").as_string());
  }
};

class OtpLogin : public OtpTest {
 protected:
  void SetUp() override {
    OtpTest::SetUp();
    ASSERT_EQ(register_account(kEmail, kPassword).status, 200);
  }
};

TEST_F(OtpLogin, SendsACodeAndTakesIt) {
  const Answer sent = ask_code();
  EXPECT_EQ(sent.status, 201);
  EXPECT_EQ(
      sent.body,
      R"({"sent":true,"data":{"email":"m@example.com","action":"login","expires_at":"2024-01-02T03:14:05.000Z"}})"
  );
  ASSERT_EQ(outbox_.letters.size(), 1U);
  EXPECT_EQ(outbox_.letters.front().to, kEmail);
  const Answer entered = enter_code(code());
  EXPECT_EQ(entered.status, 200) << entered.body;
  EXPECT_EQ(entered.object().at("user").as_object().at("email"), kEmail);
  EXPECT_TRUE(entered.header("Set-Cookie").starts_with("auth="));
  EXPECT_EQ(get("/api/auth/me", {{"authorization", "Bearer " + entered.token()}}).status, 200);
  EXPECT_FALSE(log_.lines.contains(code()));
}

TEST_F(OtpLogin, TakesACodeOnce) {
  ask_code();
  const std::string code = this->code();
  ASSERT_EQ(enter_code(code).status, 200);
  const Answer again = enter_code(code);
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(error_of(again), "Code already used");
}

TEST_F(OtpLogin, LetsNobodyIntoADisabledAccount) {
  ask_code();
  const std::string code = this->code();
  module_.sessions().accounts().set_disabled("1", true);
  EXPECT_EQ(enter_code(code).status, 400);
  EXPECT_EQ(ask_code().status, 400);
  module_.sessions().accounts().set_disabled("1", false);
  EXPECT_EQ(enter_code(code).status, 200);
}

TEST_F(OtpLogin, TakesACodeForTenMinutes) {
  ask_code();
  const std::string code = this->code();
  pass(seconds(600));
  EXPECT_EQ(error_of(enter_code(code)), "Code expired");
  pass(seconds(86'400));
  ask_code();
  pass(seconds(599));
  EXPECT_EQ(enter_code(this->code()).status, 200);
}

TEST_F(OtpLogin, TakesTheNewestCodeAlone) {
  ask_code();
  const std::string first = code();
  ask_code();
  if (first != code()) EXPECT_EQ(error_of(enter_code(first)), "Invalid code");
  EXPECT_EQ(enter_code(code()).status, 200);
}

TEST_F(OtpLogin, TakesNoCodeOfAnotherActionOrAddress) {
  add_account("n@example.com", "member", "");
  ask_code("register", "new@example.com");
  const std::string code = this->code();
  EXPECT_EQ(error_of(enter_code(code)), "Invalid code");
  EXPECT_EQ(error_of(enter_code(code, "login", "n@example.com")), "Invalid code");
  EXPECT_EQ(enter_code(code, "register", "new@example.com").status, 200);
}

TEST_F(OtpLogin, EndsACodeAfterFiveWrongOnes) {
  EmailCodes codes(database_, clock_);
  const EmailCodes::Use use{.action = "login", .address = kEmail, .secret = "a-secret"};
  const auto made = run(codes.make(use, SteadyTime::max()));
  ASSERT_TRUE(made.has_value());
  using Verdict = EmailCodes::Verdict;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(run(codes.check(use, other_than(made->code), SteadyTime::max())), Verdict::kWrong);
  EXPECT_EQ(run(codes.check(use, made->code, SteadyTime::max())), Verdict::kWrong);
  const auto next = run(codes.make(use, SteadyTime::max()));
  EXPECT_EQ(run(codes.check(use, next->code, SteadyTime::max())), Verdict::kRight);
}

TEST_F(OtpLogin, MakesWhoGuessesWaitButNotTheOwnersPassword) {
  ask_code();
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(enter_code(other_than(code())).status, 400) << i;
  const Answer waits = enter_code(code());
  EXPECT_EQ(waits.status, 429);
  EXPECT_EQ(waits.header("Retry-After"), "1");
  EXPECT_EQ(login(kEmail, kPassword).status, 200);
}

TEST_F(OtpLogin, LeavesNoCodeInTheStore) {
  ask_code();
  const std::string code = this->code();
  auto body = [](Transaction& transaction) -> Result<std::string> {
    std::string bytes;
    const auto cursor = transaction.scan(prefix_range(std::string("\0\1", 2)), Direction::kForward);
    while (cursor->next())
      bytes.append(cursor->value()).append("\n");
    return bytes;
  };
  const auto bytes = run(database::read(database_.store(), SteadyTime::max(), body));
  ASSERT_TRUE(bytes.has_value());
  EXPECT_TRUE(bytes->contains("\"tries\":0"));
  EXPECT_FALSE(bytes->contains("\"" + code + "\""));
}

TEST_F(OtpTest, RegistersByACode) {
  const Answer sent = ask_code("register");
  EXPECT_EQ(sent.status, 201);
  const Answer made = post(
      "/api/auth/otp/register",
      R"({"email":"m@example.com","code":")" + code() + R"(","nick":"em"})"
  );
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.object().at("user").as_object().at("role"), "member");
  EXPECT_EQ(error_of(ask_code("register")), "Invalid credentials");
  EXPECT_EQ(ask_code("login").status, 201);
  EXPECT_EQ(enter_code(code()).status, 200);
  EXPECT_EQ(login(kEmail, "").status, 401);  // it has no password
}

struct BadOtp {
  const char* path;
  const char* body;
  int status;
  const char* error;
};
class RefusedOtp : public OtpLogin, public testing::WithParamInterface<BadOtp> {};

TEST_P(RefusedOtp, AnswersAsBkndDoes) {
  const Answer answer = post(GetParam().path, GetParam().body);
  EXPECT_EQ(answer.status, GetParam().status) << answer.body;
  EXPECT_TRUE(error_of(answer).contains(GetParam().error)) << answer.body;
  EXPECT_TRUE(outbox_.letters.empty());
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    RefusedOtp,
    testing::Values(
        BadOtp{"/api/auth/otp/login", R"({"email":"nobody@x.y"})", 400, "Invalid credentials"},
        BadOtp{
            "/api/auth/otp/register", R"({"email":"m@example.com"})", 400, "Invalid credentials"
        },
        BadOtp{
            "/api/auth/otp/login", R"({"email":"m@example.com","code":"1"})", 400, "Invalid code"
        },
        BadOtp{"/api/auth/otp/login", R"({"email":"m@example.com","code":""})", 400, "code"},
        BadOtp{"/api/auth/otp/login", R"({"email":"m@example.com","code":1})", 400, "code"},
        BadOtp{"/api/auth/otp/login", R"({"email":"m"})", 400, "email"},
        BadOtp{"/api/auth/otp/login", R"({"email":"m@example.com","x":1})", 400, "unknown member"},
        BadOtp{"/api/auth/otp/login", "[]", 400, "object"},
        BadOtp{"/api/auth/otp/login", "{", 400, "Malformed JSON"},
        BadOtp{
            "/api/auth/otp/register",
            R"({"email":"n@x.y","role":"admin"})",
            400,
            "Invalid credentials"
        }
    )
);

class OtpWithoutMail : public RecoveryFixture {
 protected:
  OtpWithoutMail() : RecoveryFixture({.email_otp = true, .public_url = {}}, false) {}
};

TEST_F(OtpWithoutMail, SaysSo) {
  const Answer answer = post("/api/auth/otp/login", R"({"email":"m@example.com"})");
  EXPECT_EQ(answer.status, 501);
  EXPECT_EQ(code_of(answer), "MAIL_NOT_CONFIGURED");
}

class OtpTurnedOff : public RecoveryFixture {};

TEST_F(OtpTurnedOff, IsNotThere) {
  EXPECT_EQ(post("/api/auth/otp/login", R"({"email":"m@example.com"})").status, 404);
}

}  // namespace
}  // namespace noded::auth
