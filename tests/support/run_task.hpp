// run_task(): a task driven to its end on the thread's loop, for tests of one call at a time.
#pragma once

#include "noded/task.hpp"

#include <boost/asio/io_context.hpp>

#include <exception>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace noded::test {

// One for all tasks of a thread, until the program ends: a lane's thread may still be within its
// post when the task that it resumed, and the thread that awaited it, have ended.
inline net::io_context& loop_of_tasks() {
  static std::mutex mutex;
  static std::list<net::io_context> loops;
  static thread_local net::io_context& loop = [] -> net::io_context& {
    const std::lock_guard lock(mutex);
    return loops.emplace_back(1);
  }();
  return loop;
}

template <class T>
T run_task(Task<T> task) {
  net::io_context& loop = loop_of_tasks();
  loop.restart();
  std::optional<T> outcome;
  std::exception_ptr cause;
  net::co_spawn(
      net::any_io_executor(loop.get_executor()),
      std::move(task),
      [&](std::exception_ptr thrown, T value) {
        cause = std::move(thrown);
        if (!cause) outcome.emplace(std::move(value));
      }
  );
  loop.run();
  if (cause) std::rethrow_exception(cause);
  if (!outcome) throw std::runtime_error("the loop ended before the task");
  return std::move(*outcome);
}

}  // namespace noded::test
