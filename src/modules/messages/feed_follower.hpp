// FeedFollower: the change feed as many streams follow it: what is new is read once for all of
// them, and those who wait are woken. Looks for changes only while somebody waits. Thread-safe.
#pragma once

#include "noded/result.hpp"
#include "noded/task.hpp"

#include "repository/database/database.hpp"
#include "repository/database/feed.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace noded::messages {

class FeedFollower {
 public:
  // `executor` is where it looks for changes, at least every `delay`; the database outlives it.
  FeedFollower(
      database::Database& database, net::any_io_executor executor, std::chrono::milliseconds delay
  );

  // One who waits. Used on one executor only.
  class Waiter {
   public:
    explicit Waiter(const net::any_io_executor& executor) : timer_(executor) {}
    // Until something was committed, wake() was called, or that time. At once when that happened
    // since the last call of reset().
    Task<> wait(SteadyTime until);
    void reset() noexcept { is_woken_ = false; }
    void wake();

   private:
    friend FeedFollower;
    net::steady_timer timer_;
    bool is_woken_ = false;
  };
  // Woken from now on, as long as it lives.
  void add(const std::shared_ptr<Waiter>& waiter);

  // Where who begins now goes on.
  database::FeedPlace end() const;
  // From a place on. Errors: those of Feed::read.
  using PagePtr = std::shared_ptr<const database::FeedPage>;
  Task<Result<PagePtr>> read(database::FeedPlace from, SteadyTime deadline);

  // Returns once it does not look any more.
  Task<> stop();

 private:
  Task<> look();
  std::size_t wake_all();
  PagePtr cached(database::FeedPlace from) const;

  database::Database& database_;
  const net::any_io_executor executor_;
  const std::chrono::milliseconds delay_;
  net::steady_timer timer_;  // on executor_, like the next
  net::steady_timer ended_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<std::weak_ptr<Waiter>> waiters_;
  bool is_looking_ = false;
  bool is_stopping_ = false;
  database::FeedPlace cached_from_;
  PagePtr cached_;
};

}  // namespace noded::messages
