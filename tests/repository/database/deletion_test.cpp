#include "repository/database/deletion.hpp"

#include "blog_fixture.hpp"

#include <gtest/gtest.h>

namespace noded::database {
namespace {

using testing_support::DatabaseFixture;
using DeletionTest = BlogFixture;

TEST_F(DeletionTest, LeavesChildrenWithNull) {
  ASSERT_TRUE(erase("authors", 1));
  EXPECT_EQ(rows("posts", R"({"select":["id","authors_id"]})"), R"([{"id":1,"authors_id":null}])");
}

TEST_F(DeletionTest, KeepsAParentThatChildrenRequire) {
  made("comments", R"({"content":"x","posts_id":1})");
  const auto erased = erase("posts", 1);
  ASSERT_FALSE(erased);
  EXPECT_EQ(erased.error().code, Errc::kExists);
  EXPECT_EQ(erased.error().message, R"(Cannot delete "posts": "comments" rows require it)");
  EXPECT_EQ(rows("comments"), R"([{"id":1,"content":"x","posts_id":1}])");
  ASSERT_TRUE(erase("comments", 1));
  EXPECT_TRUE(erase("posts", 1));
}

TEST_F(DeletionTest, DeletesConnectionRowsWithEitherEnd) {
  made("tags", R"([{"label":"a"},{"label":"b"}])");
  made("posts_tags", R"([{"posts_id":1,"tags_id":1},{"posts_id":1,"tags_id":2}])");
  ASSERT_TRUE(erase("tags", 1));
  EXPECT_EQ(rows("posts_tags"), R"([{"id":2,"posts_id":1,"tags_id":2}])");
  ASSERT_TRUE(erase("posts", 1));
  EXPECT_EQ(rows("posts_tags"), "[]");
  EXPECT_EQ(rows("tags"), R"([{"id":2,"label":"b"}])");
}

TEST_F(DeletionTest, DeletesARowThatRefersToItself) {
  made("categories", R"({"name":"root"})");
  ASSERT_TRUE(update("categories", 1, R"({"parent_id":1})").value());
  made("categories", R"({"name":"kid","parent_id":1})");
  ASSERT_TRUE(erase("categories", 1));
  EXPECT_EQ(rows("categories"), R"([{"id":2,"name":"kid","parent_id":null}])");
}

constexpr std::string_view kOnDelete = R"({"entities":{
  "parents":{"fields":{"x":{"type":"text"}}},
  "cascading":{"fields":{"p":{"type":"relation","config":{"target":"parents","on_delete":"cascade"}}}},
  "below":{"fields":{"c":{"type":"relation","config":{"target":"cascading","on_delete":"cascade"}}}},
  "restricting":{"fields":{"p":{"type":"relation","config":{"target":"parents","on_delete":"restrict"}}}},
  "inactive":{"fields":{"p":{"type":"relation","config":{"target":"parents","on_delete":"no action"}}}},
  "defaulting":{"fields":{"p":{"type":"relation",
    "config":{"target":"parents","on_delete":"set default","default_value":1}}}}}})";

class OnDeleteTest : public DatabaseFixture {
 protected:
  OnDeleteTest() {
    if (const auto schema = change_schema(kOnDelete); !schema)
      throw std::runtime_error(schema.error().message);
    if (!create("parents", R"([{"x":"1"},{"x":"2"}])")) throw std::runtime_error("no parents");
  }
};

TEST_F(OnDeleteTest, CascadesDown) {
  ASSERT_TRUE(create("cascading", R"([{"p":1},{"p":2}])"));
  ASSERT_TRUE(create("below", R"([{"c":1},{"c":1},{"c":2}])"));
  ASSERT_TRUE(erase("parents", 1));
  EXPECT_EQ(rows("cascading"), R"([{"id":2,"p":2}])");
  EXPECT_EQ(rows("below"), R"([{"id":3,"c":2}])");
}

TEST_F(OnDeleteTest, RefusesForRestrictAndNoAction) {
  ASSERT_TRUE(create("restricting", R"({"p":1})"));
  ASSERT_TRUE(create("inactive", R"({"p":2})"));
  const auto restricted = erase("parents", 1);
  ASSERT_FALSE(restricted);
  EXPECT_EQ(
      restricted.error().message, R"(Cannot delete "parents": "restricting" rows refer to it)"
  );
  const auto inactive = erase("parents", 2);
  ASSERT_FALSE(inactive);
  EXPECT_EQ(inactive.error().message, R"(Cannot delete "parents": "inactive" rows refer to it)");
}

TEST_F(OnDeleteTest, SetsTheDefaultWhileItIsThere) {
  ASSERT_TRUE(create("defaulting", R"({"p":2})"));
  ASSERT_TRUE(erase("parents", 2));
  EXPECT_EQ(rows("defaulting"), R"([{"id":1,"p":1}])");
  ASSERT_TRUE(erase("parents", 1));
  EXPECT_EQ(rows("defaulting"), R"([{"id":1,"p":null}])");
}

class CascadeTest : public DatabaseFixture {};

TEST_F(CascadeTest, RefusesToGoBeyondItsDepth) {
  ASSERT_TRUE(change_schema(R"({"entities":{"chain":{"fields":{"x":{"type":"text"},
    "up":{"type":"relation","config":{"target":"chain","on_delete":"cascade"}}}}}})"));
  ASSERT_TRUE(create("chain", R"({"x":"top"})"));
  for (std::uint32_t i = 1; i <= Deletion::kMaxDepth + 1; ++i) {
    ASSERT_TRUE(create("chain", R"({"up":)" + std::to_string(i) + "}"));
  }
  const auto too_deep = erase("chain", 1);
  ASSERT_FALSE(too_deep);
  EXPECT_EQ(too_deep.error().code, Errc::kTooLarge);
  EXPECT_TRUE(erase("chain", 2));
  EXPECT_EQ(rows("chain"), R"([{"id":1,"x":"top","up":null}])");
}

}  // namespace
}  // namespace noded::database
