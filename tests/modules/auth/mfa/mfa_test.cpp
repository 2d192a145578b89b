// Logging into an account that has an authenticator app, and setting that up.
#include "modules/auth/mfa/mfa_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace noded::auth {
namespace {

using testing::HasSubstr;
using testing::Not;

class Mfa : public MfaFixture {};

TEST_F(Mfa, AsksForACodeBesideThePassword) {
  set_up();
  const Answer refused = log_in();
  ASSERT_EQ(refused.status, 401);
  EXPECT_EQ(text(refused, "code"), "MFA_REQUIRED");
  EXPECT_EQ(
      refused.object().at("mfa").as_object().at("methods"), json::value({"totp", "recovery"})
  );
  EXPECT_FALSE(refused.object().contains("token"));
  const Answer answer = go_on(pending_token(refused), code());
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Answer who = check({{"authorization", "Bearer " + answer.token()}});
  EXPECT_EQ(who.object().at("amr"), json::value({"pwd", "otp", "mfa"}));
}

TEST_F(Mfa, TakesTheCodeWithThePasswordToo) {
  set_up();
  EXPECT_EQ(log_in(R"(,"otp":")" + code() + "\"").status, 200);
  EXPECT_EQ(log_in(R"(,"otp":")" + wrong_code() + "\"").status, 401);
}

TEST_F(Mfa, TakesNoCodeTwice) {
  set_up();
  const std::string once = code();
  EXPECT_EQ(log_in(R"(,"otp":")" + once + "\"").status, 200);
  EXPECT_EQ(log_in(R"(,"otp":")" + once + "\"").status, 401);
}

TEST_F(Mfa, GivesTheLoginOfTheApplicationNoWayAround) {
  set_up();
  const Answer refused = login(kEmail);
  EXPECT_EQ(refused.status, 401);
  EXPECT_FALSE(refused.object().contains("token"));
  EXPECT_THAT(refused.body, HasSubstr("otp"));
  const Answer answer = post(
      "/api/auth/password/login",
      R"({"email":"m@example.com","password":"memberpass","otp":")" + code() + "\"}"
  );
  EXPECT_EQ(answer.status, 200) << answer.body;
}

TEST_F(Mfa, LetsNoWayOfSigningInOpenASessionWithoutIt) {
  set_up();
  http::Request request;
  request.identity = std::make_shared<const Identity>();
  const Account owner = account();
  const auto opened = run(
      module_.session_opener().open(*module_.state(), request, {.account = owner, .amr = {"fed"}})
  );
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().type, kMfaRequiredType);
  EXPECT_TRUE(run(module_.session_opener().open(
                      *module_.state(), request, {.account = owner, .amr = {"hwk", "mfa"}}
                  ))
                  .has_value());
}

TEST_F(Mfa, TakesEachRecoveryCodeOnceAndKeepsThatInTheAuditChain) {
  set_up();
  EXPECT_EQ(go_on(pending_token(log_in()), recovery_.front()).status, 200);
  EXPECT_EQ(go_on(pending_token(log_in()), recovery_.front()).status, 401);
  EXPECT_EQ(send(http::Method::kGet, "/api/auth/mfa").body, R"({"totp":true,"recovery_codes":9})");
}

TEST_F(Mfa, EndsALoginAfterTooManyWrongCodes) {
  set_up();
  const std::string token = pending_token(log_in());
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(go_on(token, wrong_code()).status, 401);
  pass(std::chrono::minutes(1));
  const Answer ended = go_on(token, code());
  EXPECT_EQ(ended.status, 401);
  EXPECT_THAT(ended.body, HasSubstr("begin again"));
}

TEST_F(Mfa, MakesGuessingCodesSlowThoughThePasswordIsRight) {
  set_up();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(log_in(R"(,"otp":")" + wrong_code() + "\"").status, 401);
  const Answer refused = log_in(R"(,"otp":")" + wrong_code() + "\"");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "1");
}

TEST_F(Mfa, LetsOneLoginInOnce) {
  set_up();
  const std::string token = pending_token(log_in());
  EXPECT_EQ(go_on(token, code()).status, 200);
  EXPECT_EQ(go_on(token, code()).status, 401);
}

TEST_F(Mfa, IsOffUntilAFirstCodeShowsThatTheAppHasTheKey) {
  cookie_ = session_cookie(enter());
  ASSERT_EQ(send(http::Method::kPost, "/api/auth/mfa/totp").status, 201);
  EXPECT_EQ(log_in().status, 200);
  EXPECT_EQ(confirm("000000").status, 400);
  EXPECT_EQ(log_in().status, 200);
}

TEST_F(Mfa, RefusesASecondAppBesideTheFirst) {
  set_up();
  EXPECT_EQ(send(http::Method::kPost, "/api/auth/mfa/totp").status, 409);
  EXPECT_EQ(confirm(code()).status, 409);
}

TEST_F(Mfa, AsksWhoChangesItToHaveSignedInJustNow) {
  set_up();
  pass(std::chrono::minutes(6));
  for (const auto& [method, path] :
       {std::pair{http::Method::kDelete, "/api/auth/mfa/totp"},
        std::pair{http::Method::kPost, "/api/auth/mfa/recovery-codes"},
        std::pair{http::Method::kPost, "/api/auth/mfa/totp"}}) {
    const Answer refused = send(method, path);
    EXPECT_EQ(refused.status, 403) << path;
    EXPECT_EQ(text(refused, "code"), "REAUTH_REQUIRED") << path;
    EXPECT_EQ(send(method, path, R"({"password":"wrong"})").status, 401) << path;
  }
  EXPECT_EQ(
      send(http::Method::kPost, "/api/auth/mfa/recovery-codes", R"({"password":"memberpass"})")
          .status,
      200
  );
  EXPECT_EQ(
      send(http::Method::kDelete, "/api/auth/mfa/totp", R"({"password":"memberpass"})").status, 204
  );
  EXPECT_EQ(log_in().status, 200);
  EXPECT_EQ(send(http::Method::kGet, "/api/auth/mfa").body, R"({"totp":false,"recovery_codes":0})");
}

TEST_F(Mfa, CanBeRemovedByAnOperatorAlone) {
  set_up();
  const std::string path = "/api/admin/users/m%40example.com/remove-second-factor";
  EXPECT_EQ(send(http::Method::kPost, path).status, 403);
  EXPECT_EQ(log_in().status, 401);
  add_account("root@example.com", "admin", "x");
  const auto root =
      run(module_.state()->users.find_by_email("root@example.com", SteadyTime::max()));
  http::Request request;
  request.identity = std::make_shared<const Identity>();
  const auto opened =
      run(module_.session_opener().open(*module_.state(), request, {.account = **root, .amr = {}}));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(post(path, "{}", {{"authorization", "Bearer " + opened->token}}).status, 200);
  EXPECT_EQ(log_in().status, 200);
}

TEST_F(Mfa, RefusesWhatIsMalformed) {
  set_up();
  struct Case {
    const char* path;
    const char* body;
    int status;
  };
  for (const Case& c :
       {Case{"/auth/api/mfa", "{", 400},
        Case{"/auth/api/mfa", "[]", 400},
        Case{"/auth/api/mfa", "{}", 400},
        Case{"/auth/api/mfa", R"({"token":"x","code":1})", 400},
        Case{"/auth/api/mfa", R"({"token":"x","code":"123456"})", 401},
        Case{"/auth/api/mfa", R"({"token":"x","code":"123456","more":1})", 400},
        Case{"/api/auth/mfa/totp", "[]", 400},
        Case{"/api/auth/mfa/totp", R"({"seed":"mine"})", 400},
        Case{"/api/auth/mfa/totp/verify", "{", 400},
        Case{"/api/auth/mfa/recovery-codes", R"({"codes":[]})", 400}}) {
    const Answer refused = send(http::Method::kPost, c.path, c.body);
    EXPECT_EQ(refused.status, c.status) << c.path << " " << c.body << " " << refused.body;
  }
  for (const auto& [method, path] :
       {std::pair{http::Method::kGet, "/api/auth/mfa"},
        std::pair{http::Method::kPost, "/api/auth/mfa/totp"},
        std::pair{http::Method::kPost, "/api/auth/mfa/totp/verify"},
        std::pair{http::Method::kDelete, "/api/auth/mfa/totp"},
        std::pair{http::Method::kPost, "/api/auth/mfa/recovery-codes"}}) {
    EXPECT_EQ(call(method, path, local()).status, 401) << path;
  }
}

TEST_F(Mfa, LeavesTheKeyReadableNowhere) {
  set_up();
  std::string all = log_.lines;
  auto transaction = engine_.begin({});
  const auto cursor = (*transaction)->scan(KeyRange{}, Direction::kForward);
  while (cursor->next())
    all.append(cursor->value());
  EXPECT_THAT(all, Not(HasSubstr(seed_)));
  EXPECT_THAT(all, Not(HasSubstr(recovery_.front())));
  EXPECT_THAT(all, Not(HasSubstr(crypto::totp_secret_text(seed_))));
}

class MfaWalk : public MfaFixture {
 protected:
  static std::string hidden(const Answer& page, const std::string& name) {
    const std::string before = "name=\"" + name + "\" value=\"";
    const std::size_t begin = page.body.find(before);
    if (begin == std::string::npos) return {};
    const std::size_t value = begin + before.size();
    return page.body.substr(value, page.body.find('"', value) - value);
  }
  Answer log_in_by_form() {
    const Answer page = get("/auth/login?next=%2Fdesk", local());
    return post_form(
        "/auth/api/login",
        "email=m%40example.com&password=memberpass&next=%2Fdesk&csrf=" + hidden(page, "csrf"),
        local({{"cookie", "nd_pre=" + cookies_of(page)["nd_pre"]}})
    );
  }
  Answer send_form(const std::string& fields, const std::string& csrf) {
    return post_form("/auth/authenticator", fields + "&csrf=" + csrf, local({{"cookie", cookie_}}));
  }
};

TEST_F(MfaWalk, LeadsOverThePageOfTheCodeToTheNextPage) {
  set_up();
  const Answer first = log_in_by_form();
  ASSERT_EQ(first.status, 303);
  EXPECT_EQ(first.header("Location"), "/auth/mfa?next=%2Fdesk");
  EXPECT_THAT(set_cookie_of(first, "nd_mfa"), HasSubstr("HttpOnly; SameSite=Strict"));
  const std::string pending = "nd_mfa=" + cookies_of(first)["nd_mfa"];
  const Answer page = get("/auth/mfa?next=%2Fdesk", local({{"cookie", pending}}));
  ASSERT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("one-time-code"));
  EXPECT_THAT(page.body, Not(HasSubstr("<script")));
  const std::string csrf = hidden(page, "csrf");
  const Answer wrong = post_form(
      "/auth/api/mfa",
      "code=" + wrong_code() + "&next=%2Fdesk&csrf=" + csrf,
      local({{"cookie", pending}})
  );
  EXPECT_EQ(wrong.status, 303);
  EXPECT_EQ(wrong.header("Location"), "/auth/mfa?error=code&next=%2Fdesk");
  const Answer foreign =
      post_form("/auth/api/mfa", "code=" + code() + "&csrf=x", local({{"cookie", pending}}));
  EXPECT_EQ(foreign.status, 403);
  const Answer last = post_form(
      "/auth/api/mfa", "code=" + code() + "&next=%2Fdesk&csrf=" + csrf, local({{"cookie", pending}})
  );
  EXPECT_EQ(last.status, 303) << last.body;
  EXPECT_EQ(last.header("Location"), "/desk");
  EXPECT_EQ(cookies_of(last)["nd_mfa"], "");
  EXPECT_EQ(check_cookie(session_cookie(last)), 200);
}

TEST_F(MfaWalk, SendsWhoWaitedTooLongBackToTheLogin) {
  set_up();
  const Answer nothing = get("/auth/mfa?next=%2Fdesk", local());
  EXPECT_EQ(nothing.header("Location"), "/auth/login?error=expired&next=%2Fdesk");
  const std::string forgotten(43, 'a');
  const Answer late = post_form(
      "/auth/api/mfa",
      "code=" + code() + "&csrf=" + csrf_token(forgotten),
      local({{"cookie", "nd_mfa=" + forgotten}})
  );
  EXPECT_EQ(late.header("Location"), "/auth/login?error=expired");
}

TEST_F(MfaWalk, SetsTheAppUpAndRemovesItWithoutScripts) {
  EXPECT_EQ(
      get("/auth/authenticator", local()).header("Location"),
      "/auth/login?next=%2Fauth%2Fauthenticator"
  );
  cookie_ = session_cookie(enter());
  const Answer page = get("/auth/authenticator", local({{"cookie", cookie_}}));
  ASSERT_EQ(page.status, 200);
  const std::string csrf = hidden(page, "csrf");
  const Answer begun = send_form("do=begin", csrf);
  ASSERT_EQ(begun.status, 200) << begun.body;
  EXPECT_THAT(begun.body, HasSubstr("<svg class=\"qr\""));
  const std::size_t key = begun.body.find("Key: ");
  ASSERT_NE(key, std::string::npos);
  seed_ = seed_of(begun.body.substr(key + 5, 32));
  const Answer wrong = send_form("do=confirm&code=" + wrong_code(), csrf);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("role=\"alert\""));
  const Answer on = send_form("do=confirm&code=" + code(), csrf);
  ASSERT_EQ(on.status, 200) << on.body;
  EXPECT_THAT(on.body, HasSubstr("<ul class=\"codes\">"));
  EXPECT_EQ(log_in().status, 401);
  EXPECT_THAT(
      get("/auth/authenticator", local({{"cookie", cookie_}})).body,
      HasSubstr("Recovery codes left: 10")
  );
  EXPECT_EQ(send_form("do=codes", csrf).status, 200);
  EXPECT_EQ(send_form("do=remove", "x").status, 403);
  EXPECT_EQ(send_form("do=nothing", csrf).status, 400);
  EXPECT_EQ(send_form("do=remove", csrf).status, 200);
  EXPECT_EQ(log_in().status, 200);
}

TEST_F(MfaWalk, AsksForThePasswordOnThePageAfterFiveMinutes) {
  cookie_ = session_cookie(enter());
  pass(std::chrono::minutes(6));
  const Answer page = get("/auth/authenticator", local({{"cookie", cookie_}}));
  EXPECT_THAT(page.body, HasSubstr("type=\"password\""));
  const std::string csrf = hidden(page, "csrf");
  const Answer wrong = send_form("do=begin&password=wrong", csrf);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("The password is wrong"));
  EXPECT_THAT(send_form("do=begin&password=memberpass", csrf).body, HasSubstr("<svg"));
}

}  // namespace
}  // namespace noded::auth
