// The routes of the strategy passkey: what works, and what each refuses.
#include "passkey_fixture.hpp"
#include "repository/audit/audit_chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::auth {
namespace {

using http::Method;

class PasskeyTest : public PasskeyFixture {
 protected:
  SoftPasskey key_;
};

TEST_F(PasskeyTest, MakesAnAccountThatSignsInWithoutAName) {
  serve();
  const Answer made = sign_up(key_, "Alice");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.header("Cache-Control"), "no-store");
  EXPECT_TRUE(made.cookie().starts_with("auth="));
  EXPECT_EQ(text_at(made.object().at("user").as_object(), "username"), "alice");
  const Answer in = sign_in(key_);
  ASSERT_EQ(in.status, 200) << in.body;
  EXPECT_EQ(in.object().at("user"), made.object().at("user"));
  const Answer me = get("/api/auth/me", {{"authorization", "Bearer " + in.token()}});
  EXPECT_EQ(me.status, 200) << me.body;
  EXPECT_EQ(text_at(me.object().at("user").as_object(), "role"), "member");
}

TEST_F(PasskeyTest, TakesAnEmailAddressForAName) {
  serve();
  const Answer made = sign_up(key_, "bob@example.org");
  ASSERT_EQ(made.status, 200) << made.body;
  const json::object answer = made.object();
  const auto& user = answer.at("user").as_object();
  EXPECT_EQ(text_at(user, "email"), "bob@example.org");
  EXPECT_EQ(text_at(user, "username"), "bob@example.org");
  EXPECT_EQ(sign_in(key_, R"({"username":"bob@example.org"})").status, 200);
  SoftPasskey other;
  EXPECT_EQ(code_of(sign_up(other, "bob@example.org")), "username_taken");
}

TEST_F(PasskeyTest, HoldsNamesThatDifferInCaseForOne) {
  serve();
  ASSERT_EQ(sign_up(key_, "Alice").status, 200);
  SoftPasskey other;
  EXPECT_EQ(code_of(sign_up(other, "aLICE")), "username_taken");
  EXPECT_EQ(sign_in(key_, R"({"username":"ALICE"})").status, 200);
}

TEST_F(PasskeyTest, LetsOneOfTwoWhoBeganWithTheSameNameHaveIt) {
  serve();
  SoftPasskey other;
  const Answer first = post("/register/options", R"({"username":"alice"})");
  const Answer second = post("/register/options", R"({"username":"alice"})");
  ASSERT_EQ(post("/register/verify", registration(key_, first.object())).status, 200);
  const Answer late = post("/register/verify", registration(other, second.object()));
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(code_of(late), "username_taken");
  EXPECT_EQ(code_of(sign_in(other)), "credential_unknown");
}

TEST_F(PasskeyTest, SaysInTheTokenHowTheUserWasProven) {
  serve();
  key_.flags |= passkey::kBe | passkey::kBs;
  const Answer made = sign_up(key_, "alice");
  const std::string token = made.token();
  const std::string payload = token.substr(token.find('.') + 1);
  const auto claims = testing_support::parse_object(
      codec::base64url_decode(payload.substr(0, payload.find('.'))).value()
  );
  EXPECT_EQ(claims.at("amr"), (json::array{"swk", "user", "mfa"}));
  EXPECT_EQ(claims.at("auth_time").as_int64(), seconds(clock_));
}

TEST_F(PasskeyTest, AddsPasskeysUpToTheMostOfAnAccount) {
  serve();
  const std::string token = sign_up(key_, "alice").token();
  SoftPasskey second;
  SoftPasskey third(passkey::Algorithm::kEs384);
  SoftPasskey fourth;
  ASSERT_EQ(add(second, token).status, 200);
  EXPECT_EQ(second.handle, key_.handle);
  EXPECT_EQ(code_of(add(third, token)), "algorithm_not_allowed");
  SoftPasskey another(passkey::Algorithm::kEdDsa);
  ASSERT_EQ(add(another, token).status, 200);
  const Answer beyond = add(fourth, token);
  EXPECT_EQ(beyond.status, 409);
  EXPECT_EQ(code_of(beyond), "too_many_credentials");
  EXPECT_EQ(sign_in(second).status, 200);
  EXPECT_EQ(sign_in(another).status, 200);
}

TEST_F(PasskeyTest, GivesAnAccountWithAPasswordItsFirstPasskey) {
  serve();
  ASSERT_EQ(register_account("carol@example.org").status, 200);
  const std::string token = login("carol@example.org").token();
  ASSERT_EQ(add(key_, token).status, 200);
  EXPECT_EQ(sign_in(key_, R"({"username":"carol@example.org"})").status, 200);
}

TEST_F(PasskeyTest, VerifiesSlowSignaturesOffTheLoop) {
  PasskeyRules rules = example_rules();
  rules.party.algorithms = {passkey::Algorithm::kEs384};
  serve(std::move(rules));
  SoftPasskey slow(passkey::Algorithm::kEs384);
  ASSERT_EQ(sign_up(slow, "alice").status, 200);
  EXPECT_EQ(sign_in(slow).status, 200);
}

TEST_F(PasskeyTest, AsksForAStepUpBeforeAnOldSignInMayDelete) {
  serve();
  SoftPasskey second;
  const std::string token = sign_up(key_, "alice").token();
  ASSERT_EQ(add(second, token).status, 200);
  clock_.set(clock_.wall() + std::chrono::minutes(5));
  const std::string path = "/credentials/" + codec::base64url_encode(second.id);
  const Answer refused = ask(Method::kDelete, path, {}, token);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(code_of(refused), "step_up_required");

  const Answer options = post("/stepup/options", "{}", token);
  ASSERT_EQ(options.status, 200) << options.body;
  const Answer proven = post("/stepup/verify", assertion(key_, options.object()), token);
  ASSERT_EQ(proven.status, 200) << proven.body;
  EXPECT_EQ(ask(Method::kDelete, path, {}, proven.token()).status, 204);
  EXPECT_EQ(code_of(sign_in(second)), "credential_unknown");
}

TEST_F(PasskeyTest, KeepsAStepUpToTheUserWhoBeganIt) {
  serve();
  SoftPasskey other;
  const std::string alice = sign_up(key_, "alice").token();
  const std::string bob = sign_up(other, "bob").token();
  const Answer options = post("/stepup/options", "{}", alice);
  EXPECT_EQ(
      code_of(post("/stepup/verify", assertion(key_, options.object()), bob)), "session_mismatch"
  );
  const Answer again = post("/stepup/options", "{}", alice);
  EXPECT_EQ(
      code_of(post("/stepup/verify", assertion(other, again.object()), alice)), "credential_unknown"
  );
}

TEST_F(PasskeyTest, KeepsTheLastWayToSignIn) {
  serve();
  const std::string token = sign_up(key_, "alice").token();
  const std::string path = "/credentials/" + codec::base64url_encode(key_.id);
  const Answer refused = ask(Method::kDelete, path, {}, token);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(code_of(refused), "last_credential");

  SoftPasskey carols;
  ASSERT_EQ(register_account("carol@example.org").status, 200);
  const std::string carol = login("carol@example.org").token();
  ASSERT_EQ(add(carols, carol).status, 200);
  const std::string in = sign_in(carols).token();
  const std::string hers = "/credentials/" + codec::base64url_encode(carols.id);
  EXPECT_EQ(ask(Method::kDelete, hers, {}, in).status, 204) << "a password is another way";
}

TEST_F(PasskeyTest, WarnsOfACopyAndGoesOnWhenToldTo) {
  PasskeyRules rules = example_rules();
  rules.party.counter_policy = passkey::CounterPolicy::kWarn;
  serve(std::move(rules));
  key_.count = 10;
  ASSERT_EQ(sign_up(key_, "alice").status, 200);
  key_.count = 3;
  ASSERT_EQ(sign_in(key_).status, 200);
  EXPECT_NE(log_.lines.find("passkey.clone"), std::string::npos);
  EXPECT_EQ(sign_in(key_).status, 200) << "it is counted from the lower count now";
  EXPECT_EQ(audited("passkey.clone"), std::vector<std::string>{"anonymous passkey.clone user 1"});
}

TEST_F(PasskeyTest, RemembersThatACopyWasRefused) {
  serve();
  key_.count = 10;
  const std::string token = sign_up(key_, "alice").token();
  key_.count = 3;
  EXPECT_EQ(code_of(sign_in(key_)), "counter_regression");
  EXPECT_EQ(code_of(sign_in(key_)), "counter_regression");
  EXPECT_NE(log_.lines.find("passkey.clone"), std::string::npos);
  EXPECT_EQ(audited("passkey.clone"), std::vector<std::string>{"anonymous passkey.clone user 1"});
  const Answer listed = ask(Method::kGet, "/credentials", {}, token);
  EXPECT_NE(listed.body.find("\"cloneWarning\":true"), std::string::npos) << listed.body;
}

TEST_F(PasskeyTest, SignsNobodyInWhoseAccountIsGone) {
  serve();
  ASSERT_EQ(sign_up(key_, "alice").status, 200);
  ASSERT_TRUE(erase("users", 1));
  EXPECT_EQ(code_of(sign_in(key_)), "credential_unknown");
}

TEST_F(PasskeyTest, LeavesNothingOfAnAccountThatIsErased) {
  serve();
  SoftPasskey second;
  const std::string token = sign_up(key_, "alice").token();
  ASSERT_EQ(add(second, token).status, 200);
  const auto alice = database::RowKey::of_integer(1);
  auto body = [&](const database::Schema&, Transaction& transaction) {
    return Credentials::erase_all(transaction, kApplication, alice);
  };
  ASSERT_TRUE(run(database_.write(SteadyTime::max(), body)).has_value());
  EXPECT_EQ(code_of(sign_in(key_)), "credential_unknown");
  const Credentials credentials(database_);
  EXPECT_EQ(run(credentials.handle_of(alice, SteadyTime::max())).value(), "");
  EXPECT_TRUE(run(credentials.of_user(alice, SteadyTime::max())).value().empty());
}

TEST_F(PasskeyTest, LeavesEntriesInTheAuditChain) {
  serve();
  SoftPasskey second;
  const std::string token = sign_up(key_, "alice").token();
  ASSERT_EQ(add(second, token).status, 200);
  const std::string path = "/credentials/" + codec::base64url_encode(second.id);
  ASSERT_EQ(ask(Method::kDelete, path, {}, token).status, 204);
  const auto write_logins = [&]() -> Task<Result<>> {
    co_await module_.write_logins();
    co_return Result<>();
  };
  ASSERT_TRUE(run(write_logins()).has_value());
  const audit::AuditChain chain(kApplication, clock_);
  auto body = [&](Transaction& transaction) {
    return chain.list(transaction, audit::Wanted{});
  };
  const auto page = run(database::read(database_.store(), SteadyTime::max(), body)).value();
  std::vector<std::string> told;
  for (const audit::Entry& entry : page.entries)
    told.push_back(entry.act.actor + " " + entry.act.action + " " + entry.act.target);
  EXPECT_THAT(
      told,
      testing::UnorderedElementsAre(
          "user 1 passkey.remove user 1",
          "user 1 passkey.add user 1",
          "anonymous login user 1",
          "anonymous user.create user 1",
          "anonymous passkey.add user 1"
      )
  );
}

TEST_F(PasskeyTest, TellsNobodyWhichNamesExist) {
  serve();
  ASSERT_EQ(sign_up(key_, "alice").status, 200);
  ASSERT_EQ(register_account("carol@example.org").status, 200);
  for (const char* name : {"nobody", "carol@example.org", "no name at all", "nobody@example.org"}) {
    const std::string body = R"({"username":")" + std::string(name) + "\"}";
    const Answer first = post("/login/options", body);
    const Answer second = post("/login/options", body);
    ASSERT_EQ(first.status, 200);
    const json::value offered = first.object().at("allowCredentials");
    EXPECT_FALSE(offered.as_array().empty()) << name;
    EXPECT_EQ(offered, second.object().at("allowCredentials")) << name;
    EXPECT_EQ(
        code_of(post("/login/verify", assertion(key_, first.object()))), "credential_unknown"
    );
  }
}

TEST_F(PasskeyTest, LimitsWhatAnAddressBegins) {
  PasskeyRules rules = example_rules();
  rules.challenges_per_minute = 2;
  serve(std::move(rules));
  peer_ = "192.0.2.1";
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(post("/login/options").status, 200);
  const Answer refused = post("/login/options");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(code_of(refused), "rate_limited");
  EXPECT_EQ(refused.header("Retry-After"), "60");
}

TEST_F(PasskeyTest, MakesNoAccountsWhereRegistrationIsClosed) {
  std::string closed(kPasskeys);
  const std::string enabled = R"("enabled": true,)";
  closed.insert(closed.find(enabled) + enabled.size(), R"("allow_register": false,)");
  serve(example_rules(), closed);
  const Answer refused = post("/register/options", R"({"username":"alice"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(code_of(refused), "sign_up_refused");
}

TEST_F(PasskeyTest, MakesNoAccountsWhereTheOptionSaysNo) {
  PasskeyRules rules = example_rules();
  rules.allow_sign_up = false;
  serve(std::move(rules));
  EXPECT_EQ(code_of(post("/register/options", R"({"username":"alice"})")), "sign_up_refused");
}

TEST_F(PasskeyTest, IsNotThereUnlessTheStrategyIs) {
  module_.use_passkeys(example_rules());
  configure();
  EXPECT_EQ(post("/login/options").status, 404);
  EXPECT_EQ(get("/api/auth/strategies").body.find("passkey"), std::string::npos);
}

TEST_F(PasskeyTest, IsListedAmongTheStrategies) {
  serve();
  const json::object shown = get("/api/auth/strategies").object();
  const json::value expected = {{"enabled", true}, {"type", "passkey"}};
  EXPECT_EQ(shown.at("strategies").at("passkey"), expected);
}

TEST_F(PasskeyTest, TellsTheRelatedOrigins) {
  PasskeyRules rules = example_rules();
  rules.related_origins = {"https://example.net"};
  serve(std::move(rules));
  EXPECT_EQ(get("/.well-known/webauthn").body, R"({"origins":["https://example.net"]})");
}

TEST_F(PasskeyTest, WorksOnThisMachineWithoutADomain) {
  PasskeyRules rules = example_rules();
  rules.party.id.clear();
  serve(std::move(rules));
  const Fields page{
      {"host", "localhost:8080"},
      {"origin", "http://localhost:8080"},
      {"content-type", "application/json"}
  };
  const std::string path = std::string(kBase) + "/login/options";
  const Answer options = call(Method::kPost, path, page, "{}");
  ASSERT_EQ(options.status, 200) << options.body;
  EXPECT_EQ(text_at(options.object(), "rpId"), "localhost");
  for (const char* host : {"127.0.0.1:8080", "example.org", "localhost.example.org", ""}) {
    Fields other = page;
    other["host"] = host;
    EXPECT_EQ(code_of(call(Method::kPost, path, other, "{}")), "origin_refused") << host;
  }
  Fields foreign = page;
  foreign["origin"] = "http://localhost:8081";
  EXPECT_EQ(code_of(call(Method::kPost, path, foreign, "{}")), "origin_refused");
}

struct BadRequest {
  Method method;
  const char* path;
  const char* body;
  bool is_signed_in;
  int status;
  const char* code;
};

class PasskeyRefusal : public PasskeyFixture, public testing::WithParamInterface<BadRequest> {};

TEST_P(PasskeyRefusal, HasItsStatusAndCode) {
  serve();
  SoftPasskey key;
  const std::string token = sign_up(key, "alice").token();
  const BadRequest& given = GetParam();
  const Answer answer =
      ask(given.method, given.path, given.body, given.is_signed_in ? token : std::string());
  EXPECT_EQ(answer.status, given.status) << answer.body;
  EXPECT_EQ(code_of(answer), given.code) << answer.body;
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_EQ(answer.header("Set-Cookie"), "");
}

const char* const kNoResponse = R"({"id":"AAAA","rawId":"AAAA","type":"public-key","response":{}})";

INSTANTIATE_TEST_SUITE_P(
    Table,
    PasskeyRefusal,
    testing::Values(
        BadRequest{Method::kPost, "/register/options", "{", false, 400, "malformed"},
        BadRequest{Method::kPost, "/register/options", "[]", false, 400, "malformed"},
        BadRequest{Method::kPost, "/register/options", "null", false, 400, "malformed"},
        BadRequest{Method::kPost, "/register/options", "", false, 400, "username_invalid"},
        BadRequest{Method::kPost, "/register/options", "{}", false, 400, "username_invalid"},
        BadRequest{
            Method::kPost, "/register/options", R"({"username":7})", false, 400, "username_invalid"
        },
        BadRequest{
            Method::kPost,
            "/register/options",
            R"({"username":"a b"})",
            false,
            400,
            "username_invalid"
        },
        BadRequest{
            Method::kPost,
            "/register/options",
            R"({"username":"alice"})",
            false,
            409,
            "username_taken"
        },
        BadRequest{Method::kPost, "/register/verify", "{}", false, 400, "malformed"},
        BadRequest{Method::kPost, "/register/verify", kNoResponse, false, 400, "malformed"},
        BadRequest{Method::kPost, "/login/options", R"({"username":7})", false, 400, "malformed"},
        BadRequest{Method::kPost, "/login/verify", "{}", false, 400, "malformed"},
        BadRequest{Method::kPost, "/login/verify", kNoResponse, false, 400, "malformed"},
        BadRequest{Method::kPost, "/stepup/options", "{}", false, 401, "unauthenticated"},
        BadRequest{Method::kPost, "/stepup/verify", "{}", false, 401, "unauthenticated"},
        BadRequest{Method::kPost, "/stepup/verify", "{}", true, 400, "malformed"},
        BadRequest{Method::kGet, "/credentials", "", false, 401, "unauthenticated"},
        BadRequest{Method::kPatch, "/credentials/AAAA", "{}", false, 401, "unauthenticated"},
        BadRequest{Method::kPatch, "/credentials/AAAA", "{}", true, 400, "malformed"},
        BadRequest{Method::kPatch, "/credentials/AAAA", R"({"name":""})", true, 400, "malformed"},
        BadRequest{
            Method::kPatch, "/credentials/AAAA", R"({"name":"a\u0000b"})", true, 400, "malformed"
        },
        BadRequest{
            Method::kPatch,
            "/credentials/AAAA",
            R"({"name":"mine"})",
            true,
            404,
            "credential_unknown"
        },
        BadRequest{
            Method::kPatch, "/credentials/A=", R"({"name":"mine"})", true, 404, "credential_unknown"
        },
        BadRequest{Method::kDelete, "/credentials/AAAA", "", false, 401, "unauthenticated"},
        BadRequest{Method::kDelete, "/credentials/AAAA", "", true, 404, "credential_unknown"},
        BadRequest{Method::kDelete, "/credentials/A=", "", true, 404, "credential_unknown"}
    )
);

TEST_F(PasskeyTest, RefusesABodyOfMoreThan64KiB) {
  serve();
  const std::string large = R"({"name":")" + std::string(65 * 1024, 'x') + "\"}";
  const Answer answer = post("/login/verify", large);
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(code_of(answer), "too_large");
}

TEST_F(PasskeyTest, RefusesPagesOfOthers) {
  serve();
  const std::string path = std::string(kBase) + "/login/options";
  const Fields foreign[] = {
      {{"origin", "https://evil.example"}},
      {{"origin", "null"}},
      {{"origin", "https://example.org.evil.example"}},
      {{"origin", "http://example.org"}},
      {{"sec-fetch-site", "cross-site"}},
      {{"sec-fetch-site", "same-site"}},
  };
  for (const Fields& fields : foreign) {
    const Answer answer = call(Method::kPost, path, fields, "{}");
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(code_of(answer), "origin_refused") << fields.begin()->second;
  }
  for (const Fields& fields : {Fields{}, Fields{{"sec-fetch-site", "same-origin"}}})
    EXPECT_EQ(call(Method::kPost, path, fields, "{}").status, 200);
}

}  // namespace
}  // namespace noded::auth
