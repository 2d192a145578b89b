// Task<T>: what every asynchronous function returns, and spawn(), the one way to start one that
// nobody awaits.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <functional>
#include <utility>

namespace noded {
namespace net = boost::asio;

template <class T = void>
using Task = net::awaitable<T, net::any_io_executor>;

// Receives an exception that left a spawned task: a defect, since expected failures are Results.
// Set once by main before any task runs; the default writes to standard error. Callable from any
// thread.
using DefectHandler = void (*)(const char* task, std::exception_ptr cause);
void set_defect_handler(DefectHandler handler) noexcept;
void report_defect(const char* task, std::exception_ptr cause) noexcept;

// Starts `make_task()` on `executor`. The callable is kept alive until the task ends, so a lambda
// may capture by value. `name` (static storage) appears in the report when the task ends by an
// exception.
template <class MakeTask>
void spawn(net::any_io_executor executor, const char* name, MakeTask make_task) {
  net::co_spawn(std::move(executor), std::move(make_task), [name](std::exception_ptr cause) {
    if (cause) report_defect(name, std::move(cause));
  });
}

}  // namespace noded
