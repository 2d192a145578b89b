#include "repository/database/feed.hpp"

#include "repository/database/blog_fixture.hpp"
#include "repository/database/consistency.hpp"
#include "repository/database/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::database {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FeedOf : public BlogFixture {
 protected:
  // Body: anything(Feed&).
  template <class Body>
  auto look(Body body) {
    const auto transaction = engine_.begin({}).value();
    Feed feed(kApplication, *transaction);
    return body(feed);
  }
  Result<FeedPage> read(FeedPlace from, const FeedPageLimits& limits = {}) {
    return look([&](Feed& feed) { return feed.read(from, limits); });
  }
  Sequence horizon() {
    return look([](Feed& feed) { return feed.horizon().value(); });
  }
  void trim(Sequence to) {
    auto transaction = engine_.begin({}).value();
    ASSERT_TRUE(Feed(kApplication, *transaction).trim(to));
    if (!transaction->has_writes()) return;
    ASSERT_TRUE(run(engine_.commit(std::move(transaction))));
  }
  // The commits of all entries from `from` on, read in pages of two.
  std::vector<Sequence> commits(FeedPlace from) {
    std::vector<Sequence> out;
    for (;;) {
      const FeedPage page = read(from, {.entries = 2}).value();
      for (const FeedEntry& entry : page.entries)
        out.push_back(entry.place.sequence);
      if (page.reaches_end) return out;
      from = page.next;
    }
  }
};

TEST_F(FeedOf, AFollowerReadsEveryChangeInTheOrderOfTheCommits) {
  const Sequence before = engine_.last_commit();
  made("tags", R"([{"label":"a"},{"label":"b"},{"label":"c"}])");
  made("tags", R"({"label":"d"})");
  EXPECT_THAT(
      commits({before + 1, 0}), ElementsAre(before + 1, before + 1, before + 1, before + 2)
  );
  const FeedPage page = read({before + 2, 0}).value();
  ASSERT_EQ(page.entries.size(), 1u);
  const auto change = page.entries.front().change();
  ASSERT_TRUE(change);
  EXPECT_EQ(change->kind, Change::Kind::kCreated);
  EXPECT_EQ(change->key.integer(), 4);
  EXPECT_EQ(change->time_ms, clock_.wall().time_since_epoch().count());
}

TEST_F(FeedOf, AFollowerAtTheEndGoesOnWithWhatComesNext) {
  const FeedPage end = read({engine_.last_commit() + 1, 0}).value();
  EXPECT_THAT(end.entries, IsEmpty());
  EXPECT_TRUE(end.reaches_end);
  made("tags", R"({"label":"late"})");
  EXPECT_EQ(read(end.next).value().entries.size(), 1u);
}

TEST_F(FeedOf, APageEndsAtItsLimitsButHoldsOneEntry) {
  const Sequence before = engine_.last_commit();
  made("tags", R"([{"label":"a"},{"label":"b"},{"label":"c"}])");
  const FeedPage page = read({before + 1, 0}, {.entries = 100, .bytes = 1}).value();
  ASSERT_EQ(page.entries.size(), 1u);
  EXPECT_FALSE(page.reaches_end);
  EXPECT_EQ(page.next, (FeedPlace{before + 1, 1}));
}

TEST_F(FeedOf, ATrimmedFeedTellsAFollowerWhereItBegins) {
  EXPECT_EQ(horizon(), 1u);
  made("tags", R"({"label":"old"})");
  const Sequence last = engine_.last_commit();
  made("tags", R"({"label":"new"})");
  trim(last + 1);
  EXPECT_EQ(horizon(), last + 1);
  EXPECT_THAT(commits({last + 1, 0}), ElementsAre(last + 1));
  const auto refused = read({last, 0});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kNotFound);
  EXPECT_EQ(refused.error().type, Feed::kGap);
  EXPECT_THAT(refused.error().message, HasSubstr("begins at commit " + std::to_string(last + 1)));
  EXPECT_EQ(refused.error().members, R"({"oldest":)" + std::to_string(last + 1) + "}");
}

TEST_F(FeedOf, TheHorizonNeverGoesBack) {
  const Sequence last = engine_.last_commit();
  trim(last + 1);
  trim(2);
  EXPECT_EQ(horizon(), last + 1);
}

TEST_F(FeedOf, ADamagedHorizonIsToldAndNotGuessed) {
  for (const char* note : {"", "[]", "{}", R"({"horizon":0})", R"({"horizon":-1})", "nonsense"}) {
    auto transaction = engine_.begin({}).value();
    transaction->put(keys::meta(kApplication, "feed"), note);
    ASSERT_TRUE(run(engine_.commit(std::move(transaction))));
    const auto found = look([](Feed& feed) { return feed.horizon(); });
    ASSERT_FALSE(found) << note;
    EXPECT_EQ(found.error().code, Errc::kInternal) << note;
    EXPECT_FALSE(read({1, 0})) << note;
    const auto report = run(Consistency(database_).check()).value();
    ASSERT_EQ(report.findings.size(), 1u) << note;
    EXPECT_THAT(report.findings.front().sentence, HasSubstr("horizon")) << note;
  }
}

TEST_F(FeedOf, TheDoctorFindsATrimmedFeedInOrder) {
  trim(engine_.last_commit());
  const auto report = run(Consistency(database_).check()).value();
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.changes, 1u);
}

TEST_F(FeedOf, TheDoctorNamesWhatIsLeftBeforeTheHorizon) {
  const FeedEntry left = look([](Feed& feed) { return feed.first({1, 0}); }).value().value();
  trim(engine_.last_commit() + 1);
  std::string key = Feed::range_from(kApplication, left.place.sequence).begin;
  auto transaction = engine_.begin({}).value();
  transaction->put(key, left.bytes);
  ASSERT_TRUE(run(engine_.commit(std::move(transaction))));
  const auto report = run(Consistency(database_).check()).value();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings.front().what, Flaw::kChange);
  EXPECT_THAT(report.findings.front().sentence, HasSubstr("before the horizon"));
}

}  // namespace
}  // namespace noded::database
