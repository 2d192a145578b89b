// FeedRetention: keeps the change feed as short as its limits say. Finds the new horizon by binary
// search over the commits, not by walking, and erases all before it at once.
#pragma once

#include "noded/clock.hpp"
#include "noded/options.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "repository/database/database.hpp"
#include "repository/database/feed.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>

namespace noded::database {

struct FeedLimits {
  std::chrono::milliseconds max_age;
  std::uint64_t max_bytes = 0;
};
FeedLimits feed_limits(const Options& options);

struct FeedState {
  Sequence horizon = 1;            // see Feed::horizon()
  std::uint64_t bytes = 0;         // that it takes in the store, about
  std::optional<WallTime> oldest;  // time of the first entry; empty: no entry
};

struct FeedCheck {
  FeedState before;
  FeedState after;  // the same when nothing was trimmed
  bool has_trimmed() const noexcept { return after.horizon != before.horizon; }
};

class FeedRetention {
 public:
  // Trimming begins when the feed is so much older than max_age, as a part of it, and goes on until
  // so much of max_bytes is free: each time costs a compaction.
  static constexpr int kAgeSlack = 16;
  static constexpr std::uint64_t kRoom = 8;

  // The database outlives it.
  explicit FeedRetention(Database& database) : database_(database) {}

  // Looks, trims when a limit is passed, and gives the room back; `stop` ends that early. One call
  // at a time. Errors of the store; kOverloaded when the store lane is full.
  Task<Result<FeedCheck>> check(FeedLimits limits, std::stop_token stop);

 private:
  struct Survey {
    FeedState state;
    Sequence keep = 0;  // the horizon that the limits ask for
  };

  Result<Survey> survey(const FeedLimits& limits) const;
  Result<std::uint64_t> bytes_from(Sequence sequence) const;
  Result<Sequence> first_within(const FeedState& state, Sequence end, std::uint64_t max_bytes)
      const;
  Result<Sequence> first_younger(
      Feed& feed, const FeedState& state, Sequence end, std::chrono::milliseconds max_age
  ) const;
  Task<Result<>> trim(Sequence horizon);

  Database& database_;
};

}  // namespace noded::database
