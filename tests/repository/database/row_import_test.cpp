#include "repository/database/row_import.hpp"

#include "blog_fixture.hpp"
#include "repository/database/consistency.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace noded::database {
namespace {

constexpr std::int64_t kNow_ms = 1'700'000'000'000;

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RowImportTest : public BlogFixture {
 protected:
  using Uniqueness = RowImport::Uniqueness;

  Result<RowImport::Taken> put(
      std::string_view entity,
      const std::vector<std::string>& names,
      std::string_view rows,
      Uniqueness uniqueness = Uniqueness::kChecked
  ) {
    const auto given = testing_support::parse(rows).as_array();
    return write([&](const Schema& schema, Transaction& transaction) -> Result<RowImport::Taken> {
      const auto columns = import_columns(*schema.find(entity), names);
      if (!columns) return std::unexpected(columns.error());
      return RowImport(kApplication, transaction, kNow_ms).put(*columns, given, uniqueness);
    });
  }
  Result<RowImport::Walk> mend(std::string_view entity, std::optional<RowKey> from = {}) {
    return write([&](const Schema& schema, Transaction& transaction) {
      return RowImport(kApplication, transaction, kNow_ms)
          .mend_references(*schema.find(entity), from, 2);
    });
  }
  Result<> continue_after(std::string_view entity, std::int64_t highest) {
    return write([&](const Schema& schema, Transaction& transaction) {
      return RowImport(kApplication, transaction, kNow_ms)
          .continue_keys_after(*schema.find(entity), highest);
    });
  }
  bool is_in_order() { return run(Consistency(database_).check())->found.empty(); }
};

TEST_F(RowImportTest, KeepsKeysAndLeavesIndicesAndCountsTrue) {
  const auto taken =
      put("posts", {"id", "title", "slug", "authors_id"}, R"([[40,"B","b",1],[7,null,null,null]])");
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->rows, 2u);
  EXPECT_EQ(
      rows("posts", R"({"select":["id","title"]})"),
      R"([{"id":1,"title":"First"},{"id":7,"title":null},{"id":40,"title":"B"}])"
  );
  EXPECT_EQ(rows("posts", R"({"where":{"slug":"b"},"select":["id"]})"), R"([{"id":40}])");
  ASSERT_TRUE(continue_after("posts", 60));
  EXPECT_EQ(create("posts", R"({"title":"next"})")->front().integer(), 61);
  EXPECT_TRUE(is_in_order());
}

TEST_F(RowImportTest, RefusesARowWithWhatItsFieldCannotHold) {
  const auto taken = put(
      "posts",
      {"id", "title", "authors_id"},
      R"json([[2,{"unreadable":"2 bytes (a BLOB)"},null],[3,"t","Ann"],["x","t",null],[null,"t",null],[5,"t"],6])json"
  );
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->rows, 0u);
  ASSERT_EQ(taken->refused.size(), 6u);
  EXPECT_EQ(taken->refused[0].key, "2");
  EXPECT_EQ(taken->refused[0].field, "title");
  EXPECT_THAT(taken->refused[0].why, HasSubstr("holds 2 bytes (a BLOB)"));
  EXPECT_EQ(taken->refused[1].field, "authors_id");
  EXPECT_EQ(taken->refused[2].why, "is no integer");
  EXPECT_EQ(taken->refused[3].key, "(none)");
  EXPECT_THAT(taken->refused[4].why, HasSubstr("as many values as there are columns"));
  EXPECT_THAT(taken->refused[5].why, HasSubstr("as many values as there are columns"));
}

TEST_F(RowImportTest, RefusesKeysAndUniqueValuesThatAreThereAlready) {
  const auto taken =
      put("posts", {"id", "slug"}, R"([[1,"a"],[2,"first"],[3,"c"],[3,"d"],[4,"c"],[0,"e"]])");
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->rows, 2u);
  ASSERT_EQ(taken->refused.size(), 4u);
  EXPECT_EQ(taken->refused[0].why, "is there already");
  EXPECT_EQ(taken->refused[1].field, "slug");
  EXPECT_THAT(taken->refused[1].why, HasSubstr("but row 1 has the same"));
  EXPECT_EQ(taken->refused[2].why, "is there already");
  EXPECT_THAT(taken->refused[3].why, HasSubstr("but row 3 has the same"));
  ASSERT_TRUE(continue_after("posts", 3));
  EXPECT_TRUE(is_in_order());
}

TEST_F(RowImportTest, ToldToExpectUniquenessFailsWithoutIt) {
  const auto taken =
      put("posts", {"id", "slug"}, R"([[2,"b"],[3,"first"]])", Uniqueness::kExpected);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::kExists);
  EXPECT_EQ(rows("posts", R"({"select":["id"]})"), R"([{"id":1}])");
}

TEST_F(RowImportTest, NamesColumnsThatNoFieldIs) {
  const auto schema = database_.schema();
  const std::vector<std::string> names{"title", "id", "gone"};
  const auto columns = import_columns(*schema->find("posts"), names);
  ASSERT_TRUE(columns);
  EXPECT_EQ(columns->key, 1u);
  EXPECT_THAT(columns->unknown, ElementsAre("gone"));
  EXPECT_THAT(put("posts", {"title"}, "[]").error().message, HasSubstr("primary key \"id\""));
  EXPECT_THAT(put("posts", {"id", "id"}, "[]").error().message, HasSubstr("there twice"));
}

TEST_F(RowImportTest, MakesReferencesToMissingRowsNullPieceByPiece) {
  const auto taken = put("posts", {"id", "authors_id"}, "[[2,1],[3,9],[4,8]]");
  ASSERT_TRUE(taken);
  const auto first = mend("posts");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->rows, 2u);
  EXPECT_THAT(first->refused, IsEmpty());
  ASSERT_TRUE(first->next);
  const auto rest = mend("posts", first->next);
  ASSERT_TRUE(rest);
  EXPECT_FALSE(rest->next);
  ASSERT_EQ(rest->refused.size(), 2u);
  EXPECT_EQ(rest->refused[0].key, "3");
  EXPECT_EQ(rest->refused[0].field, "authors_id");
  EXPECT_EQ(rest->refused[0].why, "refers to authors 9, which is not there");
  ASSERT_TRUE(continue_after("posts", 4));
  EXPECT_TRUE(is_in_order());
}

TEST_F(RowImportTest, ChecksumOfWhatWasGivenIsThatOfWhatIsStored) {
  const auto taken = put("comments", {"id", "content"}, R"([[2,"b"],[1,"a"]])");
  ASSERT_TRUE(taken);
  EXPECT_EQ(mend("comments")->checksum.number(), taken->checksum.number());
  ASSERT_TRUE(write([&](const Schema& schema, Transaction& transaction) {
    return writer(schema, transaction, unrestricted_access_for_the_node_itself())
        .update(*schema.find("comments"), RowKey::of_integer(1), {{"content", "changed"}});
  }));
  EXPECT_NE(mend("comments")->checksum.number(), taken->checksum.number());
}

}  // namespace
}  // namespace noded::database
