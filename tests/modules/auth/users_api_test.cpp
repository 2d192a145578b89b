#include "modules/auth/auth_fixture.hpp"
#include "modules/auth/users_api/user_input.hpp"
#include "repository/audit/audit_chain.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace noded::auth {
namespace {

using http::Method;
using testing::HasSubstr;
using testing_support::parse;

constexpr std::string_view kOpen = R"({
  "data": {"entities": {}},
  "auth": {
    "enabled": true, "default_role_register": "member", "jwt": {"secret": "a-secret"},
    "strategies": {"passkey": {"type": "passkey"}},
    "guard": {"enabled": true},
    "roles": {
      "admin": {"implicit_allow": true},
      "reader": {"permissions": ["users.read", "data.entity.read"]},
      "member": {"permissions": ["system.access.api"]},
      "guest": {"is_default": true, "permissions": []}}}})";

class UsersApiTest : public AuthFixture {
 protected:
  UsersApiTest() { EXPECT_TRUE(configure(kOpen)); }

  static std::string body_of(const std::string& name, const std::string& email = {}) {
    return R"({"email":")" + (email.empty() ? name + "@example.com" : email) + R"(","username":")" +
           name + R"(","password":"a long secret"})";
  }
  Answer post(const std::string& body, Fields fields = {}) {
    fields.emplace("Content-Type", "application/json");
    return call(Method::kPost, "/api/users", std::move(fields), body);
  }
  // The fields of a request of that user, whose role is set first.
  Fields as(const std::string& name, const std::string& role = {}) {
    const std::string email = name + "@example.com";
    if (!role.empty()) {
      const Answer set = call(
          Method::kPatch,
          "/api/admin/users/" + name + "%40example.com",
          {{"Content-Type", "application/json"}},
          R"({"role":")" + role + R"("})",
          true
      );
      EXPECT_EQ(set.status, 200) << set.body;
    }
    const Answer in = call(
        Method::kPost,
        "/api/auth/password/login",
        {{"Content-Type", "application/json"}},
        R"({"email":")" + email + R"(","password":"a long secret"})"
    );
    EXPECT_EQ(in.status, 200) << in.body;
    return {{"Authorization", "Bearer " + in.token()}, {"Content-Type", "application/json"}};
  }
  static Fields with(Fields fields, const std::string& name, const std::string& value) {
    fields[name] = value;
    return fields;
  }
  static std::string code_of(const Answer& answer) {
    return std::string(parse(answer.body).at("code").as_string());
  }
};

TEST_F(UsersApiTest, MakesAUserThatBkndsRoutesKnowToo) {
  const Answer made = post(body_of("Ann", " Ann@Example.com "));
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(
      made.body,
      R"({"id":"1","email":"ann@example.com","username":"ann","created_at":"2024-01-02T03:04:05.000Z"})"
  );
  EXPECT_EQ(made.header("Location"), "/api/users/1");
  const Fields ann = as("ann");
  const Answer shown = call(Method::kGet, "/api/users/1", ann);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body, made.body);
  EXPECT_EQ(shown.header("ETag"), made.header("ETag"));
}

TEST_F(UsersApiTest, NamesWhatIsTaken) {
  ASSERT_EQ(post(body_of("ann")).status, 201);
  const Answer email = post(body_of("bob", "ANN@example.com"));
  EXPECT_EQ(email.status, 409);
  EXPECT_EQ(code_of(email), "EMAIL_EXISTS");
  const Answer name = post(body_of("ANN", "other@example.com"));
  EXPECT_EQ(name.status, 409);
  EXPECT_EQ(code_of(name), "USERNAME_EXISTS");
  EXPECT_EQ(parse(name.body).at("status"), 409);
}

TEST_F(UsersApiTest, TellsAllThatIsWrongInTheLanguageOfTheClient) {
  const Answer refused = post(
      R"({"email":"ann","username":"root","password":"short","age":7})",
      {{"Accept-Language", "zh-CN"}}
  );
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(code_of(refused), "VALIDATION_FAILED");
  EXPECT_EQ(parse(refused.body).at("error"), "校验失败");
  for (const char* part :
       {R"("path":"/email","code":"invalid_email")",
        R"("path":"/username","code":"reserved")",
        R"("path":"/password","code":"too_short")",
        R"("path":"/age","code":"unknown_member")"})
    EXPECT_THAT(refused.body, HasSubstr(part));
}

TEST_F(UsersApiTest, RefusesABodyThatIsNoJson) {
  EXPECT_EQ(code_of(post("{")), "BAD_JSON");
  const Answer form =
      call(Method::kPost, "/api/users", {{"Content-Type", "text/plain"}}, "email=ann@example.com");
  EXPECT_EQ(form.status, 415);
}

TEST_F(UsersApiTest, SaysWhatIsMissingWhereAccountsHaveNoUsernames) {
  ASSERT_TRUE(configure(R"({"data":{"entities":{}},"auth":{"enabled":true,
      "roles":{"admin":{"implicit_allow":true}}}})"));
  const Answer refused = post(body_of("ann"));
  EXPECT_EQ(refused.status, 501);
  EXPECT_EQ(code_of(refused), "USERNAME_NOT_CONFIGURED");
}

TEST_F(UsersApiTest, ShowsOthersToWhoMayReadThemAlone) {
  for (const char* name : {"ann", "bob", "cat"})
    ASSERT_EQ(post(body_of(name)).status, 201);
  EXPECT_EQ(call(Method::kGet, "/api/users").status, 401);
  const Fields member = as("ann");
  EXPECT_EQ(call(Method::kGet, "/api/users", member).status, 403);
  EXPECT_EQ(call(Method::kGet, "/api/users/2", member).status, 403);
  EXPECT_EQ(call(Method::kGet, "/api/users/99", member).status, 403) << "it tells nothing";
  const Fields reader = as("bob", "reader");
  EXPECT_EQ(call(Method::kGet, "/api/users/99", reader).status, 404);
  const Answer page = call(Method::kGet, "/api/users?limit=2", reader);
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.header("X-Total-Count"), "3");
  EXPECT_EQ(page.header("Link"), R"(</api/users?limit=2&offset=2>; rel="next")");
  const json::value shown = parse(page.body);
  const json::array& users = shown.as_array();
  ASSERT_EQ(users.size(), 2U);
  EXPECT_EQ(users[0].at("username"), "cat") << "newest first";
  const Answer found = call(Method::kGet, "/api/users?q=an", reader);
  EXPECT_EQ(found.header("X-Total-Count"), "1");
  EXPECT_EQ(found.header("Link"), "");
  EXPECT_THAT(found.body, HasSubstr("ann@example.com"));
  EXPECT_EQ(call(Method::kGet, "/api/users?q=%25", reader).body, "[]") << "no pattern";
  for (const char* query : {"limit=0", "limit=101", "limit=x", "offset=-1", "offset=100001", "w=1"})
    EXPECT_EQ(call(Method::kGet, "/api/users?" + std::string(query), reader).status, 400) << query;
}

TEST_F(UsersApiTest, IsForNobodyAnonymousWhereNoGuardIs) {
  ASSERT_TRUE(configure(R"({"data":{"entities":{}},"auth":{"enabled":true,"allow_register":false,
      "strategies":{"passkey":{"type":"passkey"}},"guard":{"enabled":false}}})"));
  EXPECT_EQ(call(Method::kGet, "/api/users").status, 401);
  EXPECT_EQ(call(Method::kDelete, "/api/users/1").status, 401);
  EXPECT_EQ(post(body_of("ann")).status, 401);
}

TEST_F(UsersApiTest, ChangesWhatTheClientHasSeen) {
  const Answer made = post(body_of("ann"));
  ASSERT_EQ(post(body_of("bob")).status, 201);
  const Fields ann = as("ann");
  const std::string body = R"({"username":"anna"})";
  EXPECT_EQ(call(Method::kPatch, "/api/users/1", ann, body).status, 428);
  const Answer stale = call(Method::kPatch, "/api/users/1", with(ann, "If-Match", "\"x\""), body);
  EXPECT_EQ(stale.status, 412);
  const Fields seen = with(ann, "If-Match", made.header("ETag"));
  const Answer changed = call(Method::kPatch, "/api/users/1", seen, body);
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_THAT(changed.body, HasSubstr(R"("username":"anna")"));
  EXPECT_EQ(call(Method::kPatch, "/api/users/1", seen, body).status, 412) << "it has changed";
  const Fields now = with(ann, "If-Match", changed.header("ETag"));
  EXPECT_EQ(call(Method::kPatch, "/api/users/1", now, R"({"email":"a@example.com"})").status, 400)
      << "only who manages users changes an address";
  EXPECT_EQ(call(Method::kPatch, "/api/users/2", now, body).status, 403);
  const Answer taken = call(Method::kPatch, "/api/users/1", now, R"({"username":"bob"})");
  EXPECT_EQ(taken.status, 409) << taken.body;
  EXPECT_EQ(code_of(taken), "USERNAME_EXISTS");
  const Fields admin = with(as("bob", "admin"), "If-Match", "*");
  const Answer moved = call(Method::kPatch, "/api/users/1", admin, R"({"email":"a@example.com"})");
  EXPECT_EQ(moved.status, 200) << moved.body;
}

TEST_F(UsersApiTest, DeletesAllButTheLastWhoAdministrates) {
  for (const char* name : {"ann", "bob"})
    ASSERT_EQ(post(body_of(name)).status, 201);
  const Fields member = as("bob");
  EXPECT_EQ(call(Method::kDelete, "/api/users/1", member).status, 403);
  const Fields admin = as("ann", "admin");
  const Answer last = call(Method::kDelete, "/api/users/1", admin);
  EXPECT_EQ(last.status, 409);
  EXPECT_EQ(code_of(last), "LAST_ADMIN");
  EXPECT_EQ(call(Method::kDelete, "/api/users/2", admin).status, 204);
  EXPECT_EQ(call(Method::kDelete, "/api/users/2", admin).status, 404);
}

TEST_F(UsersApiTest, LeavesEntriesInTheAuditChain) {
  ASSERT_EQ(post(body_of("ann")).status, 201);
  ASSERT_EQ(post(body_of("bob")).status, 201);
  const Fields admin = with(as("ann", "admin"), "If-Match", "*");
  ASSERT_EQ(call(Method::kPatch, "/api/users/2", admin, R"({"username":"bobby"})").status, 200);
  ASSERT_EQ(call(Method::kDelete, "/api/users/2", admin).status, 204);
  const audit::AuditChain chain(kApplication, clock_);
  auto body = [&](Transaction& transaction) {
    audit::Wanted wanted;
    wanted.action = "user";
    return chain.list(transaction, wanted);
  };
  const auto page = run(database::read(database_.store(), SteadyTime::max(), body)).value();
  std::vector<std::string> told;
  for (const audit::Entry& entry : page.entries)
    told.push_back(entry.act.actor + " " + entry.act.action + " " + entry.act.target);
  EXPECT_THAT(
      told,
      testing::ElementsAre(
          "user 1 user.delete user 2",
          "user 1 user.change user 2",
          "operator user.role user 1",
          "anonymous user.create user 2",
          "anonymous user.create user 1"
      )
  );
}

struct EmailRow {
  const char* text;
  bool is_taken;
};

TEST(UserInput, TakesAddressesOfPeople) {
  const EmailRow rows[] = {
      {"ann@example.com", true},
      {" ann@example.com\n", true},
      {"a.b+c@mail.example.org", true},
      {"ann@localhost", false},
      {"ann@-a.example", false},
      {"ann@example-.com", false},
      {"ann@example..com", false},
      {"@example.com", false},
      {"ann", false},
      {"ann@[192.0.2.1]", false},
      {"", false},
      {"a b@example.com", false},
  };
  for (const EmailRow& row : rows) {
    const auto read = read_new_user(
        json::object{{"email", row.text}, {"username", "someone"}, {"password", "a long secret"}}
    );
    EXPECT_EQ(read.flaws.empty(), row.is_taken) << row.text;
  }
  const std::string local(65, 'a');
  EXPECT_FALSE(read_new_user(json::object{
                                 {"email", local + "@example.com"},
                                 {"username", "someone"},
                                 {"password", "a long secret"}
                             })
                   .flaws.empty());
}

struct PasswordRow {
  std::string text;
  const char* code;  // empty: taken
};

TEST(UserInput, RefusesPasswordsThatAreGuessedFirst) {
  const PasswordRow rows[] = {
      {"a long secret", ""},
      {"1234567", "too_short"},
      {std::string(1024, 'p'), ""},
      {std::string(1025, 'p'), "too_long"},
      {"Password", "too_common"},
      {"ann@example.com", "same_as_name"},
      {"ann-somebody", "same_as_name"},
  };
  for (const PasswordRow& row : rows) {
    const auto read = read_new_user(json::object{
        {"email", "ann@example.com"}, {"username", "Ann-Somebody"}, {"password", row.text}
    });
    EXPECT_EQ(read.flaws.empty() ? "" : read.flaws.front().code, row.code) << row.text;
  }
}

}  // namespace
}  // namespace noded::auth
