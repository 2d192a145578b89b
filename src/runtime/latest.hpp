// Latest<T>: the newest version of an immutable value, for readers on any thread. The lock is held
// for no longer than a pointer takes to copy. (std::atomic<std::shared_ptr> of libstdc++ 12 lets a
// reader's unlock be reordered with its read.)
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace noded::runtime {

// Thread-safe.
template <class T>
class Latest {
 public:
  Latest() = default;
  explicit Latest(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);
  }  // the old one goes after the lock

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace noded::runtime
