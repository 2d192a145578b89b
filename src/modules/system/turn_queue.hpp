// TurnQueue: lets one coroutine at a time through a section that itself awaits; the others wait
// their turn without blocking a thread, first come first served. Thread-safe.
#pragma once

#include "noded/task.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace noded::system {

class TurnQueue {
 public:
  // Held while a coroutine has its turn; letting go of it calls the next one.
  class Turn {
   public:
    explicit Turn(TurnQueue* queue) : queue_(queue) {}
    Turn(Turn&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (queue_ != nullptr) queue_->pass_on();
    }

   private:
    TurnQueue* queue_;
  };

  // Resumes on the caller's executor once it is the caller's turn.
  Task<Turn> take() {
    const net::any_io_executor home = co_await net::this_coro::executor;
    auto initiate = [this, home](auto handler) {
      auto shared = std::make_shared<decltype(handler)>(std::move(handler));
      wait_or_go([shared, home] { net::post(home, [shared] { std::move (*shared)(); }); });
    };
    co_await net::async_initiate<const net::use_awaitable_t<net::any_io_executor>, void()>(
        std::move(initiate), net::use_awaitable_t<net::any_io_executor>{}
    );
    co_return Turn(this);
  }

 private:
  void wait_or_go(std::function<void()> resume) {
    {
      const std::lock_guard lock(mutex_);
      if (taken_) {
        waiting_.push_back(std::move(resume));
        return;
      }
      taken_ = true;
    }
    resume();
  }

  void pass_on() {
    std::function<void()> next;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        taken_ = false;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next();
  }

  std::mutex mutex_;  // guards the rest
  bool taken_ = false;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace noded::system
