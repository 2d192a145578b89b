// Published: the newest snapshot, from which transactions begin. Taking it costs a lock that is
// never held for longer than a pointer takes to copy.
#pragma once

#include "storage/backend.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

namespace noded::storage {

// Thread-safe.
class Published {
 public:
  std::shared_ptr<const Snapshot> get() const {
    const std::lock_guard lock(mutex_);
    return snapshot_;  // null once closed
  }
  // The newest commit, also after the last snapshot was withdrawn.
  Sequence last() const noexcept { return last_.load(std::memory_order_acquire); }
  // Null withdraws: nothing begins any more.
  void set(std::shared_ptr<const Snapshot> snapshot) {
    if (snapshot != nullptr) last_.store(snapshot->sequence(), std::memory_order_release);
    {
      const std::lock_guard lock(mutex_);
      snapshot_.swap(snapshot);
    }  // the old one goes outside of the lock
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::atomic<Sequence> last_{0};
};

}  // namespace noded::storage
