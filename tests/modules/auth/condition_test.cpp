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
