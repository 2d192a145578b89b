// Loops: the event loops of a node, each run by one thread. The first is the main loop and runs on
// the caller's thread.
#pragma once

#include "noded/task.hpp"

#include "runtime/front_threads.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <thread>
#include <vector>

namespace noded::runtime {

class Loops {
 public:
  // Their threads have a place among `front`, if there is one.
  explicit Loops(std::size_t count, FrontThreads* front = nullptr);
  ~Loops();  // stops

  net::io_context& main() noexcept { return *loops_.front(); }
  std::vector<net::io_context*> all() const;

  // Starts the threads of the other loops and runs the main one until stop(). Once.
  void run();
  // Ends all loops without finishing what they hold. Any thread.
  void stop();
  // Destroys what unfinished tasks of all loops still hold; sockets and timers of others may be
  // destroyed afterwards, but not after the loops. Once run() has returned, on its thread.
  void discard();

 private:
  class Loop : public net::io_context {
   public:
    Loop() : io_context(1) {}  // hint 1: one thread runs it, though others post to it
    using execution_context::shutdown;
  };
  using Guard = net::executor_work_guard<net::io_context::executor_type>;
  void run_one(net::io_context& loop, const char* name) const;

  FrontThreads* const front_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<Guard> guards_;
  std::vector<std::thread> threads_;
};

}  // namespace noded::runtime
