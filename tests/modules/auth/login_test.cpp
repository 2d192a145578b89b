// Login, registration and the other routes of chapter 7.
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "crypto/jwt.hpp"
#include "modules/auth/auth_fixture.hpp"

#include <string>

namespace noded::auth {
namespace {

constexpr const char* kInvalidCredentials =
    R"({"error":"Invalid credentials","type":"AuthException"})";

class Login : public AuthFixture {
 protected:
  void SetUp() override { configure(); }
  std::string token(
      std::string_view claims, std::string secret = "a-secret", std::string issuer = "here"
  ) {
    const crypto::JwtRules rules{
        .digest = crypto::Digest::kSha256,
        .secret = std::move(secret),
        .issuer = std::move(issuer),
        .lifetime_s = 60
    };
    return crypto::sign_jwt(rules, claims, seconds(clock_));
  }
};

TEST_F(Login, FollowsRegistrationWithTheSameAnswer) {
  const Answer registered = register_account("m@example.com");
  ASSERT_EQ(registered.status, 200) << registered.body;
  EXPECT_EQ(
      codec::to_json_text(registered.object().at("user")),
      R"({"id":1,"email":"m@example.com","role":"member"})"
  );
  const Answer logged_in = login("m@example.com");
  ASSERT_EQ(logged_in.status, 200) << logged_in.body;
  EXPECT_EQ(logged_in.object().at("user"), registered.object().at("user"));
  EXPECT_EQ(logged_in.header("Cache-Control"), "no-store");
}

TEST_F(Login, GivesATokenWithTheConfiguredClaims) {
  const std::string text = register_account("m@example.com").token();
  const std::string payload = text.substr(text.find('.') + 1, text.rfind('.') - text.find('.') - 1);
  EXPECT_EQ(
      *codec::base64url_decode(payload),
      R"({"id":1,"email":"m@example.com","role":"member","iat":1704164645,"iss":"here","exp":1704168245})"
  );
}

TEST_F(Login, MindsTheCaseOfTheAddress) {
  register_account("M@Example.com");
  EXPECT_EQ(login("m@example.com").status, 401);
  EXPECT_EQ(login("M@Example.com").status, 200);
}

struct Attempt {
  const char* name;
  const char* body;
};
class RefusedLogins : public Login, public testing::WithParamInterface<Attempt> {};

TEST_P(RefusedLogins, AllLookTheSame) {
  register_account("m@example.com");
  add_account("g@example.com", "", "12345", "google");
  const Answer answer = post("/api/auth/password/login", GetParam().body);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, kInvalidCredentials);
  EXPECT_EQ(answer.header("Set-Cookie"), "");
}

INSTANTIATE_TEST_SUITE_P(
    Bodies,
    RefusedLogins,
    testing::Values(
        Attempt{"wrong_password", R"({"email":"m@example.com","password":"wrongwrong"})"},
        Attempt{"nobody", R"({"email":"n@example.com","password":"memberpass"})"},
        Attempt{"no_password", R"({"email":"m@example.com"})"},
        Attempt{"nothing", "{}"},
        Attempt{"array", "[]"},
        Attempt{"text", "\"x\""},
        Attempt{"numbers", R"({"email":5,"password":6})"},
        Attempt{"operator", R"({"email":{"$ne":""},"password":"memberpass"})"},
        Attempt{"another_strategy", R"({"email":"g@example.com","password":"12345"})"}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_F(Login, RefusesBrokenJson) {
  EXPECT_EQ(post("/api/auth/password/login", "not json").status, 400);
}

// A full lane is told before the body is looked at, whatever it holds.
TEST_F(Login, IsRefusedUnreadWhileTheHashLaneIsFull) {
  register_account("m@example.com");
  hash_lane_.close();
  for (const auto* path : {"/api/auth/password/login", "/api/auth/password/register"}) {
    const Answer answer = post(path, "not json");
    EXPECT_EQ(answer.status, 503) << path;
    EXPECT_EQ(answer.header("Retry-After"), "1") << path;
  }
}

TEST_F(Login, RefusesLongBodies) {
  EXPECT_EQ(login("m@example.com", std::string(70'000, 'x')).status, 413);
}

TEST_F(Login, KnowsNoOtherStrategies) {
  EXPECT_EQ(post("/api/auth/nope/login", "{}").status, 404);
}

TEST_F(Login, OfAFormRedirectsWithTheCookie) {
  register_account("m@example.com");
  const Answer answer =
      post_form("/api/auth/password/login", "email=m%40example.com&password=memberpass");
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(answer.header("Location"), "/");
  EXPECT_TRUE(answer.cookie().starts_with("auth=ey")) << answer.cookie();
  EXPECT_EQ(answer.body, "");
}

struct RedirectCase {
  const char* name;
  const char* query;
  const char* location;
};
class FormRedirects : public Login, public testing::WithParamInterface<RedirectCase> {};

TEST_P(FormRedirects, StayOnThisSite) {
  register_account("m@example.com");
  const Answer answer = post_form(
      std::string("/api/auth/password/login") + GetParam().query,
      "email=m%40example.com&password=memberpass"
  );
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(answer.header("Location"), GetParam().location);
}

INSTANTIATE_TEST_SUITE_P(
    Queries,
    FormRedirects,
    testing::Values(
        RedirectCase{"told", "?redirect=/there", "/there"},
        RedirectCase{"encoded", "?redirect=%2Fx%3Fa%3Db", "/x?a=b"},
        RedirectCase{"other_site", "?redirect=http://evil.example/", "/"},
        RedirectCase{"other_site_without_scheme", "?redirect=//evil.example/", "/"},
        RedirectCase{"backslash", "?redirect=/%5Cevil.example/", "/"},
        RedirectCase{"line_end", "?redirect=/%0d%0aSet-Cookie:x", "/"}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_F(Login, OfAFormThatFailsGoesBackWithAFlash) {
  const Answer answer = post_form(
      "/api/auth/password/login", "email=m%40example.com&password=nope", {{"referer", "/from"}}
  );
  EXPECT_EQ(answer.status, 302);
  EXPECT_EQ(answer.header("Location"), "/from");
  EXPECT_EQ(
      answer.header("Set-Cookie"),
      "__bknd_flash=%7B%22type%22%3A%22error%22%2C%22message%22%3A%22Invalid%20credentials%22%7D; "
      "Path=/"
  );
}

TEST_F(Login, OfAFormThatFailsNeverLeadsElsewhere) {
  const Answer answer = post_form(
      "/api/auth/password/login",
      "email=m&password=n",
      {{"referer", "http://evil.example/x"}, {"host", "here"}}
  );
  EXPECT_EQ(answer.header("Location"), "/");
}

TEST_F(Login, UpgradesOldHashes) {
  const std::string sha256 = codec::hex_encode(crypto::sha256("memberpass"));
  add_account("old@example.com", "member", sha256);
  EXPECT_EQ(login("old@example.com", "wrongwrong").status, 401);
  EXPECT_EQ(stored_secret("old@example.com"), sha256);
  ASSERT_EQ(login("old@example.com").status, 200);
  EXPECT_TRUE(stored_secret("old@example.com").starts_with("$argon2id$"));
  EXPECT_EQ(login("old@example.com").status, 200);
}

TEST_F(Login, TakesPlainPasswordsOnlyWhenConfigured) {
  add_account("plain@example.com", "member", "memberpass");
  EXPECT_EQ(login("plain@example.com").status, 401);
  json::object application = testing_support::parse_object(kConfiguration);
  application.at("auth").as_object(
  )["strategies"] = {{"password", {{"type", "password"}, {"config", {{"hashing", "plain"}}}}}};
  ASSERT_TRUE(configure(codec::to_json_text(application)).has_value());
  ASSERT_EQ(login("plain@example.com").status, 200);
  EXPECT_TRUE(stored_secret("plain@example.com").starts_with("$argon2id$"));
}

TEST_F(Login, AnswersOverloadWhenTheHashLaneIsFull) {
  hash_lane_.close();
  EXPECT_EQ(login("m@example.com").status, 503);
}

TEST_F(Login, LeavesNoSecretInTheLog) {
  register_account("m@example.com", "very-secret-word");
  login("m@example.com", "very-secret-word");
  login("m@example.com", "another-secret-word");
  EXPECT_EQ(log_.lines.find("secret-word"), std::string::npos);
  EXPECT_EQ(log_.lines.find("argon2"), std::string::npos);
}

TEST_F(Login, HashesWithArgon2id) {
  register_account("m@example.com");
  EXPECT_TRUE(stored_secret("m@example.com").starts_with("$argon2id$"));
}

TEST_F(Login, OfOneAddressSucceedsForOneRegistration) {
  register_account("m@example.com");
  const Answer again = register_account("m@example.com");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.body, R"({"error":"UNIQUE constraint failed: users.email"})");
}

struct Registration {
  const char* name;
  const char* body;
  int status;
};
class RefusedRegistrations : public Login, public testing::WithParamInterface<Registration> {};

TEST_P(RefusedRegistrations, MakeNoAccount) {
  EXPECT_EQ(post("/api/auth/password/register", GetParam().body).status, GetParam().status);
  const auto listing = run(module_.state()->users.list(0, 10, SteadyTime::max()));
  ASSERT_TRUE(listing.has_value());
  EXPECT_TRUE(listing->accounts.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Bodies,
    RefusedRegistrations,
    testing::Values(
        Registration{
            "role", R"({"email":"m@example.com","password":"memberpass","role":"admin"})", 401
        },
        Registration{
            "role_null", R"({"email":"m@example.com","password":"memberpass","role":null})", 401
        },
        Registration{"no_address", R"({"email":"no address","password":"longenough"})", 400},
        Registration{"short_password", R"({"email":"m@example.com","password":"short"})", 400},
        Registration{"no_password", R"({"email":"m@example.com"})", 400},
        Registration{"nothing", "{}", 400},
        Registration{"array", "[]", 400},
        Registration{"id", R"({"email":"m@example.com","password":"memberpass","id":77})", 400},
        Registration{
            "not_fillable", R"({"email":"m@example.com","password":"memberpass","credit":1})", 400
        }
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_F(Login, OfARegistrationKeepsOwnFieldsAndDropsUnknownOnes) {
  const Answer answer = post(
      "/api/auth/password/register",
      R"({"email":"m@example.com","password":"memberpass","nick":"em","nope":1,"strategy":"google","strategy_value":"x"})"
  );
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto account =
      run(module_.state()->users.find_by_email("m@example.com", SteadyTime::max()));
  ASSERT_TRUE(account && *account);
  EXPECT_EQ(testing_support::parse_object((*account)->row).at("nick"), "em");
  EXPECT_EQ((*account)->strategy, "password");
  EXPECT_NE((*account)->strategy_value, "x");
}

TEST_F(Login, OfARegistrationIsRefusedWhenNotAllowed) {
  json::object application = testing_support::parse_object(kConfiguration);
  application.at("auth").as_object()["allow_register"] = false;
  ASSERT_TRUE(configure(codec::to_json_text(application)).has_value());
  EXPECT_EQ(register_account("m@example.com").status, 403);
}

TEST_F(Login, ShowsTheAccountToItsToken) {
  const std::string bearer = "Bearer " + register_account("m@example.com").token();
  const Answer me = get("/api/auth/me", {{"authorization", bearer}});
  EXPECT_EQ(me.status, 200);
  EXPECT_EQ(
      me.body,
      R"({"user":{"id":1,"nick":null,"credit":null,"email":"m@example.com","role":"member"}})"
  );
  EXPECT_EQ(me.header("Set-Cookie"), "");
}

TEST_F(Login, ByCookieIsRenewedByMe) {
  const std::string cookie = register_account("m@example.com").cookie();
  const Answer me = get("/api/auth/me", {{"cookie", "a=1; " + cookie}});
  EXPECT_EQ(me.status, 200);
  EXPECT_EQ(me.cookie(), cookie);
}

TEST_F(Login, LooksAtNoCookieBesideAnAuthorization) {
  const std::string cookie = register_account("m@example.com").cookie();
  EXPECT_EQ(
      get("/api/auth/me", {{"cookie", cookie}, {"authorization", "Bearer x.y.z"}}).status, 403
  );
}

TEST_F(Login, OfADeletedAccountIsNobody) {
  const std::string bearer = "Bearer " + register_account("m@example.com").token();
  ASSERT_TRUE(erase("users", 1).has_value());
  const Answer me = get("/api/auth/me", {{"authorization", bearer}});
  EXPECT_EQ(me.status, 403);
  EXPECT_EQ(me.body, R"({"user":null})");
}

TEST_F(Login, IsNotMadeByTokensThatDoNotVerify) {
  register_account("m@example.com");
  const std::string claims = R"({"id":1,"email":"m@example.com","role":"member"})";
  EXPECT_EQ(get("/api/auth/me", {{"authorization", "Bearer " + token(claims)}}).status, 200);
  for (const std::string& bad :
       {token(claims, "other"),
        token(claims, "a-secret", "elsewhere"),
        std::string("garbage"),
        std::string(),
        std::string("eyJhbGciOiJub25lIn0.") + codec::base64url_encode(claims) + ".",
        std::string(20'000, 'x')}) {
    EXPECT_EQ(get("/api/auth/me", {{"authorization", "Bearer " + bad}}).status, 403)
        << bad.substr(0, 80);
  }
}

TEST_F(Login, EndsWhenTheTokenExpires) {
  const std::string bearer = "Bearer " + register_account("m@example.com").token();
  EXPECT_EQ(get("/api/auth/me", {{"authorization", bearer}}).status, 200);  // and is remembered
  clock_.set(clock_.wall() + std::chrono::seconds(3600));
  EXPECT_EQ(get("/api/auth/me", {{"authorization", bearer}}).status, 403);
}

TEST_F(Login, EndsWhenTheSecretChanges) {
  const std::string bearer = "Bearer " + register_account("m@example.com").token();
  EXPECT_EQ(get("/api/auth/me", {{"authorization", bearer}}).status, 200);  // and is remembered
  json::object application = testing_support::parse_object(kConfiguration);
  application.at("auth").at("jwt").as_object()["secret"] = "new";
  ASSERT_TRUE(configure(codec::to_json_text(application)).has_value());
  EXPECT_EQ(get("/api/auth/me", {{"authorization", bearer}}).status, 403);
}

TEST_F(Login, IsRememberedPerToken) {
  const std::string bearer = "Bearer " + register_account("m@example.com").token();
  http::Request request;
  const http::Header headers[] = {{"authorization", bearer}};
  request.headers = headers;
  EXPECT_EQ(module_.authenticate(request), module_.authenticate(request));
}

TEST_F(Login, EndsWithLogout) {
  const Answer json_answer = get("/api/auth/logout", {{"accept", "application/json"}});
  EXPECT_EQ(json_answer.status, 200);
  EXPECT_EQ(json_answer.body, R"({"ok":true})");
  EXPECT_TRUE(json_answer.header("Set-Cookie").starts_with("auth=; Max-Age=0;"));
  const Answer browser = get("/api/auth/logout", {{"accept", "text/html"}});
  EXPECT_EQ(browser.status, 302);
  EXPECT_EQ(browser.header("Location"), "/");
}

TEST_F(Login, NamesItsStrategies) {
  EXPECT_EQ(
      get("/api/auth/strategies").body,
      R"({"strategies":{"password":{"enabled":true,"type":"password"},)"
      R"("google":{"enabled":true,"type":"oauth","config":{"name":"google","type":"oidc","client":{}}}},)"
      R"("basepath":"/api/auth"})"
  );
  EXPECT_EQ(get("/api/auth/strategies?include_disabled=true").status, 200);
  const Answer bad = get("/api/auth/strategies?include_disabled=x");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(
      bad.body,
      R"({"valid":false,"errors":[{"keywordLocation":"/properties/include_disabled/type",)"
      R"("instanceLocation":"/include_disabled","error":"Expected boolean","data":"x"}],)"
      R"("schema":{"type":"object","properties":{"include_disabled":{"type":"boolean"}}}})"
  );
}

TEST_F(Login, HasNoRoutesWhileDisabled) {
  ASSERT_TRUE(configure(R"({"auth":{"enabled":false}})").has_value());
  EXPECT_EQ(get("/api/auth/me").status, 404);
}

class CreateAction : public Login {
 protected:
  Answer create(const std::string& body, const std::string& role = "admin") {
    return post(
        "/api/auth/password/actions/create",
        body,
        {{"authorization", "Bearer " + token(R"({"id":9,"role":")" + role + "\"}")}}
    );
  }
};

TEST_F(CreateAction, MakesAnAccountThatCanLogIn) {
  const Answer made = create(R"({"email":"made@example.com","password":"madepass1"})");
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(
      made.body,
      R"({"success":true,"action":"create","strategy":"password","data":)"
      R"({"id":1,"nick":null,"credit":null,"email":"made@example.com","role":null}})"
  );
  EXPECT_EQ(login("made@example.com", "madepass1").status, 200);
}

TEST_F(CreateAction, NeedsBothPermissions) {
  const std::string body = R"({"email":"z@example.com","password":"zzzzzzzz"})";
  const Answer guest = post("/api/auth/password/actions/create", body);
  EXPECT_EQ(guest.status, 403);
  EXPECT_EQ(
      guest.body,
      R"({"error":"Permission \"auth.user.create\" not granted","type":"PermissionsException",)"
      R"("description":"Role \"guest\" does not have required permission","permission":"auth.user.create"})"
  );
  const Answer clerk = create(body, "clerk");
  EXPECT_EQ(clerk.status, 403);
  EXPECT_EQ(clerk.object().at("permission"), "data.entity.create");
}

TEST_F(CreateAction, SaysWhatIsWrong) {
  const Answer answer = create(R"({"email":"z@example.com","password":"z"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(
      answer.body,
      R"({"success":false,"errors":[{"keywordLocation":"/properties/password/minLength",)"
      R"("instanceLocation":"/password","error":"Expected string with minimum length of 8","data":"z"}]})"
  );
}

TEST_F(CreateAction, TakesRolesThatExist) {
  EXPECT_EQ(
      create(R"({"email":"a@example.com","password":"12345678","role":"member"})").status, 200
  );
  const Answer unknown = create(R"({"email":"b@example.com","password":"12345678","role":"nope"})");
  EXPECT_EQ(unknown.status, 422);
  EXPECT_EQ(
      unknown.body,
      R"({"error":"Field \"role\" must be one of the following values: admin, member, clerk, guest",)"
      R"("type":"TransformPersistFailedException"})"
  );
  EXPECT_EQ(create(R"({"email":"c@example.com","password":"12345678","role":5})").status, 422);
}

TEST_F(CreateAction, RefusesUnknownAndUnfillableFields) {
  EXPECT_EQ(create(R"({"email":"a@example.com","password":"12345678","zzz":1})").status, 400);
  EXPECT_EQ(create(R"({"email":"a@example.com","password":"12345678","credit":1})").status, 400);
}

TEST_F(CreateAction, ShowsItsSchema) {
  EXPECT_EQ(
      get("/api/auth/password/actions/create/schema.json").body,
      R"({"type":"object","properties":{"email":{"type":"string","format":"email"},)"
      R"("password":{"type":"string","minLength":8}},"required":["email","password"]})"
  );
}

}  // namespace
}  // namespace noded::auth
