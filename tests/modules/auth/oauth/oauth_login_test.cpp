// Signing in with another service, from the button to the session.
#include "modules/auth/mfa/mfa_fixture.hpp"
#include "modules/auth/oauth/issuer_fixture.hpp"
#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace noded::auth {
namespace {

struct MfaFixtureParts : MfaFixture {
  using MfaFixture::seed_of;
};

constexpr const char* kBeginAgain =
    "This sign-in was not begun in this browser, is done already or took too long; begin again";

TEST_F(OAuthFixture, MakesAnAccountAndLogsIntoIt) {
  for (const char* action : {"register", "login"}) {
    const auto begun = begin(action);
    ASSERT_EQ(begun.answer.status, 302) << begun.answer.body;
    const auto done = finish(begun);
    EXPECT_EQ(done.status, 302) << done.body;
    EXPECT_EQ(done.header("Location"), "/shop");
    EXPECT_TRUE(is_welcome(done));
    EXPECT_EQ(cookies_of(done).at("nd_oauth"), "");
    const auto me =
        get("/api/auth/me",
            {{"cookie", "nd_session=" + cookies_of(done)["nd_session"]}, {"host", "localhost:1337"}}
        );
    EXPECT_EQ(me.object().at("user").at("email"), "ann@example.com");
    EXPECT_EQ(me.object().at("user").at("role"), "member");
  }
  const auto account =
      run(module_.state()->users.find_by_email("ann@example.com", SteadyTime::max()));
  EXPECT_EQ((*account)->strategy, "office");
  EXPECT_EQ((*account)->strategy_value, "ann");
}

TEST_F(OAuthFixture, TellsHowItWasVerified) {
  const auto done = finish(begin("register"));
  const auto check =
      get("/api/check",
          {{"cookie", "nd_session=" + cookies_of(done)["nd_session"]}, {"host", "localhost:1337"}});
  EXPECT_NE(check.body.find(R"("amr":["fed"])"), std::string::npos) << check.body;
}

TEST_F(OAuthFixture, SendsTheSecretAsTheStandardSaysAndTheVerifier) {
  finish(begin("register"));
  EXPECT_EQ(
      issuer_.last_credentials, "Basic " + codec::base64_encode("the%20client:s%3A%20%C3%BC")
  );
  EXPECT_TRUE(issuer_.last_form.starts_with(
      "grant_type=authorization_code&code=c&redirect_uri=http%3A%2F%2Flocalhost%3A1337"
      "%2Fapi%2Fauth%2Foffice%2Fcallback&code_verifier="
  )) << issuer_.last_form;
}

TEST_F(OAuthFixture, RefusesAnotherState) {
  finish(begin("register"));
  auto begun = begin();
  begun.asked["state"] = std::string(43, 'x');
  const auto done = finish(begun);
  EXPECT_EQ(done.status, 400);
  EXPECT_NE(log_.lines.find("state is another one"), std::string::npos);
  EXPECT_EQ(issuer_.tokens_asked, 1);
}

TEST_F(OAuthFixture, TakesACallbackOnce) {
  const auto begun = begin("register");
  EXPECT_TRUE(is_welcome(finish(begun)));
  const auto again = finish(begun);
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.header("Set-Cookie"), "");
  EXPECT_EQ(issuer_.tokens_asked, 1);
}

TEST_F(OAuthFixture, IsNotUsedUpByHead) {
  const auto begun = begin("register");
  const Answer looked = finish(begun, {}, {}, http::Method::kHead);
  EXPECT_EQ(looked.status, 405);
  EXPECT_EQ(looked.header("Allow"), "GET");
  EXPECT_EQ(looked.header("Set-Cookie"), "");
  EXPECT_TRUE(is_welcome(finish(begun)));
}

TEST_F(OAuthFixture, GivesTenMinutesToSignInThere) {
  const auto begun = begin("register");
  EXPECT_NE(begun.answer.header("Set-Cookie").find("; Max-Age=600;"), std::string::npos);
  const auto late = begin("register");
  clock_.set(clock_.wall() + std::chrono::minutes(10) - std::chrono::milliseconds(1));
  issuer_.nonce = text_field(begun.asked, "nonce");
  issuer_.challenge = text_field(begun.asked, "code_challenge");
  EXPECT_EQ(finish(begun).header("Location"), "/shop");
  clock_.set(clock_.wall() + std::chrono::milliseconds(1));
  EXPECT_EQ(finish(late).status, 400);
  EXPECT_NE(log_.lines.find("the challenge has expired"), std::string::npos);
}

TEST_F(OAuthFixture, RefusesAStolenCodeWithoutItsVerifier) {
  const auto victim = begin("register");
  const std::string bound_to = issuer_.challenge;
  const auto thief = begin("register");
  issuer_.challenge = bound_to;  // the code is the victim's
  const auto done = finish(thief);
  EXPECT_FALSE(is_welcome(done));
  EXPECT_EQ(flash_of(done), R"({"type":"error","message":"Signing in with Work did not work"})");
}

TEST_F(OAuthFixture, RefusesAnAnswerOfAnotherIssuer) {
  for (const char* issuer : {"", "https%3A%2F%2Fevil.example"}) {
    const auto begun = begin("register");
    const auto done =
        get("/api/auth/office/callback?code=c&state=" + begun.state() + "&iss=" + issuer,
            {{"cookie", begun.cookie}, {"host", "localhost:1337"}, {"accept", "text/html"}});
    EXPECT_FALSE(is_welcome(done));
    EXPECT_EQ(issuer_.tokens_asked, 0);
  }
}

TEST_F(OAuthFixture, RefusesEveryChangedByteOfItsCookie) {
  const auto begun = begin("register");
  for (std::size_t at = begun.cookie.find('=') + 1; at < begun.cookie.size(); at += 7) {
    auto changed = begun;
    changed.cookie[at] = changed.cookie[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(finish(changed).status, 400) << at;
  }
  EXPECT_TRUE(is_welcome(finish(begun)));
}

TEST_F(OAuthFixture, LinksNoAccountByItsAddress) {
  ASSERT_EQ(register_account("ann@example.com").status, 200);
  for (const char* action : {"login", "register"}) {
    const auto done = finish(begin(action));
    EXPECT_FALSE(is_welcome(done));
    EXPECT_EQ(
        flash_of(done), R"({"type":"error","message":"User signed up with a different strategy"})"
    );
  }
}

TEST_F(OAuthFixture, KnowsAnAccountByItsSubjectWhateverTheAddress) {
  ASSERT_TRUE(is_welcome(finish(begin("register"))));
  issuer_.email = "moved@example.com";
  EXPECT_TRUE(is_welcome(finish(begin())));
  issuer_.subject = "somebody else";
  issuer_.email = "ann@example.com";
  EXPECT_FALSE(is_welcome(finish(begin())));
}

TEST_F(OAuthFixture, MakesOneAccountWhenItIsAskedTwice) {
  EXPECT_TRUE(is_welcome(finish(begin("register"))));
  EXPECT_TRUE(is_welcome(finish(begin("register"))));
  const auto page = run(module_.state()->users.list(0, 10, SteadyTime::max()));
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->accounts.size(), 1U);
}

TEST_F(OAuthFixture, RefusesWhomNobodyRegistered) {
  const auto done = finish(begin());
  EXPECT_EQ(flash_of(done), R"({"type":"error","message":"Invalid credentials"})");
  EXPECT_EQ(module_.oauth()->refusals(), 1U);
  EXPECT_EQ(module_.oauth()->sign_ins(), 0U);
}

TEST_F(OAuthFixture, AsksForTheSecondFactorOfAnAccount) {
  const std::string session =
      "nd_session=" + cookies_of(finish(begin("register"))).at("nd_session");
  const auto change = [&](const std::string& path, const std::string& body) {
    return post(
        path,
        body,
        {{"cookie", session}, {"host", "localhost:1337"}, {"sec-fetch-site", "same-origin"}}
    );
  };
  const auto offered = change("/api/auth/mfa/totp", "{}");
  ASSERT_EQ(offered.status, 201) << offered.body;
  const std::string seed = MfaFixtureParts::seed_of(text_field(offered.object(), "secret"));
  const auto code = [&] {
    clock_.set(clock_.wall() + std::chrono::seconds(30));
    return crypto::totp(seed, clock_.wall().time_since_epoch().count() / 1000);
  };
  ASSERT_EQ(change("/api/auth/mfa/totp/verify", R"({"code":")" + code() + "\"}").status, 200);

  const auto asked = finish(begin());
  EXPECT_FALSE(is_welcome(asked));
  EXPECT_EQ(asked.header("Refresh"), "0; url=/auth/mfa?next=%2Fshop");
  const auto done = post(
      "/auth/api/mfa",
      R"({"cookie":true,"code":")" + code() + "\"}",
      {{"cookie", "nd_mfa=" + cookies_of(asked).at("nd_mfa")},
       {"host", "localhost:1337"},
       {"sec-fetch-site", "same-origin"}}
  );
  EXPECT_TRUE(is_welcome(done)) << done.body;

  Begun native;
  native.answer = get("/api/auth/office/login", {{"host", "localhost:1337"}});
  read_begun(native, text_field(native.answer.object(), "url"));
  const auto refused =
      get("/api/auth/office/callback?code=c",
          {{"x-state-challenge", text_field(native.answer.object(), "challenge")}});
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.object().at("type"), "MfaRequired");
  const std::string token = text_field(refused.object().at("mfa"), "token");
  EXPECT_EQ(
      post("/auth/api/mfa", R"({"token":")" + token + R"(","code":")" + code() + "\"}").status, 200
  );
}

TEST_F(OAuthFixture, RegistersNobodyWhereThatIsNotAllowed) {
  configure_service(false);
  const auto begun = begin("register");
  EXPECT_EQ(flash_of(begun.answer), R"({"type":"error","message":"Registration is not allowed"})");
  EXPECT_EQ(begun.cookie.find("nd_oauth"), std::string::npos);
  EXPECT_EQ(flash_of(finish(begin())), R"({"type":"error","message":"Invalid credentials"})");
}

TEST_F(OAuthFixture, TakesItsOriginFromTheConfigurationWhateverHostIsNamed) {
  configure_service(true, {.origin = "https://app.example.org"});
  const auto begun = begin("login", {{"x-forwarded-host", "evil.example"}});
  EXPECT_EQ(
      text_field(begun.asked, "redirect_uri"), "https://app.example.org/api/auth/office/callback"
  );
}

TEST_F(OAuthFixture, GivesNoCookieOverPlainHttpElsewhere) {
  const auto begun = post_form("/api/auth/office/login", "", {{"host", "app.example.org"}});
  EXPECT_EQ(begun.status, 403);
  EXPECT_EQ(begun.header("Set-Cookie"), "");
}

TEST_F(OAuthFixture, LetsAProgramHoldTheChallenge) {
  const auto begun = get("/api/auth/office/register", {{"host", "localhost:1337"}});
  ASSERT_EQ(begun.status, 200) << begun.body;
  EXPECT_EQ(begun.header("Set-Cookie"), "");
  Begun native;
  native.answer = begun;
  read_begun(native, std::string(begun.object().at("url").as_string()));
  EXPECT_EQ(
      text_field(native.asked, "redirect_uri"), "http://localhost:1337/api/auth/office/token"
  );
  const std::string challenge(begun.object().at("challenge").as_string());
  EXPECT_EQ(get("/api/auth/office/token?code=c&state=x").body, R"({"code":"c"})");
  EXPECT_EQ(get("/api/auth/office/token").body, R"({"code":null})");
  const auto as_cookie =
      get("/api/auth/office/callback?code=c&state=" + native.state(),
          {{"cookie", "nd_oauth=" + challenge}, {"host", "localhost:1337"}});
  EXPECT_EQ(as_cookie.status, 400);
  const auto other_action =
      get("/api/auth/office/callback?code=c",
          {{"x-state-challenge", challenge}, {"x-state-action", "login"}});
  EXPECT_EQ(other_action.status, 400);
  EXPECT_EQ(other_action.object().at("error"), kBeginAgain);
  const auto done =
      get("/api/auth/office/callback?code=c",
          {{"x-state-challenge", challenge}, {"x-state-action", "register"}});
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.object().at("user").at("email"), "ann@example.com");
  EXPECT_EQ(
      get("/api/auth/me", {{"authorization", "Bearer " + done.token()}})
          .object()
          .at("user")
          .at("email"),
      "ann@example.com"
  );
}

TEST_F(OAuthFixture, OffersAButtonThatLeadsOnWithoutScriptAndPastThePagesPolicy) {
  const auto page = get("/auth/login?next=/shop", {{"host", "localhost:1337"}});
  EXPECT_NE(
      page.body.find(R"(<form method="post" action="/api/auth/office/login">)"), std::string::npos
  ) << page.body;
  EXPECT_NE(page.body.find("Continue with Work"), std::string::npos);
  EXPECT_NE(page.header("Content-Security-Policy").find("form-action 'self'"), std::string::npos);
  const auto leading =
      post_form("/api/auth/office/login", "page=1&next=%2Fshop", {{"host", "localhost:1337"}});
  EXPECT_EQ(leading.status, 200);
  const std::string target = leading.header("Refresh");
  EXPECT_TRUE(target.starts_with("0; url=" + issuer_.origin() + "/authorize?client_id=")) << target;
  Begun begun;
  begun.answer = leading;
  read_begun(begun, target);
  begun.cookie = "nd_oauth=" + cookies_of(leading)["nd_oauth"];
  const auto done = finish(begun);
  EXPECT_EQ(done.status, 303);
  EXPECT_EQ(done.header("Location"), "/auth/login?error=no_account&next=%2Fshop");
  const auto told = get(done.header("Location"), {{"host", "localhost:1337"}});
  EXPECT_NE(told.body.find("There is no account for this sign-in yet."), std::string::npos);
}

TEST_F(OAuthFixture, LeadsNowhereElseAfterwards) {
  for (const char* next : {"https://evil.example", "//evil.example", "/%2F/evil.example"}) {
    const auto leading = post_form(
        "/api/auth/office/register",
        "page=1&next=" + codec::percent_encode(next),
        {{"host", "localhost:1337"}}
    );
    Begun begun;
    begun.answer = leading;
    read_begun(begun, leading.header("Refresh"));
    begun.cookie = "nd_oauth=" + cookies_of(leading)["nd_oauth"];
    EXPECT_EQ(finish(begun).header("Location"), "/") << next;
  }
  const auto begun = begin("login", {{"referer", "https://evil.example/shop"}});
  EXPECT_EQ(finish(begun).header("Location"), "/");
}

TEST_F(OAuthFixture, TakesANewKeyAtOnceButAsksForUnknownOnesOnceAMinute) {
  ASSERT_TRUE(is_welcome(finish(begin("register"))));
  EXPECT_EQ(issuer_.keys_asked, 1);
  issuer_.rotate("two");
  EXPECT_TRUE(is_welcome(finish(begin())));
  EXPECT_EQ(issuer_.keys_asked, 2);
  issuer_.rotate("three");
  EXPECT_FALSE(is_welcome(finish(begin())));
  EXPECT_FALSE(is_welcome(finish(begin())));
  EXPECT_EQ(issuer_.keys_asked, 2);
}

TEST_F(OAuthFixture, WritesNoCodeTokenOrSecretIntoTheLog) {
  finish(begin("register"), "", {});
  issuer_.tells_wrong_keys = true;
  issuer_.rotate("two");
  finish(begin());
  EXPECT_NE(log_.lines.find("the issuer has no such key"), std::string::npos) << log_.lines;
  for (const char* secret : {"access", "s: ü", "eyJ", "code=c"})
    EXPECT_EQ(log_.lines.find(secret), std::string::npos) << log_.lines;
}

TEST_F(OAuthFixture, AsksGitHubForTheVerifiedAddress) {
  const OAuthProvider provider{
      .name = "github",
      .label = "GitHub",
      .kind = ProviderKind::kGitHub,
      .issuer = issuer_.origin(),
      .client_id = "c",
      .client_secret = "s",
      .scope = "read:user user:email",
      .authorization = issuer_.origin() + "/authorize",
      .token = issuer_.origin() + "/token",
      .userinfo = issuer_.origin() + "/user"
  };
  Issuers issuers(client_, clock_);
  OAuthExchange exchange(client_, issuers, clock_);
  const auto profile =
      run([](OAuthExchange& made,
             const OAuthProvider& from) -> Task<std::optional<Result<OAuthProfile>>> {
        co_return co_await made.redeem(from, make_challenge(), "c", SteadyTime::max());
      }(exchange, provider));
  ASSERT_TRUE(profile->has_value()) << profile->error().message;
  EXPECT_EQ((*profile)->subject, "4711");
  EXPECT_EQ((*profile)->email, "ann@example.com");
}

TEST_F(OAuthFixture, AsksAgainForWhatIssuersTellAfterAnHour) {
  test::ManualClock clock;
  Issuers issuers(client_, clock);
  const auto keys = [&] {
    return run([](Issuers& asked, std::string url) -> Task<std::optional<Result<Issuers::Keys>>> {
      co_return co_await asked.keys_of(url, SteadyTime::max());
    }(issuers, issuer_.origin() + "/jwks"));
  };
  ASSERT_TRUE(keys()->has_value());
  clock.advance(std::chrono::minutes(59));
  ASSERT_TRUE(keys()->has_value());
  EXPECT_EQ(issuer_.keys_asked, 1);
  clock.advance(std::chrono::minutes(1));
  ASSERT_TRUE(keys()->has_value());
  EXPECT_EQ(issuer_.keys_asked, 2);
}

}  // namespace
}  // namespace noded::auth
