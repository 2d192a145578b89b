#include "modules/auth/condition.hpp"

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

Identity member() {
  Identity identity;
  identity.kind = Identity::Kind::kUser;
  identity.claims =
      R"({"id":7,"email":"m@example.com","role":null,"score":5.5,"flag":true,"groups":["a","b"],"org":{"name":"acme"}})";
  return identity;
}

struct ConditionCase {
  const char* name;
  const char* condition;
  bool holds;
};

// For entity "docs", id 3 and the member above.
class ConditionTable : public testing::TestWithParam<ConditionCase> {};

TEST_P(ConditionTable, HoldsOrNot) {
  const auto condition = Condition::compile(parse(GetParam().condition));
  ASSERT_TRUE(condition.has_value()) << condition.error().message;
  const Identity identity = member();
  ConditionContext context(identity);
  context.entity = "docs";
  context.number = 3;
  EXPECT_EQ(condition->holds(context), GetParam().holds) << GetParam().condition;
}

INSTANTIATE_TEST_SUITE_P(
    Operators,
    ConditionTable,
    testing::Values(
        ConditionCase{"empty", "{}", true},
        ConditionCase{"entity", R"({"entity":"docs"})", true},
        ConditionCase{"other_entity", R"({"entity":"posts"})", false},
        ConditionCase{"number", R"({"id":3})", true},
        ConditionCase{"number_as_text", R"({"id":"3"})", false},
        ConditionCase{"fraction", R"({"user.score":5.5})", true},
        ConditionCase{"boolean", R"({"user.flag":true})", true},
        ConditionCase{"boolean_is_no_number", R"({"user.flag":1})", false},
        ConditionCase{"nested", R"({"user.org.name":"acme"})", true},
        ConditionCase{"nested_nowhere", R"({"user.org.name.x":"acme"})", false},
        ConditionCase{"ne", R"({"entity":{"$ne":"posts"}})", true},
        ConditionCase{"ne_missing", R"({"user.nope":{"$ne":"x"}})", true},
        ConditionCase{"eq_missing", R"({"user.nope":"x"})", false},
        ConditionCase{"in", R"({"entity":{"$in":["tags","docs"]}})", true},
        ConditionCase{"in_none", R"({"entity":{"$in":[]}})", false},
        ConditionCase{"notin", R"({"entity":{"$notin":["docs"]}})", false},
        ConditionCase{"like_contains", R"({"user.email":{"$like":"m@exam"}})", true},
        ConditionCase{"like_is_no_pattern", R"({"user.email":{"$like":"m*"}})", false},
        ConditionCase{"like_minds_case", R"({"user.email":{"$like":"M@EXAM"}})", false},
        ConditionCase{"regex", R"({"user.email":{"$regex":"^m@.*\\.com$"}})", true},
        ConditionCase{"regex_on_number", R"({"id":{"$regex":"3"}})", false},
        ConditionCase{"isnull", R"({"user.role":{"$isnull":true}})", true},
        ConditionCase{"isnull_missing", R"({"user.nope":{"$isnull":true}})", true},
        ConditionCase{"isnull_false", R"({"user.email":{"$isnull":false}})", true},
        ConditionCase{"notnull", R"({"user.email":{"$notnull":true}})", true},
        ConditionCase{"notnull_missing", R"({"user.nope":{"$notnull":true}})", false},
        ConditionCase{"gt", R"({"id":{"$gt":2}})", true},
        ConditionCase{"gt_equal", R"({"id":{"$gt":3}})", false},
        ConditionCase{"gte", R"({"id":{"$gte":3}})", true},
        ConditionCase{"lt", R"({"id":{"$lt":3}})", false},
        ConditionCase{"lte", R"({"id":{"$lte":3}})", true},
        ConditionCase{"gt_on_missing", R"({"user.nope":{"$gt":-1}})", false},
        ConditionCase{"between_ends", R"({"id":{"$between":[3,3]}})", true},
        ConditionCase{"between_outside", R"({"id":{"$between":[4,9]}})", false},
        ConditionCase{"text_order", R"({"entity":{"$gt":"doc"}})", true},
        ConditionCase{"several_are_and", R"({"entity":"docs","id":4})", false},
        ConditionCase{"several_operators_are_and", R"({"id":{"$gt":1,"$lt":3}})", false}
    ),
    [](const auto& info) { return info.param.name; }
);

INSTANTIATE_TEST_SUITE_P(
    Or,
    ConditionTable,
    testing::Values(
        ConditionCase{"one_of", R"({"$or":{"entity":"posts","id":3}})", true},
        ConditionCase{"none_of", R"({"$or":{"entity":"posts","id":4}})", false},
        ConditionCase{"of_nothing_is_no_or", R"({"$or":{}})", true},
        ConditionCase{"beside_false_members", R"({"entity":"posts","$or":{"id":3}})", true},
        ConditionCase{"beside_true_members", R"({"entity":"docs","$or":{"id":4}})", true},
        ConditionCase{"all_false", R"({"entity":"posts","$or":{"id":4}})", false}
    ),
    [](const auto& info) { return info.param.name; }
);

INSTANTIATE_TEST_SUITE_P(
    Variables,
    ConditionTable,
    testing::Values(
        ConditionCase{"same", R"({"user.email":"@user.email"})", true},
        ConditionCase{"number", R"({"id":{"$lt":"@user.id"}})", true},
        ConditionCase{"array", R"({"entity":{"$in":"@user.groups"}})", false},
        ConditionCase{"inside_of_array", R"({"entity":{"$in":["x","@entity"]}})", true},
        ConditionCase{"part_of_a_text_is_text", R"({"entity":"is @entity"})", false},
        ConditionCase{"unknown", R"({"entity":{"$ne":"@user.nope"}})", false},
        ConditionCase{"null", R"({"entity":{"$ne":"@user.role"}})", false},
        ConditionCase{"no_such_root", R"({"entity":{"$ne":"@env.secret"}})", true},
        ConditionCase{"domain", R"({"user.email":{"$like":"@example.com"}})", true},
        ConditionCase{"other_domain", R"({"user.email":{"$like":"@example.org"}})", false},
        ConditionCase{"unknown_in_or", R"({"entity":"docs","$or":{"id":"@user.nope"}})", false},
        ConditionCase{"operand_of_wrong_type", R"({"id":{"$in":"@user.email"}})", false}
    ),
    [](const auto& info) { return info.param.name; }
);

// 2026-01-31T08:00:00.000Z, 100 s after a login with a password and an app.
class CircumstancesTable : public testing::TestWithParam<ConditionCase> {};

TEST_P(CircumstancesTable, AreSeenByConditions) {
  const auto condition = Condition::compile(parse(GetParam().condition));
  ASSERT_TRUE(condition.has_value()) << condition.error().message;
  Identity identity = member();
  identity.by_cookie = true;
  identity.amr = {"pwd", "otp"};
  identity.auth_time_s = 1769846300;
  const ConditionContext context(identity, {.ip = "::ffff:10.1.2.3", .now_ms = 1769846400000});
  EXPECT_EQ(condition->holds(context), GetParam().holds) << GetParam().condition;
  EXPECT_TRUE(condition->depends_on_request());
}

INSTANTIATE_TEST_SUITE_P(
    All,
    CircumstancesTable,
    testing::Values(
        ConditionCase{"age", R"({"auth.age_s":100})", true},
        ConditionCase{"recent", R"({"auth.age_s":{"$lt":300}})", true},
        ConditionCase{"not_recent", R"({"auth.age_s":{"$lt":100}})", false},
        ConditionCase{"kind", R"({"auth.kind":"session"})", true},
        ConditionCase{"kind_among", R"({"auth.kind":{"$in":["token","key"]}})", false},
        ConditionCase{"one_method", R"({"auth.amr":"otp"})", true},
        ConditionCase{"another_method", R"({"auth.amr":"hwk"})", false},
        ConditionCase{"method_among", R"({"auth.amr":{"$in":["hwk","pwd"]}})", true},
        ConditionCase{"method_is_not", R"({"auth.amr":{"$ne":"hwk"}})", true},
        ConditionCase{"no_method_is_not", R"({"auth.amr":{"$ne":"pwd"}})", false},
        ConditionCase{"method_not_among", R"({"auth.amr":{"$notin":["otp","hwk"]}})", false},
        ConditionCase{"methods_there", R"({"auth.amr":{"$notnull":true}})", true},
        ConditionCase{"address", R"({"ip":"10.1.2.3"})", true},
        ConditionCase{"address_among", R"({"ip":{"$in":["10.1.2.4","10.1.2.3"]}})", true},
        ConditionCase{"network", R"({"ip":{"$cidr":"10.0.0.0/8"}})", true},
        ConditionCase{"networks", R"({"ip":{"$cidr":["192.0.2.0/24","10.1.2.3"]}})", true},
        ConditionCase{"no_networks", R"({"ip":{"$cidr":[]}})", false},
        ConditionCase{"other_network", R"({"ip":{"$cidr":["2001:db8::/32"]}})", false},
        ConditionCase{"now", R"({"now":"2026-01-31T08:00:00.000Z"})", true},
        ConditionCase{"now_otherwise_written", R"({"now":"2026-01-31T09:00:00+01:00"})", true},
        ConditionCase{"after", R"({"now":{"$gt":"2026-01-31"}})", true},
        ConditionCase{"before", R"({"now":{"$lt":"2026-01-31"}})", false},
        ConditionCase{"between", R"({"now":{"$between":["2026-01-01","2026-02-01"]}})", true},
        ConditionCase{"variables", R"({"user.score":{"$lt":"@auth.age_s"}})", true},
        ConditionCase{"methods_as_variable", R"({"user.email":{"$notin":"@auth.amr"}})", true}
    ),
    [](const auto& info) { return info.param.name; }
);

// What is not known decides nothing, whatever the operator.
class UnknownCircumstances : public testing::TestWithParam<ConditionCase> {};

TEST_P(UnknownCircumstances, MakeAConditionFalse) {
  const auto condition = Condition::compile(parse(GetParam().condition));
  ASSERT_TRUE(condition.has_value()) << condition.error().message;
  const Identity identity = member();
  EXPECT_EQ(condition->holds(ConditionContext(identity)), GetParam().holds);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    UnknownCircumstances,
    testing::Values(
        ConditionCase{"age", R"({"auth.age_s":{"$lt":300}})", false},
        ConditionCase{"age_over", R"({"auth.age_s":{"$gte":300}})", false},
        ConditionCase{"not_this_method", R"({"auth.amr":{"$ne":"pwd"}})", false},
        ConditionCase{"none_of_methods", R"({"auth.amr":{"$notin":["pwd"]}})", false},
        ConditionCase{"no_method", R"({"auth.amr":{"$isnull":true}})", true},
        ConditionCase{"no_age", R"({"auth.age_s":{"$notnull":true}})", false},
        ConditionCase{"address", R"({"ip":{"$ne":"10.0.0.1"}})", false},
        ConditionCase{"network", R"({"ip":{"$cidr":"0.0.0.0/0"}})", false},
        ConditionCase{"now", R"({"now":{"$gt":"2000-01-01"}})", false},
        ConditionCase{"in_or", R"({"entity":{"$isnull":true},"$or":{"ip":"10.0.0.1"}})", false},
        ConditionCase{"variable", R"({"user.id":{"$ne":"@auth.age_s"}})", false},
        ConditionCase{"kind_of_a_token", R"({"auth.kind":"token"})", true}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(Circumstances, OfAKeyAndOfNobody) {
  const auto is_key = Condition::compile(parse(R"({"auth.kind":"key"})"));
  Identity identity = member();
  identity.key = "k";
  EXPECT_TRUE(is_key->holds(ConditionContext(identity)));
  const auto is_nobody = Condition::compile(parse(R"({"auth.kind":{"$isnull":true}})"));
  EXPECT_TRUE(is_nobody->holds(ConditionContext(Identity{})));
}

struct BadCondition {
  const char* name;
  const char* condition;
  const char* message;
};

class BadConditions : public testing::TestWithParam<BadCondition> {};

TEST_P(BadConditions, AreRefusedByName) {
  const auto condition = Condition::compile(parse(GetParam().condition));
  ASSERT_FALSE(condition.has_value());
  EXPECT_EQ(condition.error().code, Errc::kInvalid);
  EXPECT_NE(condition.error().message.find(GetParam().message), std::string::npos)
      << condition.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    All,
    BadConditions,
    testing::Values(
        BadCondition{"operator", R"({"id":{"$foo":1}})", "Invalid key(s) at \"id\": $foo"},
        BadCondition{"and", R"({"$and":{}})", "Keys must not start with '$'"},
        BadCondition{"nested_or", R"({"$or":{"$or":{}}})", "only appear at the top level"},
        BadCondition{"or_array", R"({"$or":[]})", "$or must be an object"},
        BadCondition{"null", R"({"id":null})", "Invalid value at \"id\""},
        BadCondition{"in_text", R"({"id":{"$in":"x"}})", "Given value at \"id.$in\""},
        BadCondition{"between_one", R"({"id":{"$between":[1]}})", "Given value at \"id.$between\""},
        BadCondition{"cidr_elsewhere", R"({"id":{"$cidr":"10.0.0.0/8"}})", "at \"id\": $cidr"},
        BadCondition{"cidr_bits", R"({"ip":{"$cidr":["10.0.0.1/8"]}})", "bits set behind"},
        BadCondition{"cidr_text", R"({"ip":{"$cidr":"here"}})", "no address or network"},
        BadCondition{"cidr_number", R"({"ip":{"$cidr":[5]}})", "such as 10.0.0.0/8"},
        BadCondition{"cidr_variable", R"({"ip":{"$cidr":"@user.net"}})", "no variable can stand"},
        BadCondition{"age_text", R"({"auth.age_s":{"$lt":"300"}})", "expected seconds"},
        BadCondition{"no_date", R"({"now":{"$gt":"soon"}})", "expected a date"},
        BadCondition{"number_as_date", R"({"now":{"$gt":5}})", "expected a date"},
        BadCondition{"pattern", R"({"id":{"$regex":"("}})", ""},
        BadCondition{
            "pattern_from_the_user",
            R"({"id":{"$regex":"@user.email"}})",
            "Given value at \"id.$regex\""
        }
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(Condition, OfAnAnonymousRequestSeesNoUser) {
  Identity identity;
  identity.claims = "{}";
  const ConditionContext context(identity);
  EXPECT_TRUE(Condition::compile(parse(R"({"user":{"$isnull":true}})"))->holds(context));
  EXPECT_FALSE(Condition::compile(parse(R"({"user.id":{"$notnull":true}})"))->holds(context));
}

TEST(Condition, HasAtMostSoManyTerms) {
  json::object source;
  for (int i = 0; i < 300; ++i)
    source["f" + std::to_string(i)] = 1;
  EXPECT_FALSE(Condition::compile(source).has_value());
}

TEST(Variables, AreWholeNamesOnly) {
  EXPECT_EQ(variable_name("@user.email"), "user.email");
  EXPECT_EQ(variable_name("@id"), "id");
  EXPECT_EQ(variable_name("@example.com"), "");
  EXPECT_EQ(variable_name("@users.email"), "");
  EXPECT_EQ(variable_name("@"), "");
  EXPECT_EQ(variable_name("@user email"), "");
  EXPECT_EQ(variable_name("x@user"), "");
  EXPECT_EQ(variable_name("@1"), "");
}

}  // namespace
}  // namespace noded::auth
