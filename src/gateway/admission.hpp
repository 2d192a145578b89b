// Admission: refuses at once what an overloaded node could not answer in time. Some paths have a
// share of their own, so that such a node can still be observed and operated. Any thread; never
// waits.
#pragma once

#include "noded/http.hpp"

#include <atomic>
#include <cstddef>
#include <utility>

namespace noded::gateway {

// /livez, /readyz, /metrics, and the routes to log in and out.
bool has_reserved_share(const http::Request& request) noexcept;

class Admission {
 public:
  // Held while a request is answered.
  class Place {
   public:
    explicit Place(std::atomic<std::size_t>* count) noexcept : count_(count) {}
    Place(Place&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (count_ != nullptr) count_->fetch_sub(1, std::memory_order_relaxed);
    }
    explicit operator bool() const noexcept { return count_ != nullptr; }

   private:
    std::atomic<std::size_t>* count_;  // null: refused
  };

  Admission(std::size_t most, std::size_t reserved) : most_(most), reserved_(reserved) {}

  // Requests that are being answered stay. Any thread.
  void set_limits(std::size_t most, std::size_t reserved) noexcept {
    most_.store(most, std::memory_order_relaxed);
    reserved_.store(reserved, std::memory_order_relaxed);
  }
  Place enter(const http::Request& request) noexcept;

 private:
  std::atomic<std::size_t> most_;
  std::atomic<std::size_t> reserved_;  // beyond most_, for those who have a reserved share
  std::atomic<std::size_t> count_{0};
};

}  // namespace noded::gateway
