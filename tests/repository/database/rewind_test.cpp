#include "repository/database/rewind.hpp"

#include "repository/database/blog_fixture.hpp"
#include "repository/database/consistency.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/stored_change.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace noded::database {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class RewindOf : public BlogFixture {
 protected:
  static constexpr std::array<std::string_view, 4> kEntities{
      "authors", "posts", "tags", "comments"
  };

  // Moves the clock, so that what comes next is later.
  WallTime tick() {
    const WallTime now = clock_.wall();
    clock_.set(now + std::chrono::milliseconds(1));
    return now;
  }
  std::string all_rows() {
    std::string out;
    for (const std::string_view entity : kEntities)
      out += rows(entity) + "\n";
    return out;
  }
  Result<std::uint64_t> rewind(WallTime time) {
    tick();
    return run(Rewind(engine_, kApplication, clock_).run(time));
  }
  WallTime run_oldest() { return Rewind(engine_, kApplication, clock_).oldest().value(); }
  void expect_consistent() {
    const auto report = run(Consistency(database_).check());
    ASSERT_TRUE(report);
    EXPECT_THAT(report->findings, IsEmpty());
  }
  void changed(std::string_view entity, std::int64_t id, std::string_view changes) {
    const auto done = update(entity, id, changes);
    ASSERT_TRUE(done && *done) << id;
  }
};

TEST_F(RewindOf, AStoreWhoseSchemaIsChangingIsRefused) {
  const WallTime before = tick();
  made("tags", R"({"label":"x"})");
  const auto begun = run(database_.write(
      SteadyTime::max(),
      [](const Schema&, Transaction& transaction) -> Result<> {
        ChangeRecords(kApplication, transaction).put(StoredChange{});
        return {};
      }
  ));
  ASSERT_TRUE(begun);
  const auto done = rewind(before);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("a change of the schema was under way"));
  EXPECT_EQ(rows("tags"), R"([{"id":1,"label":"x"}])");
}

TEST_F(RewindOf, RowsIndicesAndCountsAreAsAtEachMoment) {
  std::vector<std::pair<WallTime, std::string>> moments;
  const auto note = [&] {
    moments.emplace_back(tick(), all_rows());
  };
  note();
  made("posts", R"([{"title":"Second","slug":"second","authors_id":1},{"title":"Third"}])");
  note();
  changed("posts", 1, R"({"slug":"moved"})");
  changed("posts", 2, R"({"slug":"first","title":"Now first"})");
  note();
  made("comments", R"([{"content":"a","posts_id":1},{"content":"b","posts_id":2}])");
  made("tags", R"({"label":"x"})");
  note();
  ASSERT_TRUE(erase("authors", 1));
  ASSERT_TRUE(erase("comments", 2));
  note();
  made("tags", R"([{"label":"y"},{"label":"z"}])");
  const std::string last = all_rows();
  EXPECT_NE(last, moments.back().second);
  while (!moments.empty()) {
    const auto done = rewind(moments.back().first);
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_GT(*done, 0u);
    EXPECT_EQ(all_rows(), moments.back().second);
    expect_consistent();
    moments.pop_back();
  }
}

TEST_F(RewindOf, TakesMoreThanABatchBack) {
  const WallTime before = tick();
  const std::string rows_before = all_rows();
  std::string many = "[";
  for (int i = 0; i < 700; ++i)
    many += R"({"label":"t"},)";
  many.back() = ']';
  for (int i = 0; i < 4; ++i)
    made("tags", many);
  EXPECT_EQ(rewind(before).value(), 2800u);
  EXPECT_EQ(all_rows(), rows_before);
  expect_consistent();
  EXPECT_EQ(create("tags", R"({"label":"next"})").value().front().integer(), 2801)
      << "a key is given once";
}

TEST_F(RewindOf, KeepsAllThatWasDoneUpToTheLastCommitInTime) {
  made("tags", R"({"label":"in time"})");
  const WallTime time = clock_.wall();
  clock_.set(time + std::chrono::hours(1));
  made("tags", R"({"label":"by a clock that was ahead"})");
  clock_.set(time);
  made("tags", R"({"label":"by the right clock"})");
  const std::string then = all_rows();
  clock_.set(time + std::chrono::minutes(1));
  made("tags", R"({"label":"later"})");
  EXPECT_EQ(rewind(time).value(), 1u);
  EXPECT_EQ(all_rows(), then);
}

TEST_F(RewindOf, ACommitGoesAsAWhole) {
  const WallTime before = tick();
  const std::string rows_before = all_rows();
  write([this](const Schema& schema, Transaction& transaction) -> Result<bool> {
    const auto& access = unrestricted_access_for_the_node_itself();
    const std::vector<boost::json::object> row{testing_support::parse_object(R"({"label":"t"})")};
    Writer writes = writer(schema, transaction, access);
    (void)writes.create(*schema.find("tags"), row, false);
    clock_.set(clock_.wall() + std::chrono::hours(1));  // the commit takes that long
    (void)writes.create(*schema.find("tags"), row, false);
    return true;
  });
  EXPECT_EQ(rewind(before + std::chrono::minutes(1)).value(), 2u);
  EXPECT_EQ(all_rows(), rows_before);
}

TEST_F(RewindOf, CanBeTakenBackItself) {
  const WallTime before = tick();
  made("tags", R"({"label":"x"})");
  const WallTime with = tick();
  const std::string rows_with = all_rows();
  ASSERT_TRUE(rewind(before));
  EXPECT_NE(all_rows(), rows_with);
  EXPECT_EQ(rewind(with).value(), 1u);
  EXPECT_EQ(all_rows(), rows_with);
  expect_consistent();
}

TEST_F(RewindOf, RowsOfARemovedEntityComeBackToo) {
  made("tags", R"({"label":"x"})");
  const WallTime before = tick();
  const std::string tags = rows("tags");
  ASSERT_TRUE(erase("tags", 1));
  ASSERT_TRUE(change_schema(R"({"entities":{"authors":{"fields":{"name":{"type":"text"}}}}})"));
  EXPECT_EQ(rewind(before).value(), 1u);
  ASSERT_TRUE(change_schema(kBlog));
  EXPECT_EQ(rows("tags"), tags);
}

TEST_F(RewindOf, TellsTheOldestTimeThatItAccepts) {
  const WallTime first = tick();
  made("tags", R"({"label":"x"})");
  EXPECT_EQ(run_oldest(), first);
  auto transaction = engine_.begin({}).value();
  ASSERT_TRUE(Feed(kApplication, *transaction).trim(engine_.last_commit()));
  ASSERT_TRUE(run(engine_.commit(std::move(transaction))));
  const WallTime trimmed = run_oldest();
  EXPECT_GT(trimmed, first);
  EXPECT_FALSE(rewind(trimmed - std::chrono::milliseconds(1)));
  EXPECT_TRUE(rewind(trimmed));
}

TEST_F(RewindOf, IsRefusedBeforeTheFeedBegins) {
  const auto too_early = rewind(clock_.wall() - std::chrono::milliseconds(2));
  ASSERT_FALSE(too_early);
  EXPECT_EQ(too_early.error().code, Errc::kInvalid);
  EXPECT_THAT(too_early.error().message, HasSubstr("begins at 2024-01-02T03:04:05.000Z"));
  tick();
  made("tags", R"({"label":"x"})");
  const std::string rows_before = all_rows();
  auto transaction = engine_.begin({}).value();
  ASSERT_TRUE(Feed(kApplication, *transaction).trim(engine_.last_commit()));
  ASSERT_TRUE(run(engine_.commit(std::move(transaction))));
  const auto trimmed = rewind(clock_.wall() - std::chrono::milliseconds(1));
  ASSERT_FALSE(trimmed);
  EXPECT_THAT(trimmed.error().message, HasSubstr("begins at 2024-01-02T03:04:05.002Z"));
  EXPECT_EQ(all_rows(), rows_before);
}

TEST_F(RewindOf, IsRefusedWhereAUniqueIndexCameSince) {
  made("tags", R"([{"label":"x"},{"label":"x"}])");
  const WallTime before = tick();
  ASSERT_TRUE(erase("tags", 2));
  const std::string with_index = [] {
    std::string data(kBlog);
    const std::string_view before_indices = R"("indices": {)";
    return data.insert(
        data.find(before_indices) + before_indices.size(),
        R"("t":{"entity":"tags","fields":["label"],"unique":true},)"
    );
  }();
  ASSERT_TRUE(change_schema(with_index));
  const auto refused = rewind(before);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalid);
  EXPECT_THAT(refused.error().message, HasSubstr(R"(row 2 of "tags" cannot come back)"));
}

TEST_F(RewindOf, IsRefusedWhereRowsAndFeedContradictEachOther) {
  const WallTime before = tick();
  made("tags", R"({"label":"x"})");
  auto transaction = engine_.begin({}).value();
  const auto schema = database_.schema();
  transaction->erase(keys::row(kApplication, *schema->find("tags"), RowKey::of_integer(1)));
  ASSERT_TRUE(run(engine_.commit(std::move(transaction))));
  const auto refused = rewind(before);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInternal);
  EXPECT_THAT(refused.error().message, HasSubstr("contradicts the rows"));
}

TEST_F(RewindOf, IsRefusedForAnEntityThatNobodyKnows) {
  const WallTime before = tick();
  auto transaction = engine_.begin({}).value();
  const Change change{
      Change::Kind::kCreated,
      clock_.wall().time_since_epoch().count(),
      77,
      RowKey::of_integer(1),
      {},
      "row"
  };
  transaction->append(keys::prefix(kApplication, keys::Space::kFeed), encode(change));
  ASSERT_TRUE(run(engine_.commit(std::move(transaction))));
  const auto refused = rewind(before);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalid);
  EXPECT_THAT(refused.error().message, HasSubstr("entity 77"));
}

}  // namespace
}  // namespace noded::database
