#include "roles/api/feed_upkeep.hpp"

#include "codec/json.hpp"
#include "repository/database/feed_options.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <utility>

namespace noded::roles {
namespace {

namespace json = boost::json;

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});

// Of the oldest change; empty when there is none.
std::optional<std::int64_t> age_seconds(const database::FeedState& state, const Clock& clock) {
  if (!state.oldest) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(clock.wall() - *state.oldest).count();
}

}  // namespace

FeedUpkeep::FeedUpkeep(Node& node, database::Database& database)
    : node_(node),
      retention_(database),
      period_(node.options().get(database::kFeedCheck)),
      timer_(node.executor()),
      ended_(node.executor(), net::steady_timer::time_point::max()) {
  figures_->limits = database::feed_limits(node.options());
  tell_of(figures_);
  node_.on_reload([figures = figures_](const Options& options) -> Result<Node::ApplyReload> {
    return [figures, limits = database::feed_limits(options)] {
      const std::lock_guard lock(figures->mutex);
      figures->limits = limits;
    };
  });
}

void FeedUpkeep::tell_of(const std::shared_ptr<const Figures>& figures) {
  const Clock& clock = node_.clock();
  node_.add_gauge("noded_feed_bytes", "change feed in the store, about", [figures] {
    const std::lock_guard lock(figures->mutex);
    return static_cast<double>(figures->state.bytes);
  });
  node_.add_gauge(
      "noded_feed_oldest_seconds",
      "age of the oldest change in the change feed",
      [figures, &clock] {
        const std::lock_guard lock(figures->mutex);
        return static_cast<double>(age_seconds(figures->state, clock).value_or(0));
      }
  );
  node_.add_counter(
      "noded_feed_trimmed_commits_total",
      "commits whose changes were trimmed from the change feed since the start",
      [figures] {
        const std::lock_guard lock(figures->mutex);
        return static_cast<double>(figures->trimmed_commits);
      }
  );
  node_.add_status("feed", [figures, &clock] {
    const std::lock_guard lock(figures->mutex);
    const auto age = age_seconds(figures->state, clock);
    return codec::to_json_text(json::object{
        {"bytes", figures->state.bytes},
        {"max_bytes", figures->limits.max_bytes},
        {"oldest_seconds", age ? json::value(*age) : json::value()},
        {"max_age_seconds", figures->limits.max_age.count() / 1000},
        {"horizon", figures->state.horizon},
    });
  });
}

void FeedUpkeep::start() {
  is_running_ = true;
  spawn(node_.executor(), "feed upkeep", [this] { return run(); });
}

Task<> FeedUpkeep::stop() {
  stop_.request_stop();
  timer_.cancel();
  while (is_running_)
    co_await ended_.async_wait(kAwait);
}

Task<> FeedUpkeep::run() {
  while (!stop_.stop_requested()) {
    co_await check();
    if (stop_.stop_requested()) break;
    timer_.expires_after(period_);
    co_await timer_.async_wait(kAwait);
  }
  is_running_ = false;
  ended_.cancel();
}

Task<> FeedUpkeep::check() {
  std::optional<database::FeedLimits> limits;
  {
    const std::lock_guard lock(figures_->mutex);
    limits = figures_->limits;
  }
  const auto done = co_await retention_.check(*limits, stop_.get_token());
  if (done) {
    note(*done);
  } else if (!stop_.stop_requested() && done.error().code != Errc::kOverloaded) {
    // The next look may find it better.
    node_.log().warning(
        "change feed not trimmed",
        codec::to_json_text(json::object{{"cause", done.error().message}})
    );
  }
}

void FeedUpkeep::note(const database::FeedCheck& done) {
  {
    const std::lock_guard lock(figures_->mutex);
    figures_->state = done.after;
    figures_->trimmed_commits += done.after.horizon - done.before.horizon;
  }
  if (!done.has_trimmed()) return;
  const auto age = age_seconds(done.after, node_.clock());
  node_.log().info(
      "change feed trimmed",
      codec::to_json_text(json::object{
          {"bytes_before", done.before.bytes},
          {"bytes", done.after.bytes},
          {"horizon", done.after.horizon},
          {"oldest_seconds", age ? json::value(*age) : json::value()},
      })
  );
}

}  // namespace noded::roles
