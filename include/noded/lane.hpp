// Lane: a bounded queue in front of the worker threads for one kind of blocking or CPU-heavy call.
// Each kind has its own, so that a storm of one (password hashes) cannot delay another (store
// reads).
#pragma once

#include "noded/result.hpp"
#include "noded/task.hpp"

#include <functional>
#include <optional>
#include <type_traits>

namespace noded {

class Lane {
 public:
  virtual ~Lane() = default;
  // Queues `work` for a worker thread; false at once when the lane is full or closed. Any thread
  // may call it. `work` runs exactly once if true was returned, and must not throw.
  virtual bool try_post(std::move_only_function<void()> work) = 0;
  // Work posted now would be refused: who would post only after dear preparations can refuse its
  // caller before them. Any thread; nothing is promised for the moment after.
  virtual bool is_full() const = 0;
};

// Runs `work` on the lane and resumes the caller on its own executor. kOverloaded when the lane is
// full: `work` did not run then. An exception of `work` is rethrown here. A caller that is
// cancelled before `work` has begun is resumed at once by operation_aborted, and it never runs;
// work that has begun is waited for.
Task<Result<>> run_on(Lane& lane, std::move_only_function<void()> work);

// Runs `work` (a callable returning Result<T>) on the lane and returns what it returned. A full
// lane answers kOverloaded without running it. `work` must not touch loop-owned state.
template <class Work>
Task<std::invoke_result_t<Work&>> offload(Lane& lane, Work work) {
  std::optional<std::invoke_result_t<Work&>> outcome;
  auto ran = co_await run_on(lane, [&work, &outcome] { outcome.emplace(work()); });
  if (!ran) co_return std::unexpected(std::move(ran.error()));
  co_return std::move(*outcome);
}

}  // namespace noded
