// ThreadLane: a bounded queue with threads of its own.
#pragma once

#include "noded/lane.hpp"

#include "runtime/front_threads.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace noded::runtime {

struct ThreadLaneSetup {
  std::string name;             // of its threads and metrics; at most 8 letters
  std::size_t queue_limit = 1;  // work that waits; running work does not count
  // How long the last of it may wait, by how long work took of late. One for each thread
  // may wait all the same.
  std::chrono::nanoseconds wait_limit = std::chrono::nanoseconds::max();
  std::chrono::nanoseconds usual{0};  // how long a piece takes, until there is experience
  std::size_t thread_limit = 1;
  int niceness = 0;               // of those who answer; see precedence.hpp
  int steps_behind = 0;           // them: for long work, which yields to the loops
  FrontThreads* front = nullptr;  // who is to know while it works
  std::function<void()> before_rest = [] {
  };  // run by a thread that found no further work
};

// Work starts in the order it was posted. A thread is started when work arrives and none is idle,
// up to the limit, so that a lane nobody uses costs nothing. Any thread may post; the owner closes
// and destroys it.
class ThreadLane final : public Lane {
 public:
  explicit ThreadLane(ThreadLaneSetup setup);
  ~ThreadLane() override;  // closes

  bool try_post(std::move_only_function<void()> work) override;
  bool is_full() const override;
  // Refuses new work, runs what was queued, ends the threads. Blocks. Not from a thread of this
  // lane.
  void close();

  std::size_t queued() const;
  std::size_t queue_limit() const;  // at present
  std::size_t running() const;
  std::size_t threads() const;
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }
  std::uint64_t finished() const noexcept { return finished_.load(std::memory_order_relaxed); }
  const ThreadLaneSetup& setup() const noexcept { return setup_; }

 private:
  void run();
  using Rush = std::optional<FrontThreads::Rush>;
  void rest(std::unique_lock<std::mutex>& lock, Rush& rush);
  // With the mutex held:
  bool start_thread();
  bool has_no_room() const;
  std::size_t most_queued() const;
  void learn(std::chrono::nanoseconds took);

  const ThreadLaneSetup setup_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::move_only_function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  std::size_t running_ = 0;
  std::chrono::nanoseconds usual_;
  bool is_closed_ = false;
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> finished_{0};
};

}  // namespace noded::runtime
