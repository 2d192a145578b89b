#include "modules/messages/feed_follower.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace noded::messages {
namespace {

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});
constexpr database::FeedPageLimits kPage{.entries = 200, .bytes = std::size_t{256} << 10};
// Telling one stream of a commit takes some microseconds: however many there are, that is a small
// part of the time.
constexpr std::chrono::microseconds kDelayOfStream{20};

}  // namespace

Task<> FeedFollower::Waiter::wait(SteadyTime until) {
  if (is_woken_) co_return;
  timer_.expires_at(until);
  co_await timer_.async_wait(kAwait);
}

void FeedFollower::Waiter::wake() {
  is_woken_ = true;
  timer_.cancel();
}

FeedFollower::FeedFollower(
    database::Database& database, net::any_io_executor executor, std::chrono::milliseconds delay
)
    : database_(database),
      executor_(std::move(executor)),
      delay_(delay),
      timer_(executor_),
      ended_(executor_, net::steady_timer::time_point::max()) {}

void FeedFollower::add(const std::shared_ptr<Waiter>& waiter) {
  {
    const std::lock_guard lock(mutex_);
    waiters_.push_back(waiter);
    if (is_stopping_ || std::exchange(is_looking_, true)) return;
  }
  spawn(executor_, "feed follower", [this] { return look(); });
}

database::FeedPlace FeedFollower::end() const {
  return {database_.store().engine.last_commit() + 1, 0};
}

FeedFollower::PagePtr FeedFollower::cached(database::FeedPlace from) const {
  const std::lock_guard lock(mutex_);
  return cached_ != nullptr && cached_from_ == from ? cached_ : nullptr;
}

Task<Result<FeedFollower::PagePtr>> FeedFollower::read(
    database::FeedPlace from, SteadyTime deadline
) {
  if (from >= end()) {
    auto nothing = std::make_shared<database::FeedPage>();
    nothing->next = from;
    nothing->reaches_end = true;
    co_return nothing;
  }
  if (auto page = cached(from)) co_return page;
  auto page = co_await database::read(
      database_.store(),
      deadline,
      [application = database_.application(), from](Transaction& transaction) {
        return database::Feed(application, transaction).read(from, kPage);
      }
  );
  if (!page) co_return std::unexpected(std::move(page.error()));
  auto shared = std::make_shared<const database::FeedPage>(std::move(*page));
  // One that leads nowhere says something of its moment only.
  if (shared->next == from) co_return shared;
  const std::lock_guard lock(mutex_);
  cached_from_ = from;
  cached_ = shared;
  co_return shared;
}

// How many wait.
std::size_t FeedFollower::wake_all() {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiters_, [](const auto& waiter) { return waiter.expired(); });
  for (const auto& weak : waiters_) {
    const auto waiter = weak.lock();
    if (waiter == nullptr) continue;
    net::post(waiter->timer_.get_executor(), [waiter] { waiter->wake(); });
  }
  return waiters_.size();
}

Task<> FeedFollower::look() {
  Sequence seen = database_.store().engine.last_commit();
  std::size_t count = wake_all();  // of what was committed before
  for (bool goes_on = true; goes_on;) {
    timer_.expires_after(std::max<std::chrono::microseconds>(delay_, kDelayOfStream * count));
    co_await timer_.async_wait(kAwait);
    const Sequence last = database_.store().engine.last_commit();
    if (last != seen) {
      seen = last;
      count = wake_all();
    }
    const std::lock_guard lock(mutex_);
    std::erase_if(waiters_, [](const auto& waiter) { return waiter.expired(); });
    goes_on = !waiters_.empty() && !is_stopping_;
    is_looking_ = goes_on;
    if (!goes_on) cached_.reset();
  }
  ended_.cancel();
}

Task<> FeedFollower::stop() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
      if (!is_looking_) co_return;
    }
    timer_.cancel();
    co_await ended_.async_wait(kAwait);
  }
}

}  // namespace noded::messages
