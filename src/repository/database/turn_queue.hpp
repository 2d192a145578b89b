// TurnQueue: lets one coroutine at a time through a section that itself awaits; the others wait
// their turn without blocking a thread, first come first served. Thread-safe.
#pragma once

#include "noded/task.hpp"

#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace noded::database {

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
  Task<Turn> take();

 private:
  void wait_or_go(std::function<void()> resume);
  void pass_on();

  std::mutex mutex_;  // guards the rest
  bool taken_ = false;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace noded::database
