// Published: the newest snapshot, from which transactions begin.
#pragma once

#include "runtime/latest.hpp"
#include "storage/backend.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace noded::storage {

// Thread-safe.
class Published {
 public:
  std::shared_ptr<const Snapshot> get() const { return snapshot_.get(); }  // null once closed
  // The newest commit, also after the last snapshot was withdrawn.
  Sequence last() const noexcept { return last_.load(std::memory_order_acquire); }
  // Null withdraws: nothing begins any more.
  void set(std::shared_ptr<const Snapshot> snapshot) {
    if (snapshot != nullptr) last_.store(snapshot->sequence(), std::memory_order_release);
    snapshot_.set(std::move(snapshot));
  }

 private:
  runtime::Latest<Snapshot> snapshot_;
  std::atomic<Sequence> last_{0};
};

}  // namespace noded::storage
