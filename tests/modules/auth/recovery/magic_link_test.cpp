// /auth/link: the login by a link in a letter.
#include "modules/auth/accounts/account_change.hpp"
#include "modules/auth/users_api/user_records.hpp"
#include "recovery_fixture.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace noded::auth {
namespace {

using std::chrono::minutes;

class MagicLink : public RecoveryFixture {
 protected:
  MagicLink() : MagicLink(RecoveryRules{.magic_link = true, .public_url = {}}) {}
  explicit MagicLink(RecoveryRules rules) : RecoveryFixture(std::move(rules)) {}

  void SetUp() override {
    RecoveryFixture::SetUp();
    static_cast<void>(register_account(kEmail, kPassword));
    outbox_.letters.clear();
  }
  static Fields local(Fields more = {}) {
    more.emplace("host", "localhost:1337");
    return more;
  }
  std::string asked(const std::string& email = kEmail) {
    return asked_token(email, "/auth/api/link");
  }
  Answer use(const std::string& token, const std::string& more = {}) {
    return post("/auth/link", R"({"token":")" + token + "\"" + more + "}", local());
  }
  Answer check(const std::string& bearer) {
    return get("/api/check", {{"authorization", "Bearer " + bearer}});
  }
  std::string actions() {
    run([&]() -> Task<bool> {
      co_await module_.write_logins();
      co_return true;
    }());
    const audit::AuditChain chain(kApplication, clock_);
    auto body = [&](Transaction& transaction) {
      return chain.list(transaction, {});
    };
    const auto page = run(database::read(database_.store(), SteadyTime::max(), body));
    std::string text;
    for (const audit::Entry& entry : page->entries)
      text += audit::to_json(entry) + "\n";
    return text;
  }
  void set_disabled(bool is_disabled) {
    AccountChange change(module_.sessions(), audit::Actor{});
    const UserRecords users(database_, "users");
    ASSERT_TRUE(run(users.set_disabled("1", is_disabled, change, SteadyTime::max())).has_value());
    change.take_effect();
  }
};

TEST_F(MagicLink, SendsALinkThatOpensASession) {
  const std::string token = asked();
  ASSERT_EQ(outbox_.letters.size(), 1U);
  const mail::Message& letter = outbox_.letters.front();
  EXPECT_EQ(letter.to, kEmail);
  EXPECT_EQ(letter.subject, "Your link to log in");
  EXPECT_TRUE(letter.text.contains("https://app.example.org/auth/link?token=")) << letter.text;
  const Answer entered = use(token);
  ASSERT_EQ(entered.status, 200) << entered.body;
  EXPECT_EQ(entered.object().at("redirect"), "/");
  EXPECT_TRUE(entered.object().contains("refresh_token"));
  const Answer checked = check(entered.token());
  ASSERT_EQ(checked.status, 200) << checked.body;
  EXPECT_EQ(checked.object().at("amr"), (json::array{"email"}));
  EXPECT_EQ(checked.object().at("user").at("email"), kEmail);
}

TEST_F(MagicLink, WorksOnceAndNotByLookingAtIt) {
  const std::string token = asked();
  for (int i = 0; i < 3; ++i) {
    const Answer page = get("/auth/link?token=" + token, local());
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.header("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(page.header("Cache-Control"), "no-store");
    EXPECT_TRUE(page.body.contains(kEmail)) << page.body;  // whoever got somebody else's sees it
  }
  EXPECT_EQ(use(token).status, 200);
  EXPECT_EQ(code_of(use(token)), "TOKEN_INVALID");
  EXPECT_EQ(get("/auth/link?token=" + token, local({{"accept", "text/html"}})).status, 401);
}

TEST_F(MagicLink, LetsOneOfEightInWhoPostItAtOnce) {
  const std::string token = asked();
  std::vector<int> statuses;
  run([&]() -> Task<bool> {
    int left = 8;
    net::steady_timer done(co_await net::this_coro::executor, net::steady_timer::time_point::max());
    for (int i = 0; i < 8; ++i) {
      spawn(done.get_executor(), "post", [&]() -> Task<> {
        const std::string body = R"({"token":")" + token + "\"}";
        const std::vector<http::Header> headers{{"content-type", "application/json"}};
        http::Request request;
        request.method = http::Method::kPost;
        request.target = request.path = "/auth/link";
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
  EXPECT_EQ(module_.sessions().size(), 1U);
}

TEST_F(MagicLink, LeadsWhereTheLoginWouldHaveLed) {
  for (const auto& [next, led] : std::vector<std::pair<std::string, std::string>>{
           {"/posts?page=2", "/posts?page=2"},
           {"https://evil.example/", "/"},
           {"//evil.example", "/"},
       }) {
    outbox_.letters.clear();
    ASSERT_EQ(
        post("/auth/api/link", R"({"email":"m@example.com","next":")" + next + "\"}").status, 202
    );
    settle();
    EXPECT_EQ(use(token()).object().at("redirect").as_string(), led);
  }
}

TEST_F(MagicLink, AnswersTheSameWhetherThereIsSuchAnAccount) {
  add_account("oauth@example.com", "member", "sub", "google");
  const Answer known = ask(kEmail, "/auth/api/link");
  EXPECT_EQ(outbox_.letters.size(), 1U);
  for (const char* email : {"nobody@example.com", "oauth@example.com"}) {
    const Answer other = ask(email, "/auth/api/link");
    EXPECT_EQ(other.status, 202);
    EXPECT_EQ(other.body, known.body);
  }
  EXPECT_EQ(known.body, R"({"sent":true})");
  EXPECT_EQ(outbox_.letters.size(), 1U);
}

TEST_F(MagicLink, AsksForTheSecondFactorAndIsUsedUpByThat) {
  const std::string seed = add_second_factor();
  const std::string token = asked();
  const Answer halfway = use(token);
  EXPECT_EQ(code_of(halfway), "MFA_REQUIRED") << halfway.body;
  EXPECT_EQ(module_.sessions().size(), 0U);
  EXPECT_EQ(code_of(use(token)), "TOKEN_INVALID");
  const std::string pending(halfway.object().at("mfa").at("token").as_string());
  const Answer entered = post(
      "/auth/api/mfa", R"({"token":")" + pending + R"(","code":")" + app_code(seed) + "\"}", local()
  );
  ASSERT_EQ(entered.status, 200) << entered.body;
  EXPECT_EQ(check(entered.token()).object().at("amr"), (json::array{"email", "otp", "mfa"}));
}

TEST_F(MagicLink, LetsNobodyIntoADisabledAccount) {
  const std::string token = asked();
  set_disabled(true);
  EXPECT_EQ(use(token).status, 401);
  EXPECT_EQ(module_.sessions().size(), 0U);
  set_disabled(false);
  EXPECT_EQ(use(token).status, 200);
}

TEST_F(MagicLink, EndsByTimeAndWithTheAddress) {
  const std::string late = asked();
  pass(minutes(30));
  EXPECT_EQ(code_of(use(late)), "TOKEN_INVALID");
  const std::string token = asked();
  ASSERT_TRUE(update("users", 1, R"({"email":"other@example.com"})"));
  EXPECT_EQ(code_of(use(token)), "TOKEN_INVALID");
  add_account(kEmail, "member", "");  // who has the address now is somebody else
  EXPECT_EQ(code_of(use(token)), "TOKEN_INVALID");
}

TEST_F(MagicLink, IsForThatPurposeAlone) {
  const std::string token = asked();
  EXPECT_EQ(code_of(set_password(token)), "TOKEN_INVALID");
  EXPECT_EQ(code_of(confirm(token)), "TOKEN_INVALID");
  EXPECT_EQ(code_of(use(asked_token())), "TOKEN_INVALID");
  EXPECT_EQ(use(token).status, 200);
}

TEST_F(MagicLink, MakesWhoAsksOftenWaitUntilALinkWasUsed) {
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(ask(kEmail, "/auth/api/link").status, 202);
  const std::string token = asked();
  EXPECT_EQ(ask(kEmail, "/auth/api/link").status, 429);
  EXPECT_EQ(login(kEmail, kPassword).status, 200);
  EXPECT_EQ(use(token).status, 200);
  EXPECT_EQ(ask(kEmail, "/auth/api/link").status, 202);
}

TEST_F(MagicLink, StandsInTheAuditChainWithoutItsToken) {
  const std::string token = asked();
  ASSERT_EQ(use(token).status, 200);
  // What the journal has begun to write stands in the chain before this does.
  ASSERT_EQ(register_account("other@example.com").status, 200);
  const std::string chain = actions();
  EXPECT_TRUE(chain.contains(R"("purpose":"login")")) << chain;
  EXPECT_TRUE(chain.contains(R"("action":"login")")) << chain;
  EXPECT_FALSE(chain.contains(token));
  EXPECT_FALSE(log_.lines.contains(token));
}

TEST_F(MagicLink, WalksABrowserWithoutScriptsThroughItsForms) {
  const Fields browser = local({{"accept", "text/html"}});
  const Answer offered = get("/auth/login?next=%2Fposts", browser);
  EXPECT_TRUE(offered.body.contains("href=\"/auth/link?next=%2Fposts\"")) << offered.body;
  const Answer asking = get("/auth/link?next=%2Fposts", browser);
  ASSERT_EQ(asking.status, 200);
  EXPECT_TRUE(asking.body.contains("name=\"next\" value=\"/posts\"")) << asking.body;
  const auto csrf_of = [](const std::string& body) {
    const std::size_t begin = body.find("name=\"csrf\" value=\"") + 19;
    return body.substr(begin, body.find('"', begin) - begin);
  };
  Fields with_cookie = browser;
  with_cookie.emplace("cookie", asking.cookie());
  const Answer sent = post_form(
      "/auth/link",
      "csrf=" + csrf_of(asking.body) + "&next=%2Fposts&email=m%40example.com",
      with_cookie
  );
  EXPECT_EQ(sent.status, 303);
  EXPECT_EQ(sent.header("Location"), "/auth/link?sent=1");
  settle();
  const Answer opened = get("/auth/link?token=" + token(), with_cookie);
  const Answer entered =
      post_form("/auth/link", "csrf=" + csrf_of(opened.body) + "&token=" + token(), with_cookie);
  EXPECT_EQ(entered.status, 303) << entered.body;
  EXPECT_EQ(entered.header("Location"), "/posts");
  EXPECT_TRUE(std::ranges::any_of(entered.headers, [](const auto& field) {
    return field.name == "Set-Cookie" && field.value.starts_with("nd_session=");
  }));
}

TEST_F(MagicLink, TakesNoFormOfAnotherSite) {
  const std::string token = asked();
  const Answer answer =
      post_form("/auth/link", "token=" + token, local({{"origin", "https://evil.example"}}));
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(use(token).status, 200);
}

TEST_F(MagicLink, SpeaksChineseToWhoPrefersThat) {
  post("/auth/api/link", R"({"email":"m@example.com"})", {{"accept-language", "zh-CN"}});
  settle();
  EXPECT_EQ(outbox_.letters.at(0).subject, "您的登录链接");
  const Answer page = get("/auth/link?token=" + token(), local({{"accept-language", "zh-CN"}}));
  EXPECT_TRUE(page.body.contains("您将登录的账号")) << page.body;
}

struct BadLink {
  const char* path;
  const char* body;
  const char* code;
};
class BadMagicLink : public MagicLink, public testing::WithParamInterface<BadLink> {};

TEST_P(BadMagicLink, IsRefusedInOneShape) {
  const Answer answer = post(GetParam().path, GetParam().body, local());
  EXPECT_EQ(code_of(answer), GetParam().code) << answer.body;
  EXPECT_EQ(answer.object().at("status").as_int64(), answer.status);
  settle();
  EXPECT_TRUE(outbox_.letters.empty());
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    BadMagicLink,
    testing::Values(
        BadLink{"/auth/api/link", "{", "BAD_JSON"},
        BadLink{"/auth/api/link", "[]", "VALIDATION_FAILED"},
        BadLink{"/auth/api/link", "{}", "VALIDATION_FAILED"},
        BadLink{"/auth/api/link", R"({"email":1})", "VALIDATION_FAILED"},
        BadLink{"/auth/api/link", R"({"email":"m"})", "VALIDATION_FAILED"},
        BadLink{"/auth/api/link", R"({"email":"a@b,m@example.com"})", "VALIDATION_FAILED"},
        BadLink{
            "/auth/api/link", R"({"email":"m@example.com\r\nBcc: x@y.z"})", "VALIDATION_FAILED"
        },
        BadLink{"/auth/api/link", R"({"email":"m@example.com","to":"x"})", "VALIDATION_FAILED"},
        BadLink{
            "/auth/api/link", R"({"email":"m@example.com","password":"x"})", "VALIDATION_FAILED"
        },
        BadLink{"/auth/link", R"({"token":"x"})", "TOKEN_INVALID"},
        BadLink{
            "/auth/link",
            R"({"token":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})",
            "TOKEN_INVALID"
        },
        BadLink{"/auth/link", R"({"token":""})", "VALIDATION_FAILED"}
    )
);

// An account that somebody made with another's address: its owner gets in, the password does not.
class MagicLinkOfTheUnproven : public MagicLink {
 protected:
  MagicLinkOfTheUnproven()
      : MagicLink({
            .verify_email = VerifyEmail::kRequired,
            .magic_link = true,
            .public_url = {},
        }) {}
};

TEST_F(MagicLinkOfTheUnproven, ConfirmsNoAddressForAPasswordOfSomebodyElse) {
  ASSERT_EQ(login(kEmail, kPassword).status, 403);
  EXPECT_EQ(use(asked()).status, 200);
  EXPECT_EQ(login(kEmail, kPassword).status, 403);
}

class MagicLinkOff : public RecoveryFixture {};

TEST_F(MagicLinkOff, HasNoRoutesAndNoOffer) {
  EXPECT_EQ(post("/auth/api/link", R"({"email":"m@example.com"})").status, 404);
  EXPECT_EQ(get("/auth/link", {{"host", "localhost"}}).status, 404);
  EXPECT_FALSE(get("/auth/login", {{"host", "localhost"}}).body.contains("/auth/link"));
}

class MagicLinkWithoutMail : public RecoveryFixture {
 protected:
  MagicLinkWithoutMail() : RecoveryFixture({.magic_link = true, .public_url = {}}, false) {}
};

TEST_F(MagicLinkWithoutMail, SaysSo) {
  const Answer json = post("/auth/api/link", R"({"email":"m@example.com"})");
  EXPECT_EQ(json.status, 501);
  EXPECT_EQ(code_of(json), "MAIL_NOT_CONFIGURED");
  EXPECT_EQ(get("/auth/link", {{"host", "localhost"}, {"accept", "text/html"}}).status, 501);
  EXPECT_FALSE(get("/auth/login", {{"host", "localhost"}}).body.contains("/auth/link"));
}

}  // namespace
}  // namespace noded::auth
