// API keys: who makes them, what each may do, and how each ends.
#include "modules/auth/keys/api_keys.hpp"
#include "modules/auth/keys/key_input.hpp"
#include "modules/auth/session_fixture.hpp"
#include "repository/audit/audit_chain.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace noded::auth {
namespace {

using http::Method;
using testing::HasSubstr;
using testing::Not;
using testing_support::parse;

constexpr const char* kRoles = R"({
  "data": {"entities": {"docs": {"fields": {"title": {"type": "text"}, "owner": {"type": "text"}}}}},
  "auth": {"enabled": true, "default_role_register": "member", "jwt": {"secret": "a-secret"},
    "guard": {"enabled": true},
    "roles": {
      "admin": {"implicit_allow": true},
      "manager": {"permissions": ["keys.manage", "system.access.api"]},
      "member": {"permissions": ["system.access.api", "system.info", "users.read",
        {"permission": "data.entity.read", "policies": [
          {"effect": "filter", "filter": {"owner": "@user.email"}}]}]},
      "reader": {"permissions": ["system.access.api", {"permission": "data.entity.read", "policies": [
        {"effect": "filter", "filter": {"title": "open"}}]}]},
      "guest": {"is_default": true, "permissions": []}}}})";

class ApiKeyTest : public SessionFixture {
 protected:
  void SetUp() override {
    ASSERT_TRUE(configure(kRoles));
    ASSERT_EQ(register_account(kEmail).status, 200);  // 1, a member
    add("boss@example.com", "admin");
    add("manager@example.com", "manager");
  }
  void add(const std::string& email, const std::string& role) {
    constexpr crypto::PasswordCost kCost{.memory_bytes = 64 * 1024, .passes = 1};
    add_account(email, role, *crypto::hash_password("memberpass", kCost));
  }
  Fields as(const std::string& email) {
    return local(
        {{"authorization", "Bearer " + login(email).token()}, {"content-type", "application/json"}}
    );
  }
  static Fields with_key(const std::string& text) {
    return local({{"x-api-key", text}, {"content-type", "application/json"}});
  }
  Answer make(const Fields& fields, const std::string& body) {
    return call(Method::kPost, "/api/admin/keys", fields, body);
  }
  // The text of a key of the member.
  std::string key_with(const std::string& rights) {
    made_ = make(as(kEmail), R"({"name":"a key",)" + rights + "}");
    EXPECT_EQ(made_.status, 201) << made_.body;
    return text(made_, "key");
  }
  std::string id() const { return text(made_, "id"); }
  int use(const std::string& key) { return get("/api/check", with_key(key)).status; }
  bool may(const std::string& key, std::string_view permission) {
    http::Request request;
    const std::vector<http::Header> headers{{"x-api-key", key}};
    request.headers = headers;
    const IdentityPtr identity = module_.authenticate(request);
    return module_.authorize(*identity, permission, request).has_value();
  }

  Answer made_;
};

TEST_F(ApiKeyTest, ActsAsItsOwnerByEitherField) {
  const std::string key = key_with(R"("permissions":["system.info"])");
  EXPECT_TRUE(parse_key_text(key));
  for (const Fields& fields :
       {Fields{{"x-api-key", key}},
        Fields{{"authorization", "Bearer " + key}},
        Fields{{"authorization", "bearer " + key}}}) {
    const Answer answer = get("/api/check", local(fields));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(kEmail));
  }
  EXPECT_EQ(made_.header("Cache-Control"), "no-store");
}

TEST_F(ApiKeyTest, MayDoWhatItsListSaysAndItsOwnerMay) {
  const std::string key = key_with(R"("permissions":["system.info"])");
  EXPECT_TRUE(may(key, "system.info"));
  EXPECT_FALSE(may(key, "system.access.api")) << "not in its list";
  const std::string reader = key_with(R"("role":"reader")");
  EXPECT_TRUE(may(reader, "system.access.api"));
  EXPECT_FALSE(may(reader, "system.info")) << "not of its role";
}

TEST_F(ApiKeyTest, SeesTheRowsThatBothItsRoleAndItsOwnerSee) {
  const std::string key = key_with(R"("role":"reader")");
  http::Request request;
  const std::vector<http::Header> headers{{"x-api-key", key}};
  request.headers = headers;
  const IdentityPtr identity = module_.authenticate(request);
  const auto access = module_.access_for(*identity);
  auto body = [&](const database::Schema& schema, Transaction& transaction) -> Result<std::string> {
    const database::Entity& docs = *schema.find("docs");
    database::Writer writer(
        kApplication,
        schema,
        transaction,
        database::unrestricted_access_for_the_node_itself(),
        clock_
    );
    const std::vector<json::object> rows{
        {{"title", "open"}, {"owner", kEmail}},
        {{"title", "open"}, {"owner", "x"}},
        {{"title", "shut"}, {"owner", kEmail}}
    };
    if (auto made = writer.create(docs, rows); !made) return std::unexpected(made.error());
    std::string out;
    const auto page = database::Reader(kApplication, transaction, *access).read_many(docs, {}, out);
    if (!page) return std::unexpected(page.error());
    return out;
  };
  const auto shown = run(database_.write(SteadyTime::max(), body));
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_EQ(parse(*shown).as_array().size(), 1U) << *shown;
}

TEST_F(ApiKeyTest, LosesWhatItsOwnerLoses) {
  const std::string key = key_with(R"("permissions":["system.info"])");
  const Answer changed =
      call(Method::kPut, "/api/admin/users/1/role", as("boss@example.com"), R"({"role":"reader"})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(use(key), 200);
  EXPECT_FALSE(may(key, "system.info"));
}

TEST_F(ApiKeyTest, IsDeadWhileItsOwnerIsDisabledAndForeverOnceDeleted) {
  const std::string key = key_with(R"("permissions":["system.info"])");
  const Fields boss = as("boss@example.com");
  ASSERT_EQ(call(Method::kPost, "/api/admin/users/1/disable", boss).status, 200);
  EXPECT_EQ(use(key), 401);
  ASSERT_EQ(call(Method::kPost, "/api/admin/users/1/enable", boss).status, 200);
  EXPECT_EQ(use(key), 200);
  ASSERT_EQ(call(Method::kDelete, "/api/users/1", boss).status, 204);
  EXPECT_EQ(use(key), 401);
  ASSERT_TRUE(run(module_.load_sessions()).has_value());
  EXPECT_EQ(module_.api_keys().size(), 0U) << "nothing of it is left in the store";
}

TEST_F(ApiKeyTest, NeverMayMoreThanWhoMakesIt) {
  struct Row {
    const char* rights;
    int status;
  };
  const Row rows[] = {
      {R"("permissions":["users.read"])", 201},
      {R"("permissions":["users.manage"])", 403},
      {R"("permissions":["users.read","users.manage"])", 403},
      {R"("role":"member")", 201},
      {R"("role":"reader")", 201},
      {R"("role":"admin")", 403},
      {R"("role":"manager")", 403},
      {R"("role":"nobody")", 400},
  };
  const Fields member = as(kEmail);
  for (const Row& row : rows) {
    const Answer answer = make(member, std::string(R"({"name":"k",)") + row.rights + "}");
    EXPECT_EQ(answer.status, row.status) << row.rights << answer.body;
  }
  const char* of_another = R"({"name":"k","user":"m@example.com","permissions":["users.read"]})";
  EXPECT_EQ(make(as("manager@example.com"), of_another).status, 403) << "nor for others";
  EXPECT_EQ(make(as("boss@example.com"), of_another).status, 201);
  EXPECT_EQ(
      make(as("manager@example.com"), R"({"name":"k","user":"2","role":"manager"})").status, 201
  ) << "for another who may do as much";
}

TEST_F(ApiKeyTest, MakesNoKeysAndOpensNoSessions) {
  const std::string boss = [this] {
    made_ = make(as("boss@example.com"), R"({"name":"k","role":"admin"})");
    return text(made_, "key");
  }();
  EXPECT_TRUE(may(boss, "users.manage"));
  const Fields fields = with_key(boss);
  struct Row {
    Method method;
    std::string target;
  };
  const Row rows[] = {
      {Method::kGet, "/api/admin/keys"},
      {Method::kPost, "/api/admin/keys"},
      {Method::kPost, "/api/admin/keys/" + id() + "/rotate"},
      {Method::kDelete, "/api/admin/keys/" + id()},
      {Method::kPost, "/auth/api/password"},
      {Method::kPost, "/auth/api/login"},
      {Method::kPost, "/auth/api/refresh"},
      {Method::kPost, "/api/auth/password/login"},
      {Method::kPost, "/api/%61uth/password/login"},
  };
  for (const Row& row : rows) {
    const Answer answer = call(row.method, row.target, fields, "{}");
    EXPECT_EQ(answer.status, 403) << row.target << answer.body;
  }
  EXPECT_EQ(get("/api/users", fields).status, 200) << "anything else it may";
}

TEST_F(ApiKeyTest, HasNotWhatAUserHasAsSuch) {
  const std::string key = key_with(R"("permissions":["system.info"])");
  EXPECT_EQ(get("/api/users/1", with_key(key)).status, 403);
  EXPECT_EQ(get("/api/admin/sessions", with_key(key)).status, 403);
  EXPECT_EQ(call(Method::kDelete, "/api/admin/sessions?user=1", with_key(key)).status, 403);
}

TEST_F(ApiKeyTest, IsShownToItsOwnerAndToWhoManagesThem) {
  key_with(R"("permissions":["system.info"])");
  const Answer own = get("/api/admin/keys", as(kEmail));
  ASSERT_EQ(own.status, 200);
  EXPECT_EQ(own.object().at("keys").as_array().size(), 1U);
  EXPECT_THAT(own.body, Not(HasSubstr("hash")));
  EXPECT_THAT(own.body, Not(HasSubstr("nd_")));
  EXPECT_EQ(get("/api/admin/keys").status, 401);
  EXPECT_EQ(
      get("/api/admin/keys?user=1", as("manager@example.com"))
          .object()
          .at("keys")
          .as_array()
          .size(),
      1U
  );
  EXPECT_EQ(get("/api/admin/keys?user=2", as(kEmail)).status, 403);
  add("other@example.com", "member");
  EXPECT_EQ(
      get("/api/admin/keys", as("other@example.com")).object().at("keys").as_array().size(), 0U
  );
  const std::string path = "/api/admin/keys/" + id();
  EXPECT_EQ(call(Method::kDelete, path, as("other@example.com")).status, 404);
  EXPECT_EQ(call(Method::kPost, path + "/rotate", as("other@example.com")).status, 404);
  EXPECT_EQ(call(Method::kDelete, path, as("manager@example.com")).status, 204);
  EXPECT_EQ(call(Method::kDelete, path, as("manager@example.com")).status, 404);
}

TEST_F(ApiKeyTest, EndsWithTheNextRequestOnceRevoked) {
  const std::string key = key_with(R"("permissions":["system.info"])");
  EXPECT_EQ(use(key), 200);
  EXPECT_EQ(call(Method::kDelete, "/api/admin/keys/" + id(), as(kEmail)).status, 204);
  EXPECT_EQ(use(key), 401);
}

TEST_F(ApiKeyTest, GoesOnWithItsOldSecretForAWhileAfterARotation) {
  const std::string first = key_with(R"("permissions":["system.info"])");
  const std::string path = "/api/admin/keys/" + id() + "/rotate";
  const Answer rotated = call(Method::kPost, path, as(kEmail), R"({"overlap_s":3600})");
  ASSERT_EQ(rotated.status, 200) << rotated.body;
  const std::string second = text(rotated, "key");
  EXPECT_NE(first, second);
  EXPECT_EQ(use(first), 200);
  EXPECT_EQ(use(second), 200);
  pass(std::chrono::hours(1));
  EXPECT_EQ(use(first), 401);
  EXPECT_EQ(use(second), 200);
  const Answer again = call(Method::kPost, path, as(kEmail), R"({"overlap_s":0})");
  EXPECT_EQ(use(second), 401) << "no overlap was asked for";
  EXPECT_EQ(use(text(again, "key")), 200);
  EXPECT_EQ(call(Method::kPost, path, as(kEmail), R"({"overlap_s":86401})").status, 400);
}

TEST_F(ApiKeyTest, EndsAtItsTime) {
  const std::string key =
      key_with(R"("permissions":["system.info"],"expires_at":"2024-01-03T00:00:00Z")");
  EXPECT_EQ(use(key), 200);
  pass(std::chrono::hours(24));
  EXPECT_EQ(use(key), 401);
}

TEST_F(ApiKeyTest, IsUsedFromItsNetworksAlone) {
  const std::string key =
      key_with(R"("permissions":["system.info"],"cidrs":["192.0.2.0/24","2001:db8::/32"])");
  for (const char* peer : {"192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1"}) {
    peer_ = peer;
    EXPECT_EQ(use(key), 200) << peer;
  }
  for (const char* peer : {"192.0.3.7", "2001:db9::1", "127.0.0.1", ""}) {
    peer_ = peer;
    EXPECT_EQ(use(key), 403) << peer;
  }
}

TEST_F(ApiKeyTest, ComesAsOftenAsItMayAMinute) {
  const std::string key = key_with(R"("permissions":["system.info"],"rate":3)");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(use(key), 200);
  const Answer often = get("/api/check", with_key(key));
  EXPECT_EQ(often.status, 429);
  EXPECT_EQ(often.header("Retry-After"), "20");
  pass(std::chrono::seconds(20));
  EXPECT_EQ(use(key), 200);
  EXPECT_EQ(use(key), 429);
}

TEST_F(ApiKeyTest, IsSentOnceAndAlone) {
  const std::string key = key_with(R"("permissions":["system.info"])");
  EXPECT_EQ(
      get("/api/check", local({{"x-api-key", key}, {"authorization", "Bearer " + key}})).status, 400
  );
  EXPECT_EQ(get("/api/check", local({{"x-api-key", key}, {"X-API-Key", key}})).status, 400);
  EXPECT_EQ(get("/api/check", local({{"x-api-key", ""}})).status, 401);
}

TEST_F(ApiKeyTest, TellsWhenItWasUsedToAMinuteAlsoOverARestart) {
  const std::string key = key_with(R"("permissions":["system.info"])");
  const auto last_used = [this] {
    const json::value answer = parse(get("/api/admin/keys", as(kEmail)).body);
    const json::value& time = answer.at("keys").at(0).at("last_used_at");
    return time.is_null() ? std::string() : std::string(time.as_string());
  };
  EXPECT_EQ(last_used(), "");
  use(key);
  EXPECT_EQ(last_used(), "2024-01-02T03:04:05.000Z");
  pass(std::chrono::seconds(30));
  use(key);
  EXPECT_EQ(last_used(), "2024-01-02T03:04:05.000Z");
  ASSERT_TRUE(run(module_.upkeep_parts().keys.keep(SteadyTime::max())).has_value());
  ASSERT_TRUE(run(module_.load_sessions()).has_value());
  EXPECT_EQ(last_used(), "2024-01-02T03:04:05.000Z");
  EXPECT_EQ(use(key), 200);
}

TEST_F(ApiKeyTest, StandsInTheAuditChainAndNeverWithItsSecret) {
  const std::string key = key_with(R"("permissions":["system.info"])");
  const std::string path = "/api/admin/keys/" + id();
  ASSERT_EQ(call(Method::kPost, path + "/rotate", as(kEmail)).status, 200);
  ASSERT_EQ(call(Method::kDelete, path, as(kEmail)).status, 204);
  const audit::AuditChain chain(kApplication, clock_);
  auto body = [&](Transaction& transaction) {
    audit::Wanted wanted;
    wanted.action = "key";
    return chain.list(transaction, wanted);
  };
  const auto page = run(database::read(database_.store(), SteadyTime::max(), body)).value();
  std::vector<std::string> told;
  for (const audit::Entry& entry : page.entries) {
    told.push_back(entry.act.actor + " " + entry.act.action + " " + entry.act.target);
    EXPECT_THAT(audit::to_json(entry), Not(HasSubstr(key.substr(16))));
  }
  EXPECT_THAT(
      told,
      testing::ElementsAre(
          "user 1 key.revoke key " + id(),
          "user 1 key.rotate key " + id(),
          "user 1 key.create key " + id()
      )
  );
}

TEST_F(ApiKeyTest, IsOneOfAsManyAsAUserMayHave) {
  const Fields member = as(kEmail);
  for (std::size_t i = 0; i < module_.api_keys().rules().per_user; ++i)
    ASSERT_EQ(make(member, R"({"name":"k","permissions":["system.info"]})").status, 201);
  const Answer refused = make(member, R"({"name":"k","permissions":["system.info"]})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(text(refused, "code"), "TOO_MANY_KEYS");
}

struct KeyTextRow {
  const char* name;
  std::string text;
};
class BadKeyTexts : public testing::TestWithParam<KeyTextRow> {};
TEST_P(BadKeyTexts, AreNoKeys) {
  EXPECT_FALSE(parse_key_text(GetParam().text));
}
const std::string kGoodKey = make_key_text("abcdefABCDEF").text();
INSTANTIATE_TEST_SUITE_P(
    Forms,
    BadKeyTexts,
    testing::Values(
        KeyTextRow{"empty", ""},
        KeyTextRow{"prefix", "nd_"},
        KeyTextRow{"short", kGoodKey.substr(0, kGoodKey.size() - 1)},
        KeyTextRow{"long", kGoodKey + "a"},
        KeyTextRow{"other_prefix", "nx" + kGoodKey.substr(2)},
        KeyTextRow{"other_case", "ND" + kGoodKey.substr(2)},
        KeyTextRow{"no_underscore", "nd_abcdefABCDEF" + std::string(44, 'a')},
        KeyTextRow{"dash_in_id", "nd_abcdef-BCDEF_" + std::string(43, 'a')},
        KeyTextRow{"space_in_secret", "nd_abcdefABCDEF_" + std::string(42, 'a') + " "},
        KeyTextRow{
            "nul_in_secret", "nd_abcdefABCDEF_" + std::string(42, 'a') + std::string(1, '\0')
        }
    ),
    [](const auto& row) { return row.param.name; }
);

struct FlawRow {
  const char* name;
  const char* body;
  const char* code;
};
class BadKeyBodies : public testing::TestWithParam<FlawRow> {};
TEST_P(BadKeyBodies, AreRefusedByName) {
  const ReadKeyInput read = read_new_key(parse(GetParam().body), 1'704'164'645'000);
  ASSERT_FALSE(read.flaws.empty());
  EXPECT_EQ(read.flaws.front().code, GetParam().code);
}
INSTANTIATE_TEST_SUITE_P(
    Members,
    BadKeyBodies,
    testing::Values(
        FlawRow{"array", "[]", "not_an_object"},
        FlawRow{"unknown", R"({"name":"k","role":"r","nope":1})", "unknown_member"},
        FlawRow{"nameless", R"({"role":"r"})", "bad_name"},
        FlawRow{"rightless", R"({"name":"k"})", "role_or_permissions"},
        FlawRow{"both", R"({"name":"k","role":"r","permissions":[]})", "role_or_permissions"},
        FlawRow{"role", R"({"name":"k","role":7})", "not_a_text"},
        FlawRow{"permission", R"({"name":"k","permissions":["no.such"]})", "unknown_permission"},
        FlawRow{"permissions", R"({"name":"k","permissions":"system.info"})", "not_a_list"},
        FlawRow{
            "past", R"({"name":"k","role":"r","expires_at":"2020-01-01T00:00:00Z"})", "bad_time"
        },
        FlawRow{"time", R"({"name":"k","role":"r","expires_at":"soon"})", "bad_time"},
        FlawRow{"cidr", R"({"name":"k","role":"r","cidrs":["10.0.0.1/8"]})", "bad_network"},
        FlawRow{"host", R"({"name":"k","role":"r","cidrs":["example.com"]})", "bad_network"},
        FlawRow{"prefix", R"({"name":"k","role":"r","cidrs":["10.0.0.0/33"]})", "bad_network"},
        FlawRow{"rate", R"({"name":"k","role":"r","rate":0})", "not_a_number"}
    ),
    [](const auto& row) { return row.param.name; }
);

}  // namespace
}  // namespace noded::auth
