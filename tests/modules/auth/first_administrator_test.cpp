#include "modules/auth/auth_fixture.hpp"

#include <string>

namespace noded::auth {
namespace {

class FirstAdministratorTest : public AuthFixture {
 protected:
  void SetUp() override { configure(); }
  std::string open() {
    auto code = run(module_.open_setup());
    if (!code) throw std::runtime_error(code.error().message);
    return code->value_or("");
  }
  Answer make(const std::string& code, const std::string& password = "administrator") {
    return post(
        "/auth/setup",
        R"({"code":")" + code + R"(","email":"root@example.com","password":")" + password + "\"}"
    );
  }
};

TEST_F(FirstAdministratorTest, IsMadeWithTheCodeAndLoggedIn) {
  const std::string code = open();
  ASSERT_EQ(code.size(), 16u);
  const Answer made = make(code);
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(
      codec::to_json_text(made.object().at("user")),
      R"({"id":1,"email":"root@example.com","role":"admin"})"
  );
  EXPECT_EQ(login("root@example.com", "administrator").status, 200);
}

TEST_F(FirstAdministratorTest, ClosesTheSetup) {
  const std::string code = open();
  ASSERT_EQ(make(code).status, 200);
  EXPECT_EQ(get("/auth/setup").status, 404);
  EXPECT_EQ(make(code).status, 404);
  EXPECT_EQ(open(), "");
}

TEST_F(FirstAdministratorTest, IsNotMadeBeforeTheSetupIsOpened) {
  EXPECT_EQ(get("/auth/setup").status, 404);
  EXPECT_EQ(make("").status, 404);
}

TEST_F(FirstAdministratorTest, IsNotMadeOnceAnotherWayMadeOne) {
  const std::string code = open();
  add_account("other@example.com", "admin", "x");
  EXPECT_EQ(get("/auth/setup").status, 404);
  EXPECT_EQ(make(code).status, 404);
}

TEST_F(FirstAdministratorTest, IsAskedForThoughOrdinaryAccountsExist) {
  add_account("m@example.com", "member", "x");
  EXPECT_NE(open(), "");
  EXPECT_EQ(get("/auth/setup").status, 200);
}

TEST_F(FirstAdministratorTest, MayBeTriedWithFiveWrongCodes) {
  const std::string code = open();
  for (int i = 0; i < FirstAdministrator::kMostWrongCodes; ++i)
    EXPECT_EQ(make("wrong").status, 403);
  EXPECT_EQ(make(code).status, 404);
  EXPECT_EQ(get("/auth/setup").status, 404);
  EXPECT_NE(log_.lines.find("auth.setup_closed"), std::string::npos);
}

TEST_F(FirstAdministratorTest, KeepsTheCodeAfterABadPassword) {
  const std::string code = open();
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(make(code, "short").status, 400);
  EXPECT_EQ(make(code).status, 200);
}

TEST_F(FirstAdministratorTest, LeavesTheCodeOutOfTheLog) {
  const std::string code = open();
  make("wrong");
  make(code);
  EXPECT_EQ(log_.lines.find(code), std::string::npos);
}

TEST_F(FirstAdministratorTest, IsMadeByAPlainForm) {
  const std::string code = open();
  const Answer page = get("/auth/setup");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("<form method=\"post\" action=\"/auth/setup\">"), std::string::npos);
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
  const Answer wrong = post_form("/auth/setup", "code=x&email=%3Cb%3E%22&password=administrator");
  EXPECT_EQ(wrong.status, 403);
  EXPECT_NE(wrong.body.find("role=\"alert\""), std::string::npos);
  EXPECT_NE(wrong.body.find("value=\"&lt;b&gt;&quot;\""), std::string::npos);
  const Answer made =
      post_form("/auth/setup", "code=" + code + "&email=root%40example.com&password=administrator");
  EXPECT_EQ(made.status, 302);
  EXPECT_EQ(made.header("Location"), "/");
  EXPECT_TRUE(made.cookie().starts_with("auth=ey"));
}

TEST_F(FirstAdministratorTest, TakesARoleThatMayWriteTheConfigurationIfNoneMayEverything) {
  ASSERT_TRUE(configure(
      R"({"auth":{"enabled":true,"roles":{"a":{},"boss":{"permissions":["system.config.write"]}}}})"
  ));
  const Answer made = make(open());
  EXPECT_EQ(made.object().at("user").at("role"), "boss");
}

TEST_F(FirstAdministratorTest, CannotBeMadeWithoutSuchARole) {
  ASSERT_TRUE(configure(R"({"auth":{"enabled":true,"roles":{"a":{}}}})"));
  const auto code = run(module_.open_setup());
  ASSERT_FALSE(code.has_value());
  EXPECT_EQ(code.error().code, Errc::kInvalid);
}

TEST_F(FirstAdministratorTest, IsNotAskedForWhileAuthIsDisabled) {
  ASSERT_TRUE(configure(R"({"auth":{"enabled":false}})"));
  EXPECT_EQ(open(), "");
}

class UsersAdminTest : public AuthFixture {
 protected:
  void SetUp() override { configure(); }
  Answer ask(http::Method method, std::string target, std::string body = {}) {
    return call(
        method, std::move(target), {{"content-type", "application/json"}}, std::move(body), true
    );
  }
};

TEST_F(UsersAdminTest, MakesListsAndChangesAccounts) {
  const Answer made =
      ask(http::Method::kPost,
          "/api/admin/users",
          R"({"email":"a@example.com","password":"12345678","role":"admin"})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.body, R"({"id":1,"email":"a@example.com","role":"admin"})");
  EXPECT_EQ(
      ask(http::Method::kGet, "/api/admin/users").body,
      R"({"users":[{"id":1,"email":"a@example.com","role":"admin","strategy":"password"}]})"
  );
  EXPECT_EQ(
      ask(http::Method::kPost,
          "/api/admin/users",
          R"({"email":"b@example.com","password":"12345678","role":"admin"})")
          .status,
      201
  );
  const Answer changed =
      ask(http::Method::kPatch,
          "/api/admin/users/a%40example.com",
          R"({"password":"abcdefgh","role":"member"})");
  EXPECT_EQ(changed.body, R"({"id":1,"email":"a@example.com","role":"member"})");
  EXPECT_EQ(login("a@example.com", "12345678").status, 401);
  EXPECT_EQ(login("a@example.com", "abcdefgh").status, 200);
  EXPECT_EQ(
      ask(http::Method::kPatch, "/api/admin/users/a%40example.com", R"({"role":null})").body,
      R"({"id":1,"email":"a@example.com","role":null})"
  );
}

TEST_F(UsersAdminTest, RefusesWhatIsWrong) {
  EXPECT_EQ(
      ask(http::Method::kPost, "/api/admin/users", R"({"email":"a","password":"12345678"})").status,
      400
  );
  EXPECT_EQ(
      ask(http::Method::kPost,
          "/api/admin/users",
          R"({"email":"a@b.cc","password":"12345678","role":"x"})")
          .status,
      400
  );
  EXPECT_EQ(
      ask(http::Method::kPatch, "/api/admin/users/a%40b.cc", R"({"role":"admin"})").status, 404
  );
  EXPECT_EQ(ask(http::Method::kPatch, "/api/admin/users/a%40b.cc", "{}").status, 400);
}

TEST_F(UsersAdminTest, SaysWhenThereAreNoAccounts) {
  ASSERT_TRUE(configure(R"({"auth":{"enabled":false}})"));
  EXPECT_EQ(ask(http::Method::kGet, "/api/admin/users").status, 503);
  EXPECT_EQ(get("/api/admin/users").status, 404);
}

TEST_F(UsersAdminTest, IsThereForTheLocalOperatorOnly) {
  add_account("a@example.com", "admin", "x");
  EXPECT_EQ(get("/api/admin/users").status, 404);
  EXPECT_EQ(
      post("/api/admin/users", R"({"email":"b@example.com","password":"12345678"})").status, 404
  );
}

}  // namespace
}  // namespace noded::auth
