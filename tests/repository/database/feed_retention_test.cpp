#include "repository/database/feed_retention.hpp"

#include "repository/database/blog_fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace noded::database {
namespace {

using namespace std::chrono_literals;

class FeedRetentionOf : public BlogFixture {
 protected:
  static constexpr std::uint64_t kNoEnd = std::uint64_t{1} << 40;

  FeedCheck check(FeedLimits limits) { return run(retention_.check(limits, {})).value(); }
  FeedState state() { return check({.max_age = 87600h, .max_bytes = kNoEnd}).after; }
  // `count` commits of about `bytes` each, one every minute.
  void fill(int count, std::size_t bytes = 100) {
    for (int i = 0; i < count; ++i) {
      clock_.set(clock_.wall() + 1min);
      made("tags", fmt::format(R"({{"label":"{}"}})", std::string(bytes, 'x')));
    }
  }

  FeedRetention retention_{database_};
};

TEST_F(FeedRetentionOf, LeavesAFeedWithinItsLimits) {
  fill(10);
  const FeedCheck done = check({.max_age = 1h, .max_bytes = kNoEnd});
  EXPECT_FALSE(done.has_trimmed());
  EXPECT_EQ(done.after.horizon, 1u);
  EXPECT_EQ(done.after.oldest, clock_.wall() - 10min);
  EXPECT_GT(done.after.bytes, 1000u);
}

TEST_F(FeedRetentionOf, KeepsWhatIsYoungerThanTheMostAge) {
  fill(100);
  const FeedCheck done = check({.max_age = 20min, .max_bytes = kNoEnd});
  EXPECT_TRUE(done.has_trimmed());
  EXPECT_EQ(done.after.oldest, clock_.wall() - 20min);
  EXPECT_EQ(done.after.horizon, engine_.last_commit() - 1 - 20) << "the trimming is a commit too";
  EXPECT_LT(done.after.bytes, done.before.bytes / 4);
}

TEST_F(FeedRetentionOf, WaitsWithTheNextCutUntilItIsWorthIt) {
  fill(100);
  ASSERT_TRUE(check({.max_age = 32min, .max_bytes = kNoEnd}).has_trimmed());
  fill(2);
  EXPECT_FALSE(check({.max_age = 32min, .max_bytes = kNoEnd}).has_trimmed());
  fill(1);
  EXPECT_TRUE(check({.max_age = 32min, .max_bytes = kNoEnd}).has_trimmed());
  EXPECT_EQ(state().oldest, clock_.wall() - 32min);
}

TEST_F(FeedRetentionOf, KeepsTheNewestThatFitIntoTheMostBytes) {
  fill(200, 1000);
  const std::uint64_t most = state().bytes / 2;
  const FeedCheck done = check({.max_age = 87600h, .max_bytes = most});
  EXPECT_TRUE(done.has_trimmed());
  EXPECT_LE(done.after.bytes, most - most / FeedRetention::kRoom);
  EXPECT_GT(done.after.bytes, most - most / FeedRetention::kRoom - 2000) << "and no fewer";
  EXPECT_FALSE(check({.max_age = 87600h, .max_bytes = most}).has_trimmed());
}

TEST_F(FeedRetentionOf, StaysBoundedHoweverMuchIsWritten) {
  constexpr FeedLimits kLimits{.max_age = 87600h, .max_bytes = 40'000};
  Sequence horizon = 1;
  for (int turn = 0; turn < 20; ++turn) {
    fill(20, 1000);
    const FeedCheck done = check(kLimits);
    EXPECT_LE(done.after.bytes, kLimits.max_bytes);
    EXPECT_GE(done.after.horizon, horizon);
    horizon = done.after.horizon;
  }
  EXPECT_GT(horizon, 300u);
}

TEST_F(FeedRetentionOf, TrimsAllOfAFeedThatIsTooOld) {
  fill(10);
  clock_.set(clock_.wall() + 24h);
  const FeedCheck done = check({.max_age = 1h, .max_bytes = kNoEnd});
  EXPECT_TRUE(done.has_trimmed());
  EXPECT_EQ(done.after.bytes, 0u);
  EXPECT_FALSE(done.after.oldest);
  EXPECT_FALSE(check({.max_age = 1h, .max_bytes = kNoEnd}).has_trimmed());
  fill(1);
  EXPECT_EQ(state().oldest, clock_.wall());
}

}  // namespace
}  // namespace noded::database
