// An HTTP server on a loopback port of its own, with its loops on threads, for the life of a test.
#pragma once

#include "noded/clock.hpp"
#include "noded/http.hpp"

#include "http/dispatcher.hpp"
#include "http/server.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace noded::test {

// A dispatcher that is one function.
class FunctionDispatcher final : public http::Dispatcher {
 public:
  explicit FunctionDispatcher(std::function<Task<http::Response>(http::Request&)> handler)
      : handler_(std::move(handler)) {}
  Task<http::Response> handle(http::Request& request) override { return handler_(request); }
  std::string refused(std::string_view, int, std::string_view) override { return "refused"; }

 private:
  std::function<Task<http::Response>(http::Request&)> handler_;
};

inline http::ServerLimits quick_limits() {
  http::ServerLimits limits;
  limits.sweep_interval = std::chrono::milliseconds(2);
  return limits;
}

class RunningServer {
 public:
  explicit RunningServer(
      http::Dispatcher& dispatcher,
      const http::ServerLimits& limits = quick_limits(),
      const Clock& clock = system_clock(),
      std::size_t loops = 1
  )
      : server_(make_loops(loops), limits, dispatcher, clock, metrics_) {
    http::Listen listen;
    listen.address = "127.0.0.1";
    const auto address = server_.listen(listen);
    if (!address) {
      ADD_FAILURE() << address.error().message;
    } else {
      port_ = static_cast<std::uint16_t>(
          std::strtoul(address->substr(address->rfind(':') + 1).c_str(), nullptr, 10)
      );
    }
    for (const auto& loop : loops_) {
      guards_.push_back(net::make_work_guard(*loop));
      threads_.emplace_back([&io = *loop] { io.run(); });
    }
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() {
    if (!is_drained_) drain(std::chrono::milliseconds(0));
    for (const auto& loop : loops_)
      loop->stop();
  }

  // Returns once no connection is left.
  void drain(std::chrono::milliseconds grace) { start_drain(grace).get(); }
  std::future<void> start_drain(std::chrono::milliseconds grace) {
    is_drained_ = true;
    return net::co_spawn(
        net::any_io_executor(loops_.front()->get_executor()),
        [this, grace] { return server_.drain(grace); },
        net::use_future
    );
  }

  std::uint16_t port() const { return port_; }
  http::Server& server() { return server_; }
  net::io_context& loop() { return *loops_.front(); }
  telemetry::Metrics& metrics() { return metrics_; }

 private:
  std::vector<net::io_context*> make_loops(std::size_t count) {
    std::vector<net::io_context*> pointers;
    for (std::size_t index = 0; index < count; ++index) {
      pointers.push_back(loops_.emplace_back(std::make_unique<net::io_context>(1)).get());
    }
    return pointers;
  }

  telemetry::Metrics metrics_;
  std::vector<std::unique_ptr<net::io_context>> loops_;
  http::Server server_;
  std::vector<net::executor_work_guard<net::io_context::executor_type>> guards_;
  std::vector<std::jthread> threads_;  // joined first
  std::uint16_t port_ = 0;
  bool is_drained_ = false;
};

}  // namespace noded::test
