#include "modules/auth/guard_access.hpp"

#include "modules/auth/auth_fixture.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace noded::auth {
namespace {

constexpr const char* kConfigurationWithPolicies = R"({
  "data": {"entities": {
    "docs": {"fields": {"title": {"type": "text"}, "owner": {"type": "text"}, "visibility": {"type": "text"}}},
    "notes": {"fields": {"text": {"type": "text"}}}}},
  "auth": {"enabled": true, "jwt": {"secret": "s", "fields": ["id", "email", "role", "team"]}, "guard": {"enabled": true}, "roles": {
    "admin": {"implicit_allow": true},
    "member": {"permissions": [
      {"permission": "data.entity.read", "effect": "deny", "policies": [
        {"description": "docs", "condition": {"entity": "docs"}, "effect": "allow"},
        {"description": "public", "condition": {"entity": "docs"}, "effect": "filter", "filter": {"visibility": "public"}}]},
      {"permission": "data.entity.create", "policies": [
        {"description": "own", "condition": {"entity": "docs"}, "effect": "filter", "filter": {"owner": "@user.email"}}]},
      {"permission": "data.entity.update", "policies": [
        {"effect": "filter", "filter": {"owner": "@user.email"}},
        {"effect": "filter", "filter": {"$or": {"visibility": "public", "title": "x"}}}]},
      {"permission": "data.entity.delete", "policies": [
        {"condition": {"id": {"$lt": 3}}, "effect": "deny"},
        {"effect": "filter", "filter": {"owner": "@user.team"}}]}]}}}})";

class GuardAccessTest : public AuthFixture {
 protected:
  void SetUp() override {
    const auto configured = configure(kConfigurationWithPolicies);
    ASSERT_TRUE(configured.has_value()) << configured.error().message;
    ASSERT_TRUE(create(
        "docs", R"([{"title":"a","owner":"m@x.org","visibility":"public"},
        {"title":"b","owner":"n@x.org","visibility":"public"},{"title":"c","owner":"m@x.org","visibility":"private"}])"
    ));
  }
  static Identity user(std::string role) {
    Identity identity;
    identity.kind = Identity::Kind::kUser;
    identity.role = std::move(role);
    identity.claims = R"({"id":1,"email":"m@x.org"})";
    return identity;
  }
  const database::Entity& entity(std::string_view name) {
    schema_ = database_.schema();
    return *schema_->find(name);
  }
  std::string titles_read_by(const Identity& identity) {
    const auto access = module_.access_for(identity);
    const database::Entity& docs = entity("docs");
    auto body = [&](Transaction& transaction) -> Result<std::string> {
      auto query =
          database::parse_query(docs, testing_support::parse_object(R"({"select":["title"]})"), {});
      if (!query) return std::unexpected(query.error());
      std::string out;
      const auto page =
          database::Reader(kApplication, transaction, *access).read_many(docs, *query, out);
      if (!page) return std::unexpected(page.error());
      return out;
    };
    const auto read = run(database::read(database_.store(), SteadyTime::max(), body));
    return read ? *read : read.error().message;
  }

  std::shared_ptr<const database::Schema> schema_;
};

TEST_F(GuardAccessTest, LetsImplicitAllowSeeEverything) {
  const Identity admin = user("admin");
  const auto rows =
      module_.access_for(admin)->rows(entity("docs"), database::Action::kRead, nullptr);
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->filter, nullptr);
  EXPECT_EQ(titles_read_by(admin), R"([{"title":"a"},{"title":"b"},{"title":"c"}])");
}

TEST_F(GuardAccessTest, NarrowsReads) {
  EXPECT_EQ(titles_read_by(user("member")), R"([{"title":"a"},{"title":"b"}])");
}

TEST_F(GuardAccessTest, RefusesOtherEntities) {
  const Identity member = user("member");
  const auto rows =
      module_.access_for(member)->rows(entity("notes"), database::Action::kRead, nullptr);
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(
      rows.error().members,
      R"({"description":"Policy condition unmet","permission":"data.entity.read"})"
  );
}

TEST_F(GuardAccessTest, CompilesAFilterWithoutVariablesOnce) {
  const Identity member = user("member");
  const auto access = module_.access_for(member);
  const auto first = access->rows(entity("docs"), database::Action::kRead, nullptr);
  const auto second =
      module_.access_for(member)->rows(entity("docs"), database::Action::kRead, nullptr);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->filter, second->filter);
}

TEST_F(GuardAccessTest, CompilesItAgainForAnotherSchema) {
  const Identity member = user("member");
  const auto first =
      module_.access_for(member)->rows(entity("docs"), database::Action::kRead, nullptr);
  const auto kept = schema_;
  ASSERT_TRUE(configure(kConfigurationWithPolicies).has_value());
  const auto second =
      module_.access_for(member)->rows(entity("docs"), database::Action::kRead, nullptr);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->filter->any.front().front().field, entity("docs").find_field("visibility"));
  EXPECT_NE(first->filter, second->filter);
}

TEST_F(GuardAccessTest, CompilesUncachedForAnEntityOfAnOlderSchema) {
  const Identity member = user("member");
  const database::Entity& old_docs = entity("docs");
  const auto kept = schema_;
  ASSERT_TRUE(configure(kConfigurationWithPolicies).has_value());
  const auto rows = module_.access_for(member)->rows(old_docs, database::Action::kRead, nullptr);
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->filter->any.front().front().field, old_docs.find_field("visibility"));
}

TEST_F(GuardAccessTest, ReplacesVariablesPerIdentity) {
  const Identity member = user("member");
  const auto rows =
      module_.access_for(member)->rows(entity("docs"), database::Action::kCreate, nullptr);
  ASSERT_TRUE(rows && rows->filter);
  EXPECT_EQ(rows->filter->any.front().front().operands.front().text, "m@x.org");
}

TEST_F(GuardAccessTest, NamesThePolicyOfARowOutside) {
  const Identity member = user("member");
  const auto access = module_.access_for(member);
  const auto rows = access->rows(entity("docs"), database::Action::kCreate, nullptr);
  ASSERT_TRUE(rows.has_value());
  const Error outside = access->outside(entity("docs"), database::Action::kCreate, *rows);
  EXPECT_EQ(outside.code, Errc::kForbidden);
  EXPECT_EQ(outside.message, "Permission \"data.entity.create\" not granted");
  EXPECT_EQ(
      outside.members,
      R"({"description":"Policy filter not met","permission":"data.entity.create","policy":)"
      R"({"description":"own","condition":{"entity":"docs"},"effect":"filter","filter":{"owner":"@user.email"}}})"
  );
}

TEST_F(GuardAccessTest, HoldsAWriterToTheFilter) {
  const Identity member = user("member");
  const auto access = module_.access_for(member);
  EXPECT_TRUE(create("docs", R"({"title":"mine","owner":"m@x.org"})", *access).has_value());
  const auto refused = create("docs", R"({"title":"not mine","owner":"n@x.org"})", *access);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().type, "PermissionsException");
}

TEST_F(GuardAccessTest, JoinsSeveralFiltersByAnd) {
  const Identity member = user("member");
  const auto access = module_.access_for(member);
  EXPECT_TRUE(update("docs", 1, R"({"title":"own and public"})", *access).has_value());
  EXPECT_FALSE(update("docs", 2, R"({"title":"public, not own"})", *access).has_value());
  EXPECT_FALSE(update("docs", 3, R"({"title":"own, not public"})", *access).has_value());
}

TEST_F(GuardAccessTest, MatchesNothingForAnUnknownVariable) {
  const Identity member = user("member");
  const auto access = module_.access_for(member);
  const auto rows = access->rows(entity("docs"), database::Action::kDelete, nullptr);
  ASSERT_TRUE(rows && rows->filter);
  EXPECT_FALSE(erase("docs", 3, *access).has_value());
  EXPECT_EQ(this->rows("docs", R"({"select":["id"]})"), R"([{"id":1},{"id":2},{"id":3}])");
}

TEST_F(GuardAccessTest, ShowsTheRowsIdToConditions) {
  const Identity member = user("member");
  const auto access = module_.access_for(member);
  const auto key = database::RowKey::of_integer(2);
  EXPECT_FALSE(access->rows(entity("docs"), database::Action::kDelete, &key).has_value());
}

TEST_F(GuardAccessTest, ReportsAFilterOnAFieldThatTheEntityLacks) {
  const Identity member = user("member");
  const auto rows =
      module_.access_for(member)->rows(entity("notes"), database::Action::kUpdate, nullptr);
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().type, "InvalidSearchParamsException");
}

TEST_F(GuardAccessTest, JoinsAtMostSoManyAlternatives) {
  const database::Entity& docs = entity("docs");
  database::Filter wide;
  for (int i = 0; i < 20; ++i)
    wide.any.push_back(nothing(docs).any.front());
  EXPECT_FALSE(both(wide, wide).has_value());
  EXPECT_EQ(both(database::Filter{}, wide)->any.size(), 20u);
}

// What a policy says of the row, of the time and of where a request comes from.
constexpr const char* kConfigurationOfRows = R"({
  "data": {"entities": {
    "docs": {"fields": {"title": {"type": "text"}, "owner": {"type": "text"},
      "visibility": {"type": "text"}, "until": {"type": "date"}}}}},
  "auth": {"enabled": true, "jwt": {"secret": "s"}, "guard": {"enabled": true}, "roles": {
    "reader": {"permissions": [
      {"permission": "data.entity.read", "effect": "deny", "policies": [
        {"effect": "allow", "condition": {"entity": "docs", "resource.visibility": "public"}},
        {"effect": "allow", "condition": {"user.email": "@resource.owner"}},
        {"effect": "deny", "condition": {"resource.title": {"$in": ["locked", "gone"]}}}]},
      {"permission": "data.entity.create", "effect": "deny", "policies": [
        {"effect": "allow", "condition": {"resource.owner": "@user.email"}}]},
      {"permission": "data.entity.update", "policies": [
        {"effect": "deny", "condition": {"resource.visibility": "public", "resource.owner": {"$ne": "@user.email"}}}]},
      {"permission": "data.entity.delete", "policies": [
        {"effect": "filter", "condition": {"resource.visibility": "public"}, "filter": {"owner": "@user.email"}}]}]},
    "timely": {"permissions": [
      {"permission": "data.entity.read", "policies": [
        {"effect": "filter", "filter": {"until": {"$gt": "@now"}}}]},
      {"permission": "data.entity.update", "policies": [
        {"effect": "deny", "condition": {"ip": {"$isnull": true}}},
        {"effect": "filter", "condition": {"ip": {"$cidr": ["10.0.0.0/8"]}}, "filter": {"visibility": "public"}}]}]}}}})";

class PoliciesOfRows : public GuardAccessTest {
 protected:
  void SetUp() override {
    const auto configured = configure(kConfigurationOfRows);
    ASSERT_TRUE(configured.has_value()) << configured.error().message;
    ASSERT_TRUE(create("docs", R"([
        {"title":"a","owner":"m@x.org","visibility":"public","until":"2024-01-01"},
        {"title":"b","owner":"n@x.org","visibility":"public","until":"2124-01-01"},
        {"title":"c","owner":"m@x.org","visibility":"private"},
        {"title":"d","owner":"n@x.org","visibility":"private"},
        {"title":"locked","owner":"m@x.org"},
        {"owner":"m@x.org"}])"));
  }
};

TEST_F(PoliciesOfRows, NarrowReadsOfManyRows) {
  EXPECT_EQ(
      titles_read_by(user("reader")),
      R"([{"title":"a"},{"title":"b"},{"title":"c"},{"title":null}])"
  );
}

TEST_F(PoliciesOfRows, LetWhoHasNoClaimReadByTheOtherPoliciesAlone) {
  Identity nameless = user("reader");
  nameless.claims = "{}";
  EXPECT_EQ(titles_read_by(nameless), R"([{"title":"a"},{"title":"b"}])");
}

TEST_F(PoliciesOfRows, HoldWritersToTheRowsThatTheyAreAbout) {
  const Identity reader = user("reader");
  const auto access = module_.access_for(reader);
  EXPECT_TRUE(create("docs", R"({"title":"mine","owner":"m@x.org"})", *access));
  const auto refused = create("docs", R"({"title":"not mine","owner":"n@x.org"})", *access);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().type, "PermissionsException");
  EXPECT_FALSE(create("docs", R"({"title":"nobody's"})", *access));
  EXPECT_TRUE(update("docs", 1, R"({"title":"own"})", *access)) << "public, own";
  EXPECT_FALSE(update("docs", 2, R"({"title":"other"})", *access)) << "public, of somebody else";
  EXPECT_TRUE(update("docs", 4, R"({"title":"private"})", *access)) << "not public";
  EXPECT_TRUE(erase("docs", 4, *access)) << "not public: the filter is not about it";
  EXPECT_FALSE(erase("docs", 2, *access));
  EXPECT_TRUE(erase("docs", 1, *access));
}

TEST_F(PoliciesOfRows, CompareDatesWithTheTimeOfTheRequest) {
  EXPECT_EQ(titles_read_by(user("timely")), R"([{"title":"b"}])");
  clock_.set(WallTime(std::chrono::milliseconds(4'900'000'000'000)));  // 2125
  EXPECT_EQ(titles_read_by(user("timely")), "[]") << "nothing of an earlier time is kept";
}

TEST_F(PoliciesOfRows, LookAtTheAddressThatARequestComesFrom) {
  const Identity timely = user("timely");
  const auto docs = std::cref(entity("docs"));
  const auto rows_from = [&](std::string_view peer) {
    http::Request request;
    request.peer = peer;
    request.identity = std::make_shared<const Identity>(timely);
    const auto access = module_.access_of(request);
    auto rows = access->rows(docs, database::Action::kUpdate, nullptr);
    return !rows ? "refused" : rows->filter != nullptr ? "narrowed" : "all";
  };
  EXPECT_STREQ(rows_from("10.1.1.1"), "narrowed");
  EXPECT_STREQ(rows_from("::ffff:10.1.1.1"), "narrowed");
  EXPECT_STREQ(rows_from("192.0.2.1"), "all");
  EXPECT_FALSE(module_.access_for(timely)->rows(docs, database::Action::kUpdate, nullptr));
}

}  // namespace
}  // namespace noded::auth
