#include "modules/auth/guard.hpp"

#include "codec/json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::auth {
namespace {

json::object parse(std::string_view text) {
  auto value = codec::parse_json(text, "test");
  if (!value) throw std::runtime_error(value.error().message);
  return value->as_object();
}

std::shared_ptr<const Guard> make_guard(std::string_view auth) {
  auto guard = Guard::compile(parse(auth));
  if (!guard) throw std::runtime_error(guard.error().message);
  return *guard;
}

Identity user(std::string role) {
  Identity identity;
  identity.kind = Identity::Kind::kUser;
  identity.role = std::move(role);
  identity.claims = R"({"id":1,"email":"m@example.com"})";
  return identity;
}

constexpr std::string_view kRoles = R"({
  "guard": {"enabled": true},
  "roles": {
    "admin":  {"implicit_allow": true, "permissions": [{"permission": "data.raw.query", "effect": "deny",
               "policies": [{"effect": "allow", "condition": {"entity": "never"}}]}]},
    "member": {"permissions": [
      {"permission": "system.access.api", "effect": "allow", "policies": []},
      {"permission": "data.entity.read", "effect": "deny", "policies": [
        {"condition": {"entity": "posts"}, "effect": "allow"},
        {"condition": {"entity": "drafts"}, "effect": "allow"},
        {"condition": {"entity": "drafts"}, "effect": "deny"},
        {"condition": {"entity": "drafts"}, "effect": "allow"},
        {"condition": {"entity": "notes"}, "effect": "filter", "filter": {"owner": "x"}}]},
      {"permission": "data.entity.create", "effect": "allow", "policies": [
        {"condition": {"entity": "authors"}, "effect": "deny"}]},
      {"permission": "data.entity.delete", "effect": "deny", "policies": []},
      {"permission": "data.entity.update", "policies": [{"effect": "deny"}]}]},
    "guest":  {"is_default": true, "permissions": [{"permission": "system.access.api"}]}
  }})";

struct Decision {
  const char* name;
  const char* role;  // null: anonymous
  const char* permission;
  const char* entity;
  const char* description;  // null: allowed
};

class Decisions : public testing::TestWithParam<Decision> {};

TEST_P(Decisions, FollowTheSteps) {
  const auto guard = make_guard(kRoles);
  Identity identity = GetParam().role == nullptr ? Identity{} : user(GetParam().role);
  ConditionContext context(identity);
  context.entity = GetParam().entity;
  const auto decided = guard->check(identity, GetParam().permission, context);
  ASSERT_EQ(decided.has_value(), GetParam().description == nullptr);
  if (decided) return;
  const std::string permission = GetParam().permission;
  EXPECT_EQ(decided.error().code, Errc::kForbidden);
  EXPECT_EQ(decided.error().type, "PermissionsException");
  EXPECT_EQ(decided.error().message, "Permission \"" + permission + "\" not granted");
  const json::object members = parse(decided.error().members);
  EXPECT_EQ(members.at("description"), json::value(GetParam().description));
  EXPECT_EQ(members.at("permission"), json::value(permission));
  EXPECT_FALSE(members.contains("policy"));
}

INSTANTIATE_TEST_SUITE_P(
    Steps,
    Decisions,
    testing::Values(
        Decision{"implicit_allow", "admin", "system.config.write", "", nullptr},
        Decision{
            "an_entry_beats_implicit_allow", "admin", "data.raw.query", "", "Policy condition unmet"
        },
        Decision{
            "no_entry",
            "member",
            "system.info",
            "",
            "Role \"member\" does not have required permission"
        },
        Decision{"entry_without_policies", "member", "system.access.api", "", nullptr},
        Decision{
            "entry_that_denies_without_policies",
            "member",
            "data.entity.delete",
            "",
            "Role \"member\" denies this permission"
        },
        Decision{
            "deny_by_default", "member", "data.entity.read", "authors", "Policy condition unmet"
        },
        Decision{"allow_policy", "member", "data.entity.read", "posts", nullptr},
        Decision{
            "deny_policy_ends_it", "member", "data.entity.read", "drafts", "Policy condition unmet"
        },
        Decision{
            "filters_decide_nothing",
            "member",
            "data.entity.read",
            "notes",
            "Policy condition unmet"
        },
        Decision{"allow_by_default", "member", "data.entity.create", "posts", nullptr},
        Decision{
            "deny_policy", "member", "data.entity.create", "authors", "Policy condition unmet"
        },
        Decision{
            "policy_without_condition",
            "member",
            "data.entity.update",
            "posts",
            "Policy condition unmet"
        },
        Decision{"unknown_role_is_the_default", "nope", "system.access.api", "", nullptr},
        Decision{"anonymous_is_the_default", nullptr, "system.access.api", "", nullptr},
        Decision{
            "anonymous_is_refused",
            nullptr,
            "system.info",
            "",
            "Role \"guest\" does not have required permission"
        }
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(Guard, RefusesThoseWithoutRoleWhenNoneIsTheDefault) {
  const auto guard =
      make_guard(R"({"guard":{"enabled":true},"roles":{"a":{"implicit_allow":true}}})");
  const Identity nobody;
  const ConditionContext context(nobody);
  const auto decided = guard->check(nobody, "system.access.api", context);
  ASSERT_FALSE(decided.has_value());
  EXPECT_EQ(parse(decided.error().members).at("description"), "User has no role");
}

TEST(Guard, AllowsEverythingWhileDisabled) {
  const auto guard = make_guard(R"({"guard":{"enabled":false},"roles":{}})");
  const Identity nobody;
  const ConditionContext context(nobody);
  EXPECT_TRUE(guard->check(nobody, "system.config.write", context).has_value());
}

TEST(Guard, AllowsTheLocalOperatorEverything) {
  const auto guard = make_guard(R"({"guard":{"enabled":true},"roles":{}})");
  Identity identity;
  identity.kind = Identity::Kind::kLocalOperator;
  const ConditionContext context(identity);
  EXPECT_TRUE(guard->check(identity, "system.config.write", context).has_value());
}

TEST(Guard, LetsNobodyNameARoleWithoutAToken) {
  const auto guard = make_guard(kRoles);
  Identity identity;  // anonymous, although a role is written in it
  identity.role = "admin";
  EXPECT_EQ(guard->role_of(identity)->name, "guest");
}

TEST(Guard, NamesThePlaceOfABadCondition) {
  const auto guard = Guard::compile(parse(
      R"({"roles":{"r":{"permissions":[{"permission":"data.entity.read","policies":[{},{"condition":{"id":{"$foo":1}}}]}]}}})"
  ));
  ASSERT_FALSE(guard.has_value());
  EXPECT_EQ(guard.error().code, Errc::kInvalid);
  for (const char* part : {"auth.roles.r.permissions.0.policies.1.condition: ", "$foo"}) {
    EXPECT_NE(guard.error().message.find(part), std::string::npos) << guard.error().message;
  }
}

TEST(Guard, ChecksOperatorsOfFiltersAlready) {
  EXPECT_FALSE(Guard::compile(parse(
      R"({"roles":{"r":{"permissions":[{"permission":"p","policies":[{"effect":"filter","filter":{"a":{"$foo":1}}}]}]}}})"
  )));
}

struct BadPolicy {
  const char* name;
  const char* permission;
  const char* policy;
  const char* told;
};
class BadPolicies : public testing::TestWithParam<BadPolicy> {};

TEST_P(BadPolicies, AreRefusedWithTheirPlaceAndWhatIsAllowed) {
  const json::object policy = parse(GetParam().policy);
  const json::object grant{
      {"permission", GetParam().permission}, {"policies", json::array{json::object(), policy}}
  };
  const json::object role{{"permissions", json::array{json::object(), grant}}};
  const auto guard = Guard::compile(json::object{{"roles", json::object{{"r", role}}}});
  ASSERT_FALSE(guard.has_value());
  EXPECT_EQ(guard.error().code, Errc::kInvalid);
  const std::string place = "auth.roles.r.permissions.1.policies.1.";
  EXPECT_TRUE(guard.error().message.starts_with(place + GetParam().told)) << guard.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    All,
    BadPolicies,
    testing::Values(
        BadPolicy{
            "variable",
            "data.entity.read",
            R"({"condition":{"user.email":{"$in":["a","@user.team"]}}})",
            "condition.user.email.$in.1: the variable \"@user.team\" names nothing; there are "
            "@entity"
        },
        BadPolicy{
            "path",
            "system.info",
            R"({"condition":{"auht.age_s":{"$lt":300}}})",
            "condition.auht.age_s: names nothing that a condition can look at; there are entity"
        },
        BadPolicy{
            "path_in_or",
            "system.info",
            R"({"condition":{"$or":{"auth.age":5}}})",
            "condition.$or.auth.age: names nothing"
        },
        BadPolicy{
            "claim", "system.info", R"({"condition":{"user.team":"x"}})", "condition.user.team"
        },
        BadPolicy{
            "no_row",
            "system.info",
            R"({"condition":{"resource.owner":"@user.email"}})",
            "condition.resource.owner: the permission \"system.info\" is about no row"
        },
        BadPolicy{
            "no_row_for_a_variable",
            "users.read",
            R"({"condition":{"user.email":"@resource.owner"}})",
            "condition.resource.owner: the permission \"users.read\" is about no row"
        },
        BadPolicy{
            "row_in_or",
            "data.entity.read",
            R"({"condition":{"$or":{"resource.owner":"x"}}})",
            "condition.$or: resource cannot stand in $or"
        },
        BadPolicy{
            "related_row",
            "data.entity.read",
            R"({"condition":{"resource.author.name":"x"}})",
            "condition.resource.author.name: only fields of the row itself"
        },
        BadPolicy{
            "two_fields",
            "data.entity.read",
            R"({"condition":{"resource.owner":"@resource.editor"}})",
            "condition.resource.owner: two fields of the row"
        },
        BadPolicy{
            "row_as_bound",
            "data.entity.read",
            R"({"condition":{"user.id":{"$lt":"@resource.level"}}})",
            "condition.user.id: @resource.<field> can only be the whole operand of $eq"
        },
        BadPolicy{
            "denial_by_pattern",
            "data.entity.read",
            R"({"effect":"deny","condition":{"resource.title":{"$like":"x"}}})",
            "condition.resource.title: in a policy that denies or filters"
        },
        BadPolicy{
            "row_in_a_filter",
            "data.entity.read",
            R"({"effect":"filter","filter":{"owner":"@resource.editor"}})",
            "filter.owner: @resource is for conditions"
        },
        BadPolicy{
            "network_in_a_filter",
            "data.entity.read",
            R"({"effect":"filter","filter":{"ip":{"$cidr":"10.0.0.0/8"}}})",
            "filter: Invalid key(s) at \"ip\": $cidr"
        },
        BadPolicy{
            "list_as_a_value",
            "data.entity.read",
            R"({"effect":"filter","filter":{"method":"@auth.amr"}})",
            "filter.method: @auth.amr is a list"
        }
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(Guard, TellsWhereSigningInAgainWouldHelp) {
  const auto guard = make_guard(R"({"guard":{"enabled":true},"roles":{"r":{"permissions":[
      {"permission":"system.build","effect":"deny","policies":[
        {"effect":"allow","condition":{"auth.age_s":{"$lt":300}}}]},
      {"permission":"system.info","effect":"deny","policies":[
        {"effect":"allow","condition":{"auth.age_s":{"$lt":300},"user.id":5}}]}]}}})");
  Identity identity = user("r");
  identity.auth_time_s = 1000;
  const auto decided = [&](const char* permission, std::int64_t age_s) {
    return guard->check(
        identity,
        permission,
        ConditionContext(identity, {.ip = {}, .now_ms = (1000 + age_s) * 1000})
    );
  };
  EXPECT_TRUE(decided("system.build", 299));
  const auto late = decided("system.build", 300);
  ASSERT_FALSE(late);
  EXPECT_EQ(parse(late.error().members).at("code"), "REAUTH_REQUIRED");
  EXPECT_EQ(parse(late.error().members).at("description"), "Policy condition unmet");
  const auto never = decided("system.info", 300);
  ASSERT_FALSE(never);
  EXPECT_FALSE(parse(never.error().members).contains("code"));
  identity.auth_time_s = 0;
  const auto without = decided("system.build", 300);
  ASSERT_FALSE(without) << "a token without a session";
  EXPECT_FALSE(parse(without.error().members).contains("code"));
}

TEST(Guard, TellsWhichRolesAdministrate) {
  const auto guard = make_guard(R"({"roles":{
    "all":{"implicit_allow":true},"some":{"permissions":[{"permission":"data.entity.read"}]},
    "config":{"permissions":[{"permission":"system.config.write"}]},
    "never":{"permissions":[{"permission":"roles.manage","policies":[{"effect":"deny"}]}]},
    "empty":{"permissions":[{"permission":"roles.manage","policies":[{"effect":"deny","condition":{}}]}]},
    "sometimes":{"permissions":[{"permission":"roles.manage","policies":[
      {"effect":"deny","condition":{"ip":"10.0.0.1"}}]}]}}})");
  EXPECT_TRUE(guard->roles()[0].administrates());
  EXPECT_FALSE(guard->roles()[1].administrates());
  EXPECT_TRUE(guard->roles()[2].administrates());
  EXPECT_FALSE(guard->roles()[3].administrates());
  EXPECT_FALSE(guard->roles()[4].administrates());
  EXPECT_TRUE(guard->roles()[5].administrates());
}

}  // namespace
}  // namespace noded::auth
