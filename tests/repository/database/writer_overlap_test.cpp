// Transactions that overlap: both begin before either commits.
#include "blog_fixture.hpp"
#include "repository/database/writer.hpp"

#include <gtest/gtest.h>

namespace noded::database {
namespace {

using testing_support::parse_object;

class OverlapTest : public BlogFixture {
 protected:
  struct Open {
    std::shared_ptr<const Schema> schema;
    std::unique_ptr<Transaction> transaction;
  };
  Open begin() { return {database_.schema(), std::move(engine_.begin({}).value())}; }
  Errc commit(Open& open) {
    const auto committed = run(engine_.commit(std::move(open.transaction)));
    return committed ? Errc{} : committed.error().code;
  }
  Writer in(Open& open) {
    return writer(*open.schema, *open.transaction, unrestricted_access_for_the_node_itself());
  }
};

TEST_F(OverlapTest, OneOfTwoEqualUniqueValuesWins) {
  Open first = begin();
  Open second = begin();
  const std::vector<json::object> given{parse_object(R"({"title":"ok","slug":"same"})")};
  ASSERT_TRUE(in(first).create(*first.schema->find("posts"), given));
  ASSERT_TRUE(in(second).create(*second.schema->find("posts"), given));
  ASSERT_TRUE(run(engine_.commit(std::move(first.transaction))));
  EXPECT_EQ(commit(second), Errc::kConflict);
}

TEST_F(OverlapTest, AChildDoesNotOutliveItsParentsDeletion) {
  Open child = begin();
  Open deletion = begin();
  const std::vector<json::object> given{parse_object(R"({"content":"x","posts_id":1})")};
  ASSERT_TRUE(in(child).create(*child.schema->find("comments"), given));
  std::string out;
  ASSERT_TRUE(
      in(deletion).erase(*deletion.schema->find("posts"), RowKey::of_integer(1), out).value()
  );
  ASSERT_TRUE(run(engine_.commit(std::move(deletion.transaction))));
  EXPECT_EQ(commit(child), Errc::kConflict);
}

TEST_F(OverlapTest, ADeletionSeesTheChildThatCameFirst) {
  Open child = begin();
  Open deletion = begin();
  const std::vector<json::object> given{parse_object(R"({"content":"x","posts_id":1})")};
  ASSERT_TRUE(in(child).create(*child.schema->find("comments"), given));
  std::string out;
  ASSERT_TRUE(
      in(deletion).erase(*deletion.schema->find("posts"), RowKey::of_integer(1), out).value()
  );
  ASSERT_TRUE(run(engine_.commit(std::move(child.transaction))));
  EXPECT_EQ(commit(deletion), Errc::kConflict);
}

TEST_F(OverlapTest, TwoChildrenOfOneParentDoNotConflict) {
  Open first = begin();
  Open second = begin();
  const std::vector<json::object> given{parse_object(R"({"content":"x","posts_id":1})")};
  ASSERT_TRUE(in(first).create(*first.schema->find("comments"), given));
  ASSERT_TRUE(in(second).create(*second.schema->find("comments"), given));
  ASSERT_TRUE(run(engine_.commit(std::move(first.transaction))));
  EXPECT_TRUE(run(engine_.commit(std::move(second.transaction))));
  EXPECT_EQ(rows("comments", R"({"select":["id"]})"), R"([{"id":1},{"id":2}])");
}

}  // namespace
}  // namespace noded::database
