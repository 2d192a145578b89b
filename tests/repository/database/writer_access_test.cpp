#include "repository/database/filter.hpp"
#include "repository/database/writer.hpp"
#include "support/database_fixture.hpp"

#include <gtest/gtest.h>

namespace noded::database {
namespace {

using testing_support::DatabaseFixture;
using testing_support::parse;
using testing_support::parse_object;

// Lets only rows pass whose `owner` is "me", or those of another policy.
class OwnRows final : public Access {
 public:
  explicit OwnRows(
      const Entity& entity,
      Action refused = Action::kRead,
      std::string_view policy = R"({"owner":"me"})"
  )
      : refused_(refused) {
    auto compiled = Filter::compile(entity, parse(policy), Grammar::kPolicy, false, true);
    filter_ = std::make_shared<const Filter>(std::move(compiled.value()));
  }
  Result<Rows> rows(const Entity&, Action action, const RowKey*) const override {
    if (action == refused_) return fail(Errc::kForbidden, "not granted");
    return Rows{filter_, "{}"};
  }
  Error outside(const Entity&, Action, const Rows&) const override {
    return {Errc::kForbidden, "outside", {}, {}};
  }

 private:
  Action refused_;
  std::shared_ptr<const Filter> filter_;
};

class AccessTest : public DatabaseFixture {
 protected:
  AccessTest() {
    const auto schema = change_schema(R"({"entities":{"docs":{"fields":{
      "owner":{"type":"text","config":{"default_value":"me"}},"score":{"type":"number"}}}}})");
    if (!schema) throw std::runtime_error(schema.error().message);
    if (!create("docs", R"([{"owner":"me"},{"owner":"you"},{"owner":"me"}])"))
      throw std::runtime_error("no docs");
  }
  const Entity& docs() { return *database_.schema()->find("docs"); }
};

TEST_F(AccessTest, ChecksTheFinalRowOnCreation) {
  const OwnRows access(docs());
  EXPECT_TRUE(create("docs", R"({"score":1})", access));
  const auto one_outside = create("docs", R"([{"owner":"me"},{"owner":"you"}])", access);
  ASSERT_FALSE(one_outside);
  EXPECT_EQ(one_outside.error().message, "outside");
  EXPECT_EQ(rows("docs", R"({"select":["id"]})"), R"([{"id":1},{"id":2},{"id":3},{"id":4}])");
}

TEST_F(AccessTest, ChecksTheStoredRowOnUpdateAndDeletion) {
  const OwnRows access(docs());
  EXPECT_TRUE(update("docs", 1, R"({"score":4})", access).value());
  const auto updated = update("docs", 2, R"({"owner":"me"})", access);
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().code, Errc::kForbidden);
  const auto erased = erase("docs", 2, access);
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, Errc::kForbidden);
  EXPECT_FALSE(update("docs", 99, R"({"score":4})", access).value());
}

TEST_F(AccessTest, NarrowsMassChangesToTheOwnRows) {
  const OwnRows access(docs());
  const auto updated = write([&](const Schema& schema, Transaction& transaction) {
    return writer(schema, transaction, access)
        .update_where(
            *schema.find("docs"),
            parse_object(R"({"id":{"$gt":0}})"),
            parse_object(R"({"score":9})")
        );
  });
  ASSERT_TRUE(updated) << updated.error().message;
  EXPECT_EQ(*updated, (std::vector<RowKey>{RowKey::of_integer(1), RowKey::of_integer(3)}));
}

struct MergeCase {
  const char* name;
  const char* policy;
  const char* where;
  const char* ids;
};

class PolicyAndWhere : public AccessTest, public ::testing::WithParamInterface<MergeCase> {};

TEST_P(PolicyAndWhere, AreMergedOperatorByOperator) {
  ASSERT_TRUE(create("docs", R"([{"owner":"you","score":9},{"owner":"me","score":9}])"));
  const OwnRows access(docs(), Action::kRead, GetParam().policy);
  const auto updated = write([&](const Schema& schema, Transaction& transaction) {
    return writer(schema, transaction, access)
        .update_where(
            *schema.find("docs"), parse_object(GetParam().where), parse_object(R"({"score":9})")
        );
  });
  ASSERT_TRUE(updated) << updated.error().message;
  std::string ids;
  for (const RowKey& key : *updated)
    ids += std::to_string(key.integer()) + " ";
  EXPECT_EQ(ids, GetParam().ids);
}

// The rows: 1 me, 2 you, 3 me, 4 you with score 9, 5 me with score 9.
INSTANTIATE_TEST_SUITE_P(
    Policies,
    PolicyAndWhere,
    ::testing::Values(
        MergeCase{"the_policys_value_wins", R"({"owner":"me"})", R"({"owner":"you"})", "1 3 5 "},
        MergeCase{"other_members_stay", R"({"owner":"me"})", R"({"owner":"you","id":3})", "3 "},
        MergeCase{
            "other_operators_of_the_field_stay",
            R"({"owner":{"$in":["me","us"]}})",
            R"({"owner":"you"})",
            ""
        },
        MergeCase{
            "same_operator_of_several", R"({"id":{"$gt":1}})", R"({"id":{"$gt":0,"$lt":4}})", "2 3 "
        },
        MergeCase{"like_is_contains", R"({"owner":{"$like":"o"}})", R"({"id":{"$gt":0}})", "2 4 "},
        MergeCase{"like_a_pattern", R"({"owner":{"$like":"*E"}})", R"({"id":{"$gt":0}})", "1 3 5 "},
        MergeCase{
            "an_alternative_replaces_nothing",
            R"({"$or":{"owner":"me","score":9}})",
            R"({"score":9})",
            "4 5 "
        },
        MergeCase{
            "neither_does_a_policy_with_alternatives",
            R"({"owner":"me","$or":{"score":9}})",
            R"({"owner":"you"})",
            "4 "
        }
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_F(AccessTest, RefusesWhatIsNotGranted) {
  const OwnRows no_creation(docs(), Action::kCreate);
  EXPECT_EQ(create("docs", R"({"score":1})", no_creation).error().message, "not granted");
  const OwnRows no_deletion(docs(), Action::kDelete);
  EXPECT_EQ(erase("docs", 1, no_deletion).error().message, "not granted");
  const OwnRows no_update(docs(), Action::kUpdate);
  EXPECT_EQ(update("docs", 1, R"({"score":1})", no_update).error().message, "not granted");
}

}  // namespace
}  // namespace noded::database
