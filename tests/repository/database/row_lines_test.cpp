#include "repository/database/row_lines.hpp"

#include "blog_fixture.hpp"
#include "repository/database/consistency.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace noded::database {
namespace {

using testing::HasSubstr;

class RowLinesTest : public BlogFixture {
 protected:
  Result<RowLines::Done> put(
      std::string_view entity, std::string_view rows, OnConflict on_conflict = OnConflict::kFail
  ) {
    const auto given = testing_support::parse(rows).as_array();
    return write([&](const Schema& schema, Transaction& transaction) {
      return RowLines(kApplication, transaction, *schema.find(entity), clock_)
          .put(given, on_conflict);
    });
  }
  Result<std::uint64_t> connect(std::string_view entity, std::string_view rows) {
    const auto given = testing_support::parse(rows).as_array();
    return write([&](const Schema& schema, Transaction& transaction) {
      return RowLines(kApplication, transaction, *schema.find(entity), clock_).connect(given);
    });
  }
  std::string text_of(std::string_view entity, std::int64_t id) {
    return *write([&](const Schema& schema, Transaction& transaction) -> Result<std::string> {
      const Entity& found = *schema.find(entity);
      std::string row;
      std::string text;
      const auto is_there =
          transaction.get(keys::row(kApplication, found, RowKey::of_integer(id)), row);
      if (!is_there) return std::unexpected(is_there.error());
      if (*is_there) append_row_text(found, RowKey::of_integer(id), RowView(row), text);
      return text;
    });
  }
  void use_all_types() {
    ASSERT_TRUE(change_schema(R"({"entities":{"things":{"fields":{
      "text":{"type":"text"},"secret":{"type":"text","config":{"hidden":true,"fillable":false}},
      "number":{"type":"number","config":{"maximum":10}},"yes":{"type":"boolean"},
      "day":{"type":"date","config":{"type":"date"}},"at":{"type":"date","config":{"type":"datetime"}},
      "kind":{"type":"enum","config":{"options":{"type":"strings","values":["a","b"]},"default_value":"a"}},
      "meta":{"type":"json"},
      "must":{"type":"text","config":{"required":true}}}}}})"));
  }
  bool is_in_order() { return run(Consistency(database_).check())->found.empty(); }
};

TEST_F(RowLinesTest, ReadWhatWasWrittenWithoutLoss) {
  use_all_types();
  for (const std::string line :
       {R"({"id":7,"text":"line\nbreak 五","secret":"s","number":1.5,"yes":true,"day":"2024-05-06T00:00:00.000Z","at":"2024-01-02T03:04:05.000Z","kind":"b","meta":{"a":[1]},"must":"m"})",
        R"({"id":8,"text":null,"secret":null,"number":null,"yes":null,"day":null,"at":null,"kind":null,"meta":"5","must":""})"
       }) {
    const auto done = put("things", "[" + line + "]");
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(text_of("things", line[6] - '0'), line);
  }
  EXPECT_TRUE(is_in_order());
}

TEST_F(RowLinesTest, AbsentMembersGetTheirDefaultAndRowsWithoutKeyANewOne) {
  use_all_types();
  const auto done = put("things", R"([{"id":40,"must":"a"},{"must":"b"}])");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->created, 2u);
  EXPECT_THAT(text_of("things", 40), HasSubstr(R"("kind":"a")"));
  EXPECT_EQ(*create("things", R"({"must":"c"})")->begin(), RowKey::of_integer(41));
}

TEST_F(RowLinesTest, TellTheRowTheFieldAndWhatIsAllowed) {
  use_all_types();
  struct Bad {
    std::string_view row;
    std::string_view field;
    std::string_view why;
  };
  for (const Bad& bad : {
           Bad{R"(7)", "", "must be an object"},
           Bad{R"({"must":"a","nope":1})", "nope", "allowed: id, text, secret"},
           Bad{R"({"must":"a","id":"x"})", "id", "must be an integer"},
           Bad{R"({"must":null})", "must", "must not be null"},
           Bad{R"({"text":"a"})", "must", "is required, but absent"},
           Bad{R"({"must":"a","number":11})", "number", "cannot be greater than 10"},
           Bad{R"({"must":"a","kind":"c"})", "kind", "a, b"},
           Bad{R"({"must":"a","at":"never"})", "at", "Invalid time value"},
       }) {
    const auto done = put("things", std::string(R"([{"must":"whole"},)").append(bad.row) + "]");
    ASSERT_FALSE(done) << bad.row;
    EXPECT_EQ(done.error().code, Errc::kUnprocessable);
    EXPECT_THAT(done.error().message, HasSubstr(bad.why)) << bad.row;
    EXPECT_EQ(done.error().members, R"({"row":1,"field":")" + std::string(bad.field) + R"("})");
  }
  EXPECT_EQ(rows("things"), "[]");
}

TEST_F(RowLinesTest, FollowTheWishWhereTheKeyIsTaken) {
  const auto refused = put("posts", R"([{"id":1,"title":"again"}])");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("row 1 is there already (skip and replace"));
  EXPECT_EQ(put("posts", R"([{"id":1,"title":"again"}])", OnConflict::kSkip)->skipped, 1u);
  EXPECT_THAT(text_of("posts", 1), HasSubstr("First"));
  EXPECT_EQ(put("posts", R"([{"id":1,"title":"again"}])", OnConflict::kReplace)->replaced, 1u);
  EXPECT_EQ(text_of("posts", 1), R"({"id":1,"title":"again","slug":null,"authors_id":null})");
  EXPECT_TRUE(is_in_order());
}

TEST_F(RowLinesTest, RefuseAValueThatAUniqueIndexHas) {
  const auto refused = put("posts", R"([{"slug":"b"},{"slug":"first"}])", OnConflict::kSkip);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("UNIQUE constraint failed: posts.slug"));
  EXPECT_THAT(refused.error().members, HasSubstr(R"("row":1)"));
}

TEST_F(RowLinesTest, SetReferencesToLaterRowsInASecondLook) {
  constexpr std::string_view kChild = R"([{"id":1,"name":"child","parent_id":9}])";
  const auto first = put("categories", kChild);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->late, 1u);
  const auto early = connect("categories", kChild);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().message, "refers to categories 9, which is not there");
  EXPECT_EQ(put("categories", R"([{"id":9,"name":"p","parent_id":10},{"id":10}])")->late, 0u);
  EXPECT_EQ(*connect("categories", kChild), 1u);
  EXPECT_EQ(*connect("categories", kChild), 0u);
  EXPECT_EQ(text_of("categories", 1), R"({"id":1,"name":"child","parent_id":9})");
  EXPECT_TRUE(is_in_order());
}

}  // namespace
}  // namespace noded::database
