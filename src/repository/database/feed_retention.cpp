#include "repository/database/feed_retention.hpp"

#include "repository/database/feed_options.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/transact.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace noded::database {
namespace {

// The first commit in [first, end) for which `is_kept`, Result<bool>(Sequence), says true, which it
// then does for all later ones; `end` when there is none.
template <class IsKept>
Result<Sequence> search(Sequence first, Sequence end, IsKept is_kept) {
  while (first < end) {
    const Sequence middle = first + (end - first) / 2;
    const Result<bool> kept = is_kept(middle);
    if (!kept) return std::unexpected(kept.error());
    if (*kept) {
      end = middle;
    } else {
      first = middle + 1;
    }
  }
  return end;
}

// Empty: no entry.
Result<std::optional<WallTime>> time_at(Feed& feed, Sequence sequence) {
  const auto entry = feed.first({sequence, 0});
  if (!entry) return std::unexpected(entry.error());
  if (!*entry) return std::nullopt;
  const auto change = (*entry)->change();
  if (!change) return std::unexpected(change.error());
  return WallTime(std::chrono::milliseconds(change->time_ms));
}

}  // namespace

OptionTable feed_options() {
  static constexpr std::array<const OptionDeclaration*, 3> kTable{
      &kFeedMaxAge,
      &kFeedMaxBytes,
      &kFeedCheck,
  };
  return kTable;
}

FeedLimits feed_limits(const Options& options) {
  return {options.get(kFeedMaxAge), options.get(kFeedMaxBytes).count};
}

Task<Result<FeedCheck>> FeedRetention::check(FeedLimits limits, std::stop_token stop) {
  Lane& lane = database_.store().lane;
  const auto look = [this, limits] {
    return survey(limits);
  };
  auto before = co_await offload(lane, look);
  if (!before) co_return std::unexpected(std::move(before.error()));
  FeedCheck done{.before = before->state, .after = before->state};
  if (before->keep <= before->state.horizon) co_return done;
  auto trimmed = co_await trim(before->keep);
  if (!trimmed) co_return std::unexpected(std::move(trimmed.error()));
  const auto reclaim = [this, stop, end = before->keep]() -> Result<> {
    KeyRange range = Feed::range_from(database_.application(), 0);
    range.end = Feed::range_from(database_.application(), end).begin;
    return database_.store().engine.reclaim(range, stop);
  };
  // What is not given back now is so by later compactions.
  (void)co_await offload(lane, reclaim);
  auto after = co_await offload(lane, look);
  if (!after) co_return std::unexpected(std::move(after.error()));
  done.after = after->state;
  co_return done;
}

Result<FeedRetention::Survey> FeedRetention::survey(const FeedLimits& limits) const {
  auto transaction = database_.store().engine.begin({});
  if (!transaction) return std::unexpected(std::move(transaction.error()));
  Feed feed(database_.application(), **transaction);
  const auto horizon = feed.horizon();
  if (!horizon) return std::unexpected(horizon.error());
  const auto bytes = bytes_from(*horizon);
  if (!bytes) return std::unexpected(bytes.error());
  const auto oldest = time_at(feed, *horizon);
  if (!oldest) return std::unexpected(oldest.error());
  Survey survey{.state = {*horizon, *bytes, *oldest}, .keep = *horizon};
  const Sequence end = (*transaction)->snapshot() + 1;
  for (const auto& keep :
       {first_within(survey.state, end, limits.max_bytes),
        first_younger(feed, survey.state, end, limits.max_age)}) {
    if (!keep) return std::unexpected(keep.error());
    survey.keep = std::max(survey.keep, *keep);
  }
  return survey;
}

Result<std::uint64_t> FeedRetention::bytes_from(Sequence sequence) const {
  return database_.store().engine.approximate_bytes(
      Feed::range_from(database_.application(), sequence)
  );
}

Result<Sequence> FeedRetention::first_within(
    const FeedState& state, Sequence end, std::uint64_t max_bytes
) const {
  if (state.bytes <= max_bytes) return state.horizon;
  return search(state.horizon, end, [&](Sequence sequence) -> Result<bool> {
    const auto bytes = bytes_from(sequence);
    if (!bytes) return std::unexpected(bytes.error());
    return *bytes <= max_bytes - max_bytes / kRoom;
  });
}

Result<Sequence> FeedRetention::first_younger(
    Feed& feed, const FeedState& state, Sequence end, std::chrono::milliseconds max_age
) const {
  const WallTime oldest = database_.clock().wall() - max_age;
  const WallTime overdue = oldest - max_age / kAgeSlack;
  if (!state.oldest || *state.oldest >= overdue) return state.horizon;
  return search(state.horizon, end, [&](Sequence sequence) -> Result<bool> {
    const auto time = time_at(feed, sequence);
    if (!time) return std::unexpected(time.error());
    return !*time || **time >= oldest;
  });
}

Task<Result<>> FeedRetention::trim(Sequence horizon) {
  const std::uint16_t application = database_.application();
  co_return co_await transact(
      database_.store(),
      SteadyTime::max(),
      [application, horizon](Transaction& transaction) {
        return Feed(application, transaction).trim(horizon);
      }
  );
}

}  // namespace noded::database
