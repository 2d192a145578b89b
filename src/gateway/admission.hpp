// Admission: how many requests are answered at the same time. Who comes when all places are taken
// waits a little, the important before the others; who cannot wait is refused at once. Some paths
// have a share of their own, so that an overloaded node can still be observed and operated. Any
// thread; a place is handed on to whoever waits.
#pragma once

#include "noded/http.hpp"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

namespace noded::gateway {

// /livez, /readyz, /metrics, and the routes to log in and out.
bool has_reserved_share(const http::Request& request) noexcept;

// Who waits, the first to be refused first.
enum class Importance : std::uint8_t { kAnonymous, kToken, kSession, kOperator };
Importance importance_of(const Identity& identity) noexcept;

struct AdmissionLimits {
  std::size_t in_flight = 1024;
  std::size_t reserved = 64;  // beyond in_flight, for those who have a reserved share
  std::size_t waiting = 4096;
  std::chrono::milliseconds wait{1'000};
};

class Admission {
 public:
  // Held while a request is answered.
  class Place {
   public:
    explicit Place(Admission* admission) noexcept : admission_(admission) {}
    Place(Place&& other) noexcept : admission_(std::exchange(other.admission_, nullptr)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(admission_, other.admission_);
      return *this;
    }
    ~Place() {
      if (admission_ != nullptr) admission_->leave();
    }
    explicit operator bool() const noexcept { return admission_ != nullptr; }

   private:
    Admission* admission_;  // null: refused
  };

  explicit Admission(const AdmissionLimits& limits) { set_limits(limits); }

  // Requests that are being answered or wait stay. Any thread.
  void set_limits(const AdmissionLimits& limits) noexcept;

  // Without waiting.
  Place enter(bool has_share) noexcept;
  // For who found no place: waits for one, in turn within its importance. Empty after limits.wait,
  // or at once when too many of at least this importance wait already; a full queue lets the newest
  // of a lesser importance go.
  Task<Place> wait(Importance importance);

  std::size_t waiting() const noexcept { return waiting_.load(); }

 private:
  struct Waiter {
    explicit Waiter(const net::any_io_executor& executor) : timer(executor) {}
    net::steady_timer timer;
    bool has_place = false;
    bool is_queued = true;
  };
  using WaiterPtr = std::shared_ptr<Waiter>;

  bool take(std::size_t most) noexcept;
  void leave() noexcept;
  void hand_on();
  bool enqueue(const WaiterPtr& waiter, Importance importance);
  bool let_lesser_go(Importance importance);
  void wake(const WaiterPtr& waiter);
  Place settle(const WaiterPtr& waiter, Importance importance);

  std::atomic<std::size_t> in_flight_;
  std::atomic<std::size_t> reserved_;
  std::atomic<std::size_t> most_waiting_;
  std::atomic<std::chrono::milliseconds> wait_;
  std::atomic<std::size_t> count_{0};
  // A leaver looks at waiting_ after it gave its place back; a waiter tries count_ after it raised
  // waiting_: one of the two sees the other.
  std::atomic<std::size_t> waiting_{0};
  std::mutex mutex_;  // of the queues and what waiters tell
  std::array<std::deque<WaiterPtr>, 4> queues_;
};

}  // namespace noded::gateway
