// Lane: a bounded queue in front of the worker threads for one kind of blocking or CPU-heavy call. Each kind has its own,
// so that a storm of one (password hashes) cannot delay another (store reads).
#pragma once

#include "noded/result.hpp"
#include "noded/task.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

namespace noded {

class Lane {
 public:
  virtual ~Lane() = default;
  // Queues `work` for a worker thread; false at once when the lane is full or closed. Any thread may call it.
  // `work` runs exactly once if true was returned, and must not throw.
  virtual bool try_post(std::move_only_function<void()> work) = 0;
};

// Runs `work` (a callable returning Result<T>) on the lane and resumes the caller on its own executor with what it
// returned. A full lane answers kOverloaded without running it. `work` must not touch loop-owned state.
template <class Work>
Task<std::invoke_result_t<Work&>> offload(Lane& lane, Work work) {
  using Outcome = std::invoke_result_t<Work&>;
  const net::any_io_executor home = co_await net::this_coro::executor;
  auto initiate = [&lane, home](auto handler, Work moved) {
    using Handler = std::decay_t<decltype(handler)>;
    // The handler stays outside of the lane's closure, so that a refused post can still complete it.
    auto shared = std::make_shared<std::optional<Handler>>(std::move(handler));
    auto resume = [shared, home](std::exception_ptr cause, std::optional<Outcome> outcome) {
      net::post(home, [shared, cause = std::move(cause), outcome = std::move(outcome)]() mutable {
        Handler complete = std::move(**shared);
        shared->reset();
        std::move(complete)(std::move(cause), std::move(outcome));
      });
    };
    const bool queued = lane.try_post([resume, job = std::move(moved)]() mutable {
      std::exception_ptr cause;
      std::optional<Outcome> outcome;
      try {
        outcome.emplace(job());
      } catch (...) {  // carried to the awaiting coroutine, which rethrows it
        cause = std::current_exception();
      }
      resume(std::move(cause), std::move(outcome));
    });
    if (!queued) resume(nullptr, Outcome(fail(Errc::kOverloaded, "the node is busy; try again")));
  };
  auto outcome = co_await net::async_initiate<
      const net::use_awaitable_t<net::any_io_executor>, void(std::exception_ptr, std::optional<Outcome>)>(
      std::move(initiate), net::use_awaitable_t<net::any_io_executor>{}, std::move(work)
  );
  co_return std::move(*outcome);
}

}  // namespace noded
