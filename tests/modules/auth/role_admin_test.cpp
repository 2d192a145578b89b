// Roles made, replaced and removed over /api/admin/roles; permissions that are denied, and
// variables that name nothing.
#include "modules/auth/accounts/role_admin.hpp"

#include "modules/auth/session_fixture.hpp"

#include <gmock/gmock.h>

#include <string>

namespace noded::auth {
namespace {

using http::Method;
using testing::HasSubstr;
using testing_support::parse;
using testing_support::parse_object;

constexpr const char* kRoles = R"({
  "data": {"entities": {}},
  "auth": {"enabled": true, "default_role_register": "member", "jwt": {"secret": "a-secret"},
    "guard": {"enabled": true},
    "roles": {
      "admin": {"implicit_allow": true},
      "keeper": {"permissions": ["roles.manage"]},
      "member": {"permissions": ["system.access.api"]},
      "guest": {"is_default": true, "permissions": []}}}})";

class RoleAdminTest : public SessionFixture {
 protected:
  void SetUp() override {
    application_ = parse_object(kRoles);
    ASSERT_TRUE(put_in_force(application_));
    // As the configuration does it.
    module_.use_role_changes(
        [this](
            std::string name,
            std::optional<json::object> role,
            audit::Actor,
            std::function<Result<>(Transaction&)> check
        ) -> Task<Result<>> {
          if (check) {
            auto checked = run(database::read(database_.store(), SteadyTime::max(), check));
            if (!checked) co_return checked;
          }
          json::object changed = application_;
          json::object& roles = changed["auth"].as_object()["roles"].as_object();
          if (role) {
            roles[name] = std::move(*role);
          } else {
            roles.erase(name);
          }
          auto done = put_in_force(changed);
          if (done) application_ = std::move(changed);
          co_return done;
        }
    );
    ASSERT_TRUE(put_in_force(application_));
    ASSERT_EQ(register_account(kEmail).status, 200);
    add_account("boss@example.com", "admin", *crypto::hash_password("memberpass", kCost));
    boss_ = bearer("boss@example.com");
  }
  // Without the schema, which stays as it is.
  Result<> put_in_force(json::object application) {
    if (auto completed = module_.complete(application); !completed) return completed;
    auto prepared = module_.prepare(application);
    if (!prepared) return std::unexpected(prepared.error());
    auto approve = [&](Transaction& transaction) {
      return (*prepared)->approve(transaction);
    };
    auto approved = run(database::read(database_.store(), SteadyTime::max(), approve));
    if (!approved) return approved;
    if (database_.schema()->find("users") == nullptr) {
      auto changed = run(database_.change_schema(application.at("data").as_object(), {}));
      if (!changed) return std::unexpected(changed.error());
    }
    (*prepared)->publish();
    return {};
  }
  Fields bearer(const std::string& email) {
    return local({{"authorization", "Bearer " + login(email).token()}});
  }
  Answer ask(Method method, const std::string& target, const std::string& body) {
    return call(method, "/api/admin/roles" + target, boss_, body);
  }

  static constexpr crypto::PasswordCost kCost{.memory_bytes = 64 * 1024, .passes = 1};
  json::object application_;
  Fields boss_;
};

TEST_F(RoleAdminTest, IsForWhoManagesRolesAlone) {
  const Fields member = bearer(kEmail);
  for (const auto& [method, target] :
       {std::pair(Method::kPost, "/api/admin/roles"),
        std::pair(Method::kPut, "/api/admin/roles/member"),
        std::pair(Method::kDelete, "/api/admin/roles/member")}) {
    EXPECT_EQ(call(method, target, local(), "{}").status, 401) << target;
    EXPECT_EQ(call(method, target, member, "{}").status, 403) << target;
  }
}

TEST_F(RoleAdminTest, MakesReplacesAndRemovesARole) {
  const Answer made =
      ask(Method::kPost, "", R"({"name":"clerk","permissions":["users.read"],"is_default":false})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.header("Location"), "/api/admin/roles/clerk");
  EXPECT_EQ(made.object().at("permissions").at(0).at("permission"), "users.read");
  EXPECT_EQ(ask(Method::kPost, "", R"({"name":"clerk","permissions":[]})").status, 409);
  const Answer replaced =
      ask(Method::kPut, "/clerk", R"({"permissions":[{"permission":"users.read","effect":"deny"}]})"
      );
  ASSERT_EQ(replaced.status, 200) << replaced.body;
  EXPECT_EQ(replaced.object().at("permissions").at(0).at("effect"), "deny");
  EXPECT_EQ(ask(Method::kDelete, "/clerk", "").status, 204);
  EXPECT_EQ(ask(Method::kDelete, "/clerk", "").status, 404);
  EXPECT_EQ(ask(Method::kPut, "/clerk", R"({"permissions":[]})").status, 404);
}

TEST_F(RoleAdminTest, TakesEffectWithTheNextRequest) {
  const Fields member = bearer(kEmail);
  EXPECT_EQ(get("/api/users", member).status, 403);
  ASSERT_EQ(
      ask(Method::kPut, "/member", R"({"permissions":["users.read","data.entity.read"]})").status,
      200
  );
  EXPECT_EQ(get("/api/users", member).status, 200);
}

TEST_F(RoleAdminTest, KeepsARoleThatSomebodyHas) {
  const Answer refused = ask(Method::kDelete, "/admin", "");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(text(refused, "code"), "ROLE_IN_USE");
  EXPECT_EQ(refused.object().at("count").as_int64(), 1);
}

TEST_F(RoleAdminTest, LeavesSomebodyWhoAdministrates) {
  const Answer last = ask(Method::kPut, "/admin", R"({"permissions":["system.info"]})");
  EXPECT_EQ(last.status, 409);
  EXPECT_EQ(text(last, "code"), "LAST_ADMIN");
  const Answer denied =
      ask(Method::kPut,
          "/admin",
          R"({"implicit_allow":true,"permissions":[{"permission":"roles.manage","effect":"deny"},
          {"permission":"system.config.write","effect":"deny"}]})");
  EXPECT_EQ(denied.status, 409) << denied.body;
  EXPECT_EQ(ask(Method::kPut, "/admin", R"({"permissions":["roles.manage"]})").status, 200);
}

struct BodyRow {
  const char* name;
  const char* body;
  const char* told;
};
class BadRoles : public RoleAdminTest, public testing::WithParamInterface<BodyRow> {};
TEST_P(BadRoles, AreRefusedByName) {
  const Answer answer = ask(Method::kPost, "", GetParam().body);
  EXPECT_EQ(answer.status, 400) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr(GetParam().told));
}
INSTANTIATE_TEST_SUITE_P(
    Bodies,
    BadRoles,
    testing::Values(
        BodyRow{"no_json", "{", "BAD_JSON"},
        BodyRow{"array", "[]", "no JSON object"},
        BodyRow{"nameless", R"({"permissions":[]})", "/name"},
        BodyRow{"dotted", R"({"name":"a.b","permissions":[]})", "/name"},
        BodyRow{"permissions_missing", R"({"name":"a"})", "/permissions"},
        BodyRow{"unknown_permission", R"({"name":"a","permissions":["no.such"]})", "no.such"},
        BodyRow{
            "unknown_of_object",
            R"({"name":"a","permissions":["users.read",{"permission":"no.such"}]})",
            "/permissions/1"
        },
        BodyRow{"empty_entry", R"({"name":"a","permissions":[{}]})", "/permissions/0"},
        BodyRow{"unknown_member", R"({"name":"a","permissions":[],"nope":1})", "/nope"},
        BodyRow{"flag", R"({"name":"a","permissions":[],"is_default":"yes"})", "/is_default"},
        BodyRow{
            "variable",
            R"({"name":"a","permissions":[{"permission":"data.entity.read","policies":[
                {"effect":"filter","filter":{"owner":"@user.nosuch"}}]}]})",
            "@user.nosuch"
        }
    ),
    [](const auto& row) { return row.param.name; }
);

struct VariableRow {
  const char* name;
  const char* value;
  bool is_taken;
};
class Variables : public testing::TestWithParam<VariableRow> {};
TEST_P(Variables, NameSomethingOrAreRefused) {
  const auto checked = check_variables(parse_object(GetParam().value), "filter", {"id", "email"});
  EXPECT_EQ(checked.has_value(), GetParam().is_taken);
  if (!checked) EXPECT_THAT(checked.error().message, HasSubstr("@user.email"));
}
INSTANTIATE_TEST_SUITE_P(
    Texts,
    Variables,
    testing::Values(
        VariableRow{"claim", R"({"owner":"@user.email"})", true},
        VariableRow{"below_a_claim", R"({"owner":"@user.email.x"})", true},
        VariableRow{"entity", R"({"$or":{"a":"@entity"}})", true},
        VariableRow{"plain", R"({"a":"me@example.com","b":"@ me","c":5})", true},
        VariableRow{"pattern", R"({"email":{"$like":"@example.com"}})", true},
        VariableRow{"ip", R"({"from":"@ip"})", true},
        VariableRow{"now", R"({"until":{"$gt":"@now"}})", true},
        VariableRow{"login", R"({"a":"@auth.age_s","b":"@auth.kind"})", true},
        VariableRow{"methods", R"({"a":{"$in":"@auth.amr"}})", true},
        VariableRow{"no_login", R"({"a":"@auth.nosuch @user.email"})", true},
        VariableRow{"no_such_login", R"({"a":"@auth.nosuch"})", false},
        VariableRow{"below_ip", R"({"a":"@ip.x"})", false},
        VariableRow{"no_claim", R"({"owner":"@user.nosuch"})", false},
        VariableRow{"no_root", R"({"owner":"@auht.x"})", false},
        VariableRow{"user_itself", R"({"owner":"@user"})", false},
        VariableRow{"in_a_list", R"({"id":{"$in":["a","@user.nosuch"]}})", false},
        VariableRow{"in_a_pattern", R"({"email":{"$like":"@user.nosuch"}})", false}
    ),
    [](const auto& row) { return row.param.name; }
);

TEST(DeniedPermissions, AreDeniedWhateverElseAllowsThem) {
  const char* kDenials[] = {
      R"({"implicit_allow":true,"permissions":[{"permission":"system.info","effect":"deny"}]})",
      R"({"permissions":["system.info",{"permission":"system.info","effect":"deny"}]})",
      R"({"permissions":[{"permission":"system.info","effect":"deny"},"system.info"]})",
  };
  for (const char* role : kDenials) {
    json::object auth = parse_object(R"({"guard":{"enabled":true}})");
    auth["roles"] = json::object{{"r", parse(role)}};
    json::object application{{"auth", auth}};
    ASSERT_TRUE(complete_auth(application));
    const auto guard = Guard::compile(application.at("auth").as_object());
    ASSERT_TRUE(guard);
    Identity identity;
    identity.kind = Identity::Kind::kUser;
    identity.role = "r";
    identity.claims = "{}";
    EXPECT_FALSE((*guard)->check(identity, "system.info", ConditionContext(identity))) << role;
  }
}

}  // namespace
}  // namespace noded::auth
