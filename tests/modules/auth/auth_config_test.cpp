#include "modules/auth/auth_config.hpp"

#include "codec/json.hpp"
#include "modules/auth/auth_schema.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::auth {
namespace {

json::object parse(std::string_view text) {
  auto value = codec::parse_json(text, "test");
  if (!value) throw std::runtime_error(value.error().message);
  return value->as_object();
}

json::object complete(std::string_view application) {
  json::object given = parse(application);
  const auto completed = complete_auth(given);
  if (!completed) throw std::runtime_error(completed.error().message);
  return given;
}

std::string text(const json::value& value) {
  return codec::to_json_text(value);
}

TEST(AuthSchema, IsJsonThatCompiles) {
  auto parsed = codec::parse_json(auth_schema(), "schema");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_TRUE(codec::JsonSchema::compile(*parsed).has_value());
}

TEST(CompleteAuth, GivesAnEmptyConfigurationItsDefaults) {
  EXPECT_EQ(
      text(complete("{}").at("auth")),
      R"({"enabled":false,"basepath":"/api/auth","entity_name":"users","allow_register":true,)"
      R"("default_role_register":"","jwt":{"secret":"","alg":"HS256","expires":0,"issuer":"","fields":["id","email","role"]},)"
      R"("cookie":{"domain":"","path":"/","sameSite":"strict","secure":true,"httpOnly":true,"expires":604800,"partitioned":false,)"
      R"("renew":true,"pathSuccess":"/","pathLoggedOut":"/"},)"
      R"("strategies":{"password":{"enabled":true,"type":"password","config":{"hashing":"sha256","minLength":8}}},)"
      R"("guard":{"enabled":false},"roles":{}})"
  );
}

TEST(CompleteAuth, AddsNoUsersWhileDisabled) {
  EXPECT_FALSE(complete("{}").contains("data"));
}

TEST(CompleteAuth, MakesASecretOnce) {
  const json::object first = complete(R"({"auth":{"enabled":true}})");
  const std::string secret(first.at("auth").at("jwt").at("secret").as_string());
  EXPECT_EQ(secret.size(), 64u);
  json::object again = first;
  ASSERT_TRUE(complete_auth(again).has_value());
  EXPECT_EQ(again, first);
  EXPECT_NE(
      complete(R"({"auth":{"enabled":true}})").at("auth").at("jwt").at("secret"),
      json::value(secret)
  );
}

TEST(CompleteAuth, BringsRolesToTheirLongForm) {
  const json::object completed =
      complete(R"({"auth":{"roles":{"a":{"permissions":["data.entity.read",
      {"permission":"system.info","effect":"deny","policies":[{"filter":{"x":1},"condition":{"entity":"docs"}}]}]},"b":{}}}})"
      );
  EXPECT_EQ(
      text(completed.at("auth").at("roles")),
      R"({"a":{"permissions":[{"permission":"data.entity.read","policies":[],"effect":"allow"},)"
      R"({"permission":"system.info","policies":[{"condition":{"entity":"docs"},"effect":"allow","filter":{"x":1}}],"effect":"deny"}],)"
      R"("is_default":false,"implicit_allow":false},"b":{"permissions":[],"is_default":false,"implicit_allow":false}})"
  );
}

TEST(CompleteAuth, KeepsThePasswordStrategyEnabled) {
  const json::object completed = complete(
      R"({"auth":{"strategies":{"password":{"type":"password","enabled":false,"config":{"hashing":"bcrypt","rounds":5}}}}})"
  );
  EXPECT_EQ(
      text(completed.at("auth").at("strategies")),
      R"({"password":{"enabled":true,"type":"password","config":{"hashing":"bcrypt","minLength":8,"rounds":5}}})"
  );
}

TEST(CompleteAuth, AddsUsersBehindTheOtherEntities) {
  const json::object completed = complete(R"({"data":{"entities":{"posts":{"fields":{}}}},
      "auth":{"enabled":true,"jwt":{"secret":"s"},"roles":{"admin":{},"member":{}}}})");
  const json::object& data = completed.at("data").as_object();
  EXPECT_EQ((data.at("entities").as_object().end() - 1)->key(), "users");
  EXPECT_EQ(
      text(data.at("entities").at("users")),
      R"({"type":"system","fields":{"email":{"type":"text","config":{"required":true}},)"
      R"("strategy":{"type":"enum","config":{"options":{"type":"strings","values":["password"]},"required":true,)"
      R"("hidden":["read","table","update","form"],"fillable":["create"]}},)"
      R"("strategy_value":{"type":"text","config":{"fillable":["create"],"hidden":["read","table","update","form"],"required":true}},)"
      R"("role":{"type":"enum","config":{"options":{"type":"strings","values":["admin","member"]},"required":false}}}})"
  );
  EXPECT_EQ(
      text(data.at("indices")),
      R"({"idx_unique_users_email":{"entity":"users","fields":["email"],"unique":true},)"
      R"("idx_users_strategy":{"entity":"users","fields":["strategy"],"unique":false},)"
      R"("idx_users_strategy_value":{"entity":"users","fields":["strategy_value"],"unique":false}})"
  );
}

TEST(CompleteAuth, KeepsOwnFieldsAndSettingsOfUsers) {
  const json::object completed =
      complete(R"({"data":{"entities":{"users":{"type":"regular","config":{"name":"People"},
      "fields":{"nick":{"type":"text"},"email":{"type":"text","config":{"label":"Mail","required":false}},
      "strategy_value":{"type":"text","config":{"hidden":false,"fillable":true}}}},"posts":{}}},
      "auth":{"enabled":true,"jwt":{"secret":"s"}}})");
  const json::object& users = completed.at("data").at("entities").at("users").as_object();
  EXPECT_EQ(users.at("type"), "system");
  EXPECT_EQ(users.at("config").at("name"), "People");
  const json::object& fields = users.at("fields").as_object();
  EXPECT_EQ(fields.begin()->key(), "nick");
  EXPECT_EQ(
      text(fields.at("email")), R"({"type":"text","config":{"label":"Mail","required":true}})"
  );
  EXPECT_EQ(
      text(fields.at("strategy_value").at("config").at("hidden")),
      R"(["read","table","update","form"])"
  );
  EXPECT_EQ(text(fields.at("strategy_value").at("config").at("fillable")), R"(["create"])");
  EXPECT_EQ(
      text(fields.at("role").at("config").at("options")), R"({"type":"objects","values":[]})"
  );
  EXPECT_EQ(completed.at("data").at("entities").as_object().begin()->key(), "users");
}

TEST(CompleteAuth, FollowsTheRolesOfALaterConfiguration) {
  json::object application =
      complete(R"({"auth":{"enabled":true,"jwt":{"secret":"s"},"roles":{"a":{}}}})");
  application.at("auth").at("roles").as_object()["b"] = json::object();
  ASSERT_TRUE(complete_auth(application).has_value());
  const json::value& role =
      application.at("data").at("entities").at("users").at("fields").at("role");
  EXPECT_EQ(text(role.at("config").at("options").at("values")), R"(["a","b"])");
}

struct Refused {
  const char* name;
  const char* auth;
  const char* message;
};
class RefusedRules : public testing::TestWithParam<Refused> {};

TEST_P(RefusedRules, SayWhy) {
  json::object application = parse(GetParam().auth);
  auto completed = complete_auth(application);
  ASSERT_FALSE(completed.has_value() && read_rules(application).has_value());
  const std::string message =
      completed ? read_rules(application).error().message : completed.error().message;
  EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(
    All,
    RefusedRules,
    testing::Values(
        Refused{
            "default_role",
            R"({"auth":{"default_role_register":"zzz"}})",
            "Default role for registration not found: zzz"
        },
        Refused{"basepath", R"({"auth":{"basepath":"api/:x"}})", "auth.basepath"},
        Refused{"basepath_of_data", R"({"auth":{"basepath":"/api/data"}})", "module data"},
        Refused{
            "basepath_of_media",
            R"({"media":{"basepath":"/m"},"auth":{"basepath":"/m"}})",
            "module media"
        },
        Refused{"basepath_of_system", R"({"auth":{"basepath":"/api/system"}})", "/api/system"},
        Refused{"entity_name", R"({"auth":{"entity_name":""}})", "auth.entity_name"},
        Refused{
            "line_end_in_path", R"({"auth":{"cookie":{"pathSuccess":"/a\r\nX: y"}}})", "pathSuccess"
        }
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(ReadRules, ShowsStrategiesWithoutTheirClients) {
  const json::object application = complete(R"({"auth":{"strategies":{
      "google":{"type":"oauth","enabled":true,"config":{"type":"oidc","name":"google","client":{"client_id":"cid","client_secret":"cs"}}},
      "gh":{"type":"oauth","enabled":false,"config":{"type":"oauth2","name":"github","client":{"client_id":"a","client_secret":"b"}}}}}})"
  );
  const auto rules = read_rules(application);
  ASSERT_TRUE(rules.has_value());
  EXPECT_EQ(
      rules->strategies,
      R"({"strategies":{"google":{"enabled":true,"type":"oauth","config":{"name":"google","type":"oidc","client":{}}},)"
      R"("password":{"enabled":true,"type":"password"}},"basepath":"/api/auth"})"
  );
  EXPECT_NE(rules->all_strategies.find("\"gh\""), std::string::npos);
}

TEST(ReadRules, TakesTheShortestPasswordFromTheStrategy) {
  const auto rules = read_rules(complete(
      R"({"auth":{"strategies":{"password":{"type":"password","config":{"hashing":"plain","minLength":12}}}}})"
  ));
  ASSERT_TRUE(rules.has_value());
  EXPECT_TRUE(rules->allow_plain_passwords);
  EXPECT_EQ(
      rules->credentials_schema_text,
      R"({"type":"object","properties":{"email":{"type":"string","format":"email"},)"
      R"("password":{"type":"string","minLength":12}},"required":["email","password"]})"
  );
}

}  // namespace
}  // namespace noded::auth
