// /auth/recover and /auth/verify, called as the gateway calls them.
#include "modules/auth/accounts/account_change.hpp"
#include "recovery_fixture.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <vector>

namespace noded::auth {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class RecoveryTest : public RecoveryFixture {
 protected:
  void SetUp() override {
    RecoveryFixture::SetUp();
    ASSERT_EQ(register_account(kEmail, kPassword).status, 200);
  }
};

TEST_F(RecoveryTest, SendsALinkThatSetsANewPassword) {
  const std::string token = asked_token();
  ASSERT_EQ(outbox_.letters.size(), 1U);
  const mail::Message& letter = outbox_.letters.front();
  EXPECT_EQ(letter.to, kEmail);
  EXPECT_EQ(letter.subject, "Choose a new password");
  EXPECT_TRUE(letter.text.contains("https://app.example.org/auth/recover?token=")) << letter.text;
  EXPECT_TRUE(letter.text.contains("within 30 minutes")) << letter.text;
  const Answer answer = set_password(token);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, R"({"ok":true})");
  EXPECT_EQ(answer.header("Set-Cookie"), "");
  EXPECT_EQ(login(kEmail, kPassword).status, 401);
  EXPECT_EQ(login(kEmail, "a new password").status, 200);
}

TEST_F(RecoveryTest, EndsAllSessionsAndTokens) {
  const Answer entered = post(
      "/auth/api/login",
      R"({"email":"m@example.com","password":"memberpass","cookie":true})",
      {{"host", "localhost:1337"}}
  );
  ASSERT_EQ(entered.status, 200);
  const std::string bearer = login(kEmail, kPassword).token();
  const auto is_known = [&](const std::string& token) {
    return get("/api/check", {{"authorization", "Bearer " + token}}).status == 200;
  };
  ASSERT_TRUE(is_known(bearer));
  ASSERT_EQ(module_.sessions().size(), 1U);
  ASSERT_EQ(set_password(asked_token()).status, 200);
  EXPECT_FALSE(is_known(bearer));
  EXPECT_FALSE(is_known(entered.token()));
  EXPECT_EQ(module_.sessions().version_of("1"), 1);
}

TEST_F(RecoveryTest, WorksForAnAccountThatHasNoPasswordYet) {
  add_account("new@example.com", "member", "");
  const std::string token = asked_token("new@example.com");
  ASSERT_EQ(set_password(token).status, 200);
  EXPECT_EQ(login("new@example.com", "a new password").status, 200);
}

TEST_F(RecoveryTest, AnswersTheSameWhetherThereIsSuchAnAccount) {
  add_account("oauth@example.com", "member", "sub", "google");
  const Answer known = ask(kEmail);
  EXPECT_EQ(outbox_.letters.size(), 1U);
  for (const char* email : {"nobody@example.com", "oauth@example.com"}) {
    const Answer other = ask(email);
    EXPECT_EQ(other.status, known.status);
    EXPECT_EQ(other.body, known.body);
  }
  EXPECT_EQ(known.status, 202);
  EXPECT_EQ(known.body, R"({"sent":true})");
  EXPECT_EQ(outbox_.letters.size(), 1U);
}

// Nothing of the account is looked at before the answer is there.
TEST_F(RecoveryTest, LooksTheAccountUpBehindTheAnswer) {
  const Answer answer = post("/auth/recover", R"({"email":"m@example.com"})");
  EXPECT_EQ(answer.status, 202);
  settle();
  EXPECT_EQ(outbox_.letters.size(), 1U);
}

TEST_F(RecoveryTest, TakesTheAddressInAnyCaseAndWithBlanks) {
  EXPECT_FALSE(asked_token("  M@Example.COM ").empty());
}

TEST_F(RecoveryTest, MakesWhoAsksOftenWaitWithoutLockingTheOwnerOut) {
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(ask(kEmail).status, 202) << i;
  const Answer answer = ask(kEmail);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "1");
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(ask("nobody@example.com").status, 202) << i;
  EXPECT_EQ(ask("nobody@example.com").status, 429);
  EXPECT_EQ(login(kEmail, kPassword).status, 200);
}

TEST_F(RecoveryTest, SendsNoMoreThanFiveLinksAtATime) {
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(ask(kEmail).status, 202) << i;
    pass(minutes(1));
  }
  EXPECT_EQ(outbox_.letters.size(), 5U);
}

TEST_F(RecoveryTest, OpensALinkOnceForEightWhoPostItAtOnce) {
  const std::string token = asked_token();
  std::vector<int> statuses;
  run([&]() -> Task<bool> {
    int left = 8;
    net::steady_timer done(co_await net::this_coro::executor, net::steady_timer::time_point::max());
    for (int i = 0; i < 8; ++i) {
      spawn(done.get_executor(), "post", [&, i]() -> Task<> {
        const std::string body = R"({"token":")" + token + R"(","password":"password number )" +
                                 std::to_string(i) + "\"}";
        const std::vector<http::Header> headers{{"content-type", "application/json"}};
        http::Request request;
        request.method = http::Method::kPost;
        request.target = request.path = "/auth/recover";
        request.headers = headers;
        TextBody reader(body);
        request.body = &reader;
        request.identity = module_.authenticate(request);
        const auto match = router_.find(request.method, request.path, request.parameters);
        const http::Response response = co_await match.route->handler(request);
        statuses.push_back(response.status);
        if (--left == 0) done.cancel();
      });
    }
    while (left > 0)
      co_await done.async_wait(net::as_tuple(net::use_awaitable_t<net::any_io_executor>{}));
    co_return true;
  }());
  EXPECT_EQ(std::ranges::count(statuses, 200), 1);
  EXPECT_EQ(std::ranges::count(statuses, 401), 7);
}

TEST_F(RecoveryTest, ALinkEndsByTime) {
  const std::string token = asked_token();
  pass(minutes(30));
  const Answer answer = set_password(token);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(code_of(answer), "TOKEN_INVALID");
  EXPECT_EQ(login(kEmail, kPassword).status, 200);
}

TEST_F(RecoveryTest, ALinkEndsWhenTheAccountGetsAnotherAddress) {
  const std::string token = asked_token();
  ASSERT_TRUE(update("users", 1, R"({"email":"other@example.com"})"));
  EXPECT_EQ(code_of(set_password(token)), "TOKEN_INVALID");
  add_account(kEmail, "member", "");  // who has the address now is somebody else
  EXPECT_EQ(code_of(set_password(token)), "TOKEN_INVALID");
}

TEST_F(RecoveryTest, ALinkForThePasswordConfirmsNoAddressNorTheOtherWayRound) {
  const std::string recovery = asked_token();
  const std::string proof = asked_token(kEmail, "/auth/verify");
  EXPECT_EQ(code_of(confirm(recovery)), "TOKEN_INVALID");
  EXPECT_EQ(code_of(set_password(proof)), "TOKEN_INVALID");
  EXPECT_EQ(confirm(proof).status, 200);
  EXPECT_EQ(set_password(recovery).status, 200);
}

TEST_F(RecoveryTest, APasswordThatIsRefusedLeavesTheLinkAsItIs) {
  const std::string token = asked_token();
  const Answer refused = set_password(token, "short");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(code_of(refused), "VALIDATION_FAILED");
  EXPECT_EQ(set_password(token).status, 200);
}

TEST_F(RecoveryTest, ALinkThatIsLookedAtStillWorks) {
  const std::string token = asked_token();
  for (int i = 0; i < 3; ++i) {
    const Answer page = get("/auth/recover?token=" + token, {{"host", "localhost"}});
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.header("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(page.header("Cache-Control"), "no-store");
    EXPECT_FALSE(page.body.contains("<script"));
  }
  EXPECT_EQ(set_password(token).status, 200);
  EXPECT_EQ(get("/auth/recover?token=" + token, {{"accept", "text/html"}}).status, 401);
}

TEST_F(RecoveryTest, EndsTheWaitOfWhoForgotThePassword) {
  for (int i = 0; i < 5; ++i)
    login(kEmail, "wrong-password");
  ASSERT_EQ(login(kEmail, "wrong-password").status, 429);
  ASSERT_EQ(set_password(asked_token()).status, 200);
  EXPECT_EQ(login(kEmail, "a new password").status, 200);
}

TEST_F(RecoveryTest, StandsInTheAuditChainWithoutItsToken) {
  const std::string token = asked_token();
  ASSERT_EQ(set_password(token).status, 200);
  const audit::AuditChain chain(kApplication, clock_);
  auto body = [&](Transaction& transaction) {
    return chain.list(transaction, {});
  };
  const auto page = run(database::read(database_.store(), SteadyTime::max(), body));
  ASSERT_TRUE(page.has_value());
  std::string actions;
  for (const audit::Entry& entry : page->entries) {
    actions += entry.act.action + " ";
    EXPECT_FALSE(audit::to_json(entry).contains(token));
  }
  EXPECT_TRUE(actions.contains("user.recover")) << actions;
  EXPECT_TRUE(actions.contains("user.password")) << actions;
  EXPECT_TRUE(actions.contains("user.link")) << actions;
  EXPECT_FALSE(log_.lines.contains(token));
}

TEST_F(RecoveryTest, WritesChineseLettersAndPagesForWhoPrefersThem) {
  const Answer answer =
      post("/auth/recover", R"({"email":"m@example.com"})", {{"accept-language", "zh-CN"}});
  ASSERT_EQ(answer.status, 202);
  settle();
  EXPECT_EQ(outbox_.letters.at(0).subject, "设置新密码");
  const Answer page =
      get("/auth/recover", {{"host", "localhost"}, {"accept-language", "zh-CN,zh;q=0.9"}});
  EXPECT_TRUE(page.body.contains("忘记密码"));
}

TEST_F(RecoveryTest, WalksABrowserWithoutScriptsThroughItsForms) {
  const Fields browser{{"host", "localhost:1337"}, {"accept", "text/html"}};
  const Answer asking = get("/auth/recover", browser);
  ASSERT_EQ(asking.status, 200);
  const auto csrf_of = [](const std::string& body) {
    const std::size_t begin = body.find("name=\"csrf\" value=\"") + 19;
    return body.substr(begin, body.find('"', begin) - begin);
  };
  const std::string cookie = asking.cookie();
  ASSERT_TRUE(cookie.starts_with("nd_pre="));
  Fields with_cookie = browser;
  with_cookie.emplace("cookie", cookie);
  const Answer sent = post_form(
      "/auth/recover", "csrf=" + csrf_of(asking.body) + "&email=m%40example.com", with_cookie
  );
  EXPECT_EQ(sent.status, 303);
  EXPECT_EQ(sent.header("Location"), "/auth/recover?sent=1");
  settle();
  EXPECT_TRUE(get("/auth/recover?sent=1", browser).body.contains("mailbox"));
  const Answer opened = get("/auth/recover?token=" + token(), with_cookie);
  ASSERT_EQ(opened.status, 200);
  const std::string begin = "csrf=" + csrf_of(opened.body) + "&token=" + token();
  const Answer refused = post_form("/auth/recover", begin + "&password=short", with_cookie);
  EXPECT_EQ(refused.status, 400);
  EXPECT_TRUE(refused.body.contains("role=\"alert\"")) << refused.body;
  const Answer done = post_form("/auth/recover", begin + "&password=a+new+password", with_cookie);
  EXPECT_EQ(done.status, 303);
  EXPECT_EQ(done.header("Location"), "/auth/recover?done=1");
  EXPECT_EQ(login(kEmail, "a new password").status, 200);
}

TEST_F(RecoveryTest, TakesNoFormOfAnotherSiteNorOneWithoutItsToken) {
  const std::string token = asked_token();
  for (const Fields& fields : {
           Fields{{"host", "localhost"}, {"origin", "https://evil.example"}},
           Fields{{"host", "localhost"}, {"origin", "null"}},
           Fields{{"host", "localhost"}, {"sec-fetch-site", "cross-site"}},
           Fields{{"host", "localhost"}},
       }) {
    const Answer answer =
        post_form("/auth/recover", "token=" + token + "&password=a+new+password", fields);
    EXPECT_EQ(answer.status, 403) << answer.body;
  }
  EXPECT_EQ(login(kEmail, kPassword).status, 200);
}

struct BadAsk {
  const char* path;
  const char* body;
  const char* code;
};
class BadRecovery : public RecoveryTest, public testing::WithParamInterface<BadAsk> {};

TEST_P(BadRecovery, IsRefusedInOneShape) {
  const Answer answer = post(GetParam().path, GetParam().body);
  EXPECT_EQ(code_of(answer), GetParam().code) << answer.body;
  EXPECT_EQ(answer.object().at("status").as_int64(), answer.status);
  settle();
  EXPECT_TRUE(outbox_.letters.empty());
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    BadRecovery,
    testing::Values(
        BadAsk{"/auth/recover", "{", "BAD_JSON"},
        BadAsk{"/auth/recover", "[]", "VALIDATION_FAILED"},
        BadAsk{"/auth/recover", "{}", "VALIDATION_FAILED"},
        BadAsk{"/auth/recover", R"({"email":1})", "VALIDATION_FAILED"},
        BadAsk{"/auth/recover", R"({"email":"m"})", "VALIDATION_FAILED"},
        BadAsk{"/auth/recover", R"({"email":"a@b,m@example.com"})", "VALIDATION_FAILED"},
        BadAsk{"/auth/recover", R"({"email":"m@example.com\r\nBcc: x@y.z"})", "VALIDATION_FAILED"},
        BadAsk{"/auth/recover", R"({"email":"m@example.com","to":"x@y.z"})", "VALIDATION_FAILED"},
        BadAsk{"/auth/recover", R"({"token":"x","password":"a new password"})", "TOKEN_INVALID"},
        BadAsk{"/auth/verify", R"({"token":"x"})", "TOKEN_INVALID"},
        BadAsk{"/auth/verify", R"({"token":"x","password":"y"})", "VALIDATION_FAILED"},
        BadAsk{"/auth/verify", "{}", "VALIDATION_FAILED"}
    )
);

// What the operator and administrators may do.
class RecoveryByOthers : public RecoveryTest {
 protected:
  Answer operator_link(const std::string& email) {
    http::Request request;
    return call(http::Method::kPost, "/api/admin/users/" + email + "/recovery-link", {}, {}, true);
  }
  std::string bearer_of(const std::string& email, const std::string& role) {
    EXPECT_EQ(register_account(email, kPassword).status, 200);
    AccountChange change(module_.sessions(), audit::Actor{});
    auto changed = run(module_.state()->users.change(
        email, {.strategy_value = std::nullopt, .role = role}, change, SteadyTime::max()
    ));
    EXPECT_TRUE(changed.has_value());
    return login(email, kPassword).token();
  }
};

TEST_F(RecoveryByOthers, GivesTheOperatorALinkThatWorksWithoutMail) {
  const Answer answer = operator_link(kEmail);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string link(answer.object().at("link").as_string());
  EXPECT_TRUE(link.starts_with("https://app.example.org/auth/recover?token=")) << link;
  EXPECT_EQ(answer.object().at("lifetime_s"), 1800);
  EXPECT_EQ(answer.object().at("expires_at"), "2024-01-02T03:34:05.000Z");
  EXPECT_TRUE(outbox_.letters.empty());
  EXPECT_EQ(set_password(link.substr(link.find('=') + 1)).status, 200);
}

TEST_F(RecoveryByOthers, IsThereForTheLocalOperatorOnly) {
  EXPECT_EQ(post("/api/admin/users/m@example.com/recovery-link", "{}").status, 404);
  EXPECT_EQ(operator_link("nobody@example.com").status, 404);
  add_account("oauth@example.com", "member", "sub", "google");
  EXPECT_EQ(operator_link("oauth@example.com").status, 400);
}

TEST_F(RecoveryByOthers, LetsOnlyWhoManagesUsersSendALink) {
  const std::string target = "/api/admin/users/1/reset-password";
  EXPECT_EQ(code_of(post(target, "{}")), "UNAUTHENTICATED");
  const std::string member = bearer_of("member@example.com", "member");
  EXPECT_EQ(code_of(post(target, "{}", {{"authorization", "Bearer " + member}})), "FORBIDDEN");
  EXPECT_TRUE(outbox_.letters.empty());
  const Fields admin{{"authorization", "Bearer " + bearer_of("a@example.com", "admin")}};
  const Answer sent = post(target, "{}", admin);
  EXPECT_EQ(sent.status, 202) << sent.body;
  ASSERT_EQ(outbox_.letters.size(), 1U);
  EXPECT_EQ(outbox_.letters.front().to, kEmail);
  EXPECT_EQ(set_password(token()).status, 200);
  EXPECT_EQ(code_of(post("/api/admin/users/99/reset-password", "{}", admin)), "NOT_FOUND");
}

class WithoutMail : public RecoveryFixture {
 protected:
  WithoutMail()
      : RecoveryFixture({.verify_email = VerifyEmail::kRequired, .public_url = {}}, false) {}
};

TEST_F(WithoutMail, TheRoutesSaySoInWordsAndInJson) {
  for (const char* path : {"/auth/recover", "/auth/verify"}) {
    const Answer json = post(path, R"({"email":"m@example.com"})");
    EXPECT_EQ(json.status, 501);
    EXPECT_EQ(code_of(json), "MAIL_NOT_CONFIGURED");
    const Answer page = get(path, {{"host", "localhost"}, {"accept", "text/html"}});
    EXPECT_EQ(page.status, 501);
    EXPECT_TRUE(page.body.contains("operator")) << page.body;
  }
  const Answer login_page = get("/auth/login", {{"host", "localhost"}, {"accept", "text/html"}});
  EXPECT_FALSE(login_page.body.contains("/auth/recover"));
}

TEST_F(WithoutMail, NobodyIsAskedToConfirmAnAddress) {
  EXPECT_EQ(register_account(kEmail, kPassword).status, 200);
  EXPECT_EQ(login(kEmail, kPassword).status, 200);
}

class RequiredProof : public RecoveryFixture {
 protected:
  RequiredProof() : RecoveryFixture({.verify_email = VerifyEmail::kRequired, .public_url = {}}) {}
};

TEST_F(RequiredProof, RefusesTheFirstLoginUntilTheAddressIsConfirmed) {
  const Answer registered = post(
      "/auth/register",
      R"({"email":"m@example.com","password":"memberpass"})",
      {{"host", "localhost"}}
  );
  EXPECT_EQ(registered.status, 403);
  EXPECT_EQ(code_of(registered), "EMAIL_NOT_VERIFIED");
  ASSERT_EQ(outbox_.letters.size(), 1U);
  EXPECT_TRUE(outbox_.letters.front().text.contains("/auth/verify?token="));
  const Answer early = post(
      "/auth/api/login",
      R"({"email":"m@example.com","password":"memberpass"})",
      {{"host", "localhost"}}
  );
  EXPECT_EQ(code_of(early), "EMAIL_NOT_VERIFIED");
  const Answer bknd = login(kEmail, kPassword);
  EXPECT_EQ(bknd.status, 403);
  EXPECT_EQ(bknd.object().at("type"), "EMAIL_NOT_VERIFIED");
  EXPECT_EQ(login(kEmail, "wrong-password").status, 401);
  EXPECT_EQ(confirm(token()).status, 200);
  EXPECT_EQ(login(kEmail, kPassword).status, 200);
}

TEST_F(RequiredProof, LeavesAccountsThatOthersMadeAlone) {
  add_account("old@example.com", "member", stored_secret_of("another password"));
  EXPECT_EQ(login("old@example.com", "another password").status, 200);
}

TEST_F(RequiredProof, TellsWhoIsLoggedIn) {
  ASSERT_EQ(register_account(kEmail, kPassword).status, 403);
  ASSERT_EQ(confirm(token()).status, 200);
  const std::string bearer = login(kEmail, kPassword).token();
  const Answer answer =
      get("/auth/verify", {{"accept", "application/json"}, {"authorization", "Bearer " + bearer}});
  EXPECT_EQ(
      answer.body,
      R"({"email":"m@example.com","verified":true,"verified_at":"2024-01-02T03:04:05.000Z"})"
  );
  EXPECT_EQ(get("/auth/verify", {{"accept", "application/json"}}).status, 401);
}

TEST_F(RequiredProof, AnotherAddressIsNotConfirmedByTheOld) {
  ASSERT_EQ(register_account(kEmail, kPassword).status, 403);
  const std::string token = this->token();
  ASSERT_TRUE(update("users", 1, R"({"email":"other@example.com"})"));
  EXPECT_EQ(code_of(confirm(token)), "TOKEN_INVALID");
}

}  // namespace
}  // namespace noded::auth
