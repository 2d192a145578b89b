// auth.hide_existence: no registration tells whether an address has an account.
#include "recovery_fixture.hpp"

#include <string>
#include <utility>
#include <vector>

namespace noded::auth {
namespace {

class HiddenExistence : public RecoveryFixture {
 protected:
  HiddenExistence()
      : RecoveryFixture({
            .verify_email = VerifyEmail::kRequired,
            .email_otp = true,
            .hide_existence = true,
            .public_url = {},
        }) {}

  // With usernames, and one account.
  void SetUp() override {
    json::object application = testing_support::parse_object(kConfiguration);
    application.at("auth").at("strategies").as_object()["passkey"] = {{"type", "passkey"}};
    const auto configured = configure(codec::to_json_text(application));
    ASSERT_TRUE(configured.has_value()) << configured.error().message;
    add_account(kEmail, "member", stored_secret_of(kPassword));
  }

  Answer make_user(const std::string& email, const std::string& name) {
    return post(
        "/api/users",
        R"({"email":")" + email + R"(","username":")" + name +
            R"(","password":"a fine long password"})"
    );
  }
  Answer register_here(const std::string& email) {
    return post(
        "/auth/register",
        R"({"email":")" + email + R"(","password":"memberpass"})",
        {{"host", "localhost"}}
    );
  }
  static std::vector<std::pair<std::string, std::string>> all_of(const Answer& answer) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& field : answer.headers)
      fields.emplace_back(field.name, field.value);
    return fields;
  }
  // Of an address that has an account and of one that has none.
  void expect_alike(const Answer& taken, const Answer& free) {
    EXPECT_EQ(taken.status, free.status);
    EXPECT_EQ(taken.body, free.body);
    EXPECT_EQ(all_of(taken), all_of(free));
  }
  std::vector<std::string> subjects() {
    settle();
    std::vector<std::string> subjects;
    for (const mail::Message& letter : outbox_.letters)
      subjects.push_back(letter.to + ": " + letter.subject);
    outbox_.letters.clear();
    return subjects;
  }
  bool exists(const std::string& email) {
    return run(module_.state()->users.find_by_email(email, SteadyTime::max())).value().has_value();
  }
};

TEST_F(HiddenExistence, AnswersTheUsersRouteAlikeAndTellsByMail) {
  const Answer taken = make_user(kEmail, "ann");
  const Answer free = make_user("new@example.com", "bea");
  expect_alike(taken, free);
  EXPECT_EQ(taken.status, 202);
  EXPECT_EQ(taken.body, R"({"sent":true})");
  EXPECT_EQ(
      subjects(),
      (std::vector<std::string>{
          "m@example.com: You have an account already",
          "new@example.com: Confirm your e-mail address"
      })
  );
  EXPECT_TRUE(exists("new@example.com"));
}

// Else a name that was claimed with the address would tell, by being taken or not.
TEST_F(HiddenExistence, AnswersAlikeWhenTheNameIsTaken) {
  make_user("new@example.com", "bea");
  const Answer taken = make_user("other@example.com", "bea");
  const Answer free = make_user("third@example.com", "cleo");
  expect_alike(taken, free);
  const auto told = subjects();
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told.at(1), "other@example.com: The name is taken");
  EXPECT_FALSE(exists("other@example.com"));
}

TEST_F(HiddenExistence, AnswersTheRegistrationOfThePagesAlike) {
  expect_alike(register_here(kEmail), register_here("new@example.com"));
  EXPECT_EQ(register_here("newer@example.com").status, 202);
  EXPECT_EQ(subjects().front(), "m@example.com: You have an account already");
  const auto submit = [this](const std::string& email) {
    return post_form(
        "/auth/register",
        "email=" + email + "&password=memberpass",
        {{"host", "localhost"}, {"sec-fetch-site", "same-origin"}}
    );
  };
  const Answer form = submit("m%40example.com");
  expect_alike(form, submit("fourth%40example.com"));
  EXPECT_EQ(form.header("Location"), "/auth/verify?sent=1");
}

TEST_F(HiddenExistence, AnswersTheApplicationsRegistrationAlike) {
  const Answer taken = register_account(kEmail, kPassword);
  expect_alike(taken, register_account("new@example.com", kPassword));
  EXPECT_EQ(taken.status, 403);
  EXPECT_EQ(taken.object().at("type"), "EMAIL_NOT_VERIFIED");
}

TEST_F(HiddenExistence, RefusesWhatIsWrongWithABodyBeforeItLooks) {
  const auto with = [this](const std::string& email, const std::string& more) {
    return post(
        "/api/auth/password/register",
        R"({"email":")" + email + R"(","password":"memberpass",)" + more + "}"
    );
  };
  const std::string bad = R"("nick":{"no":"text"})";
  expect_alike(with(kEmail, bad), with("new@example.com", bad));
  EXPECT_EQ(with(kEmail, bad).status, 422);
  expect_alike(with(kEmail, R"("role":"admin")"), with("new@example.com", R"("role":"admin")"));
  EXPECT_FALSE(exists("new@example.com"));
}

// The dear part of both: a hash.
TEST_F(HiddenExistence, HashesForBoth) {
  const auto hashes_of = [this](const std::string& email) {
    const std::uint64_t before = hashes();
    register_account(email, kPassword);
    make_user("x" + email, "name" + std::to_string(before));
    make_user(email, "name" + std::to_string(before + 1));
    settle();
    return hashes() - before;
  };
  const std::uint64_t taken = hashes_of(kEmail);
  EXPECT_EQ(taken, 3U);
  EXPECT_EQ(hashes_of("new@example.com"), taken);
}

// And the slow part: what is synced before the answer.
TEST_F(HiddenExistence, CommitsOnceForBoth) {
  const auto commits_of = [this](const std::string& email) {
    const Sequence before = engine_.last_commit();
    const std::string body = R"({"email":")" + email + R"(","password":"memberpass"})";
    const std::vector<http::Header> headers{{"content-type", "application/json"}};
    http::Request request;
    request.method = http::Method::kPost;
    request.target = request.path = "/api/auth/password/register";
    request.headers = headers;
    TextBody reader(body);
    request.body = &reader;
    request.identity = module_.authenticate(request);
    const auto match = router_.find(request.method, request.path, request.parameters);
    return run([&]() -> Task<Sequence> {
      co_await match.route->handler(request);
      co_return engine_.last_commit() - before;  // the letter is written behind this
    }());
  };
  const auto taken = commits_of(kEmail);
  EXPECT_EQ(taken, commits_of("new@example.com"));
  settle();
}

// Whoever has registered an address could else ask by a login what came of it.
TEST_F(HiddenExistence, RefusesALoginBeforeTheProofLikeAWrongPassword) {
  ASSERT_EQ(register_account("new@example.com", kPassword).status, 403);
  settle();
  const std::string link = token();
  expect_alike(login("new@example.com", kPassword), login(kEmail, "wrong-password"));
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(login("new@example.com", kPassword).status, 401);
  EXPECT_EQ(login("new@example.com", kPassword).status, 429);
  pass(std::chrono::seconds(1));
  EXPECT_EQ(confirm(link).status, 200);
  EXPECT_EQ(login("new@example.com", kPassword).status, 200);
}

TEST_F(HiddenExistence, TellsAfterAnyFailedLoginThatAnAddressMayHaveToBeConfirmed) {
  const Fields browser{{"host", "localhost"}, {"accept", "text/html"}};
  EXPECT_TRUE(get("/auth/login?error=credentials", browser).body.contains("/auth/verify"));
  EXPECT_FALSE(get("/auth/login", browser).body.contains("/auth/verify"));
}

TEST_F(HiddenExistence, ANewPasswordByMailProvesTheAddressToo) {
  ASSERT_EQ(register_account("new@example.com", kPassword).status, 403);
  ASSERT_EQ(set_password(asked_token("new@example.com")).status, 200);
  EXPECT_EQ(login("new@example.com", "a new password").status, 200);
}

TEST_F(HiddenExistence, FillsNobodysMailbox) {
  for (int i = 0; i < 9; ++i)
    EXPECT_EQ(register_account(kEmail, kPassword).status, 403);
  EXPECT_EQ(subjects().size(), 5U);
  EXPECT_EQ(login(kEmail, kPassword).status, 200);
}

TEST_F(HiddenExistence, AnswersCodesAlike) {
  const auto ask_code = [this](const std::string& action, const std::string& email) {
    Answer answer = post("/api/auth/otp/" + action, R"({"email":")" + email + "\"}");
    const std::size_t at = answer.body.find(email);
    if (at != std::string::npos) answer.body.erase(at, email.size());
    return answer;
  };
  const auto enter_code = [this](const std::string& action, const std::string& email) {
    return post("/api/auth/otp/" + action, R"({"email":")" + email + R"(","code":"no"})");
  };
  for (const char* action : {"register", "login"}) {
    const Answer one = ask_code(action, kEmail);
    expect_alike(one, ask_code(action, "new@example.com"));
    EXPECT_EQ(one.status, 201) << one.body;
    expect_alike(enter_code(action, kEmail), enter_code(action, "new@example.com"));
  }
  EXPECT_EQ(
      subjects(),
      (std::vector<std::string>{
          "m@example.com: You have an account already",
          "new@example.com: Your code",
          "m@example.com: Your code",
      })
  );
}

TEST_F(HiddenExistence, TellsByMailThatACodeIsNotEnough) {
  add_second_factor();
  const auto ask_code = [this](const std::string& email) {
    return post("/api/auth/otp/login", R"({"email":")" + email + "\"}");
  };
  EXPECT_EQ(ask_code(kEmail).status, 201);
  EXPECT_EQ(ask_code("new@example.com").status, 201);
  EXPECT_EQ(
      subjects(), std::vector<std::string>{"m@example.com: A code is not enough for your account"}
  );
}

TEST_F(HiddenExistence, TellsWhoMakesAccountsForOthers) {
  ASSERT_EQ(add_account("a@example.com", "admin", stored_secret_of(kPassword)).role, "admin");
  const std::string bearer = login("a@example.com", kPassword).token();
  const std::string body =
      R"({"email":"m@example.com","username":"ann","password":"a fine long password"})";
  EXPECT_EQ(
      code_of(post("/api/users", body, {{"authorization", "Bearer " + bearer}})), "EMAIL_EXISTS"
  );
  const std::string member = login(kEmail, kPassword).token();
  EXPECT_EQ(post("/api/users", body, {{"authorization", "Bearer " + member}}).status, 202);
}

TEST_F(HiddenExistence, StandsInTheAuditChain) {
  ASSERT_EQ(register_account(kEmail, kPassword).status, 403);
  const audit::AuditChain chain(kApplication, clock_);
  auto body = [&](Transaction& transaction) {
    return chain.list(transaction, {});
  };
  const auto page = run(database::read(database_.store(), SteadyTime::max(), body));
  ASSERT_FALSE(page->entries.empty());
  const audit::Act& act = page->entries.front().act;
  EXPECT_EQ(act.action, "user.create");
  EXPECT_EQ(act.result, "refused");
  EXPECT_EQ(act.target, "a taken address");
}

struct Rules {
  const char* name;
  RecoveryRules rules;
  bool has_mail;
  bool fit;
};
class HiddenExistenceRules : public testing::TestWithParam<Rules> {};

TEST_P(HiddenExistenceRules, NeedMailAndAProof) {
  const auto checked = check_recovery_rules(GetParam().rules, GetParam().has_mail);
  EXPECT_EQ(checked.has_value(), GetParam().fit);
  if (checked) return;
  for (const char* name : {"auth.hide_existence", "mail.smtp", "auth.verify_email"})
    EXPECT_TRUE(checked.error().message.contains(name)) << checked.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    HiddenExistenceRules,
    testing::Values(
        Rules{"off", {.public_url = {}}, false, true},
        Rules{"alone", {.hide_existence = true, .public_url = {}}, true, false},
        Rules{
            "send",
            {.verify_email = VerifyEmail::kSend, .hide_existence = true, .public_url = {}},
            true,
            false
        },
        Rules{
            "no_mail",
            {.verify_email = VerifyEmail::kRequired, .hide_existence = true, .public_url = {}},
            false,
            false
        },
        Rules{
            "whole",
            {.verify_email = VerifyEmail::kRequired, .hide_existence = true, .public_url = {}},
            true,
            true
        }
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace noded::auth
