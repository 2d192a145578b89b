#include "gateway/admission.hpp"

#include "noded/identity.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <ranges>

namespace noded::gateway {
namespace {

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});

constexpr auto kRelaxed = std::memory_order_relaxed;

constexpr std::size_t index_of(Importance importance) noexcept {
  return static_cast<std::size_t>(importance);
}

}  // namespace

bool has_reserved_share(const http::Request& request) noexcept {
  const std::string_view path = request.path;
  return request.from_local_socket || path == "/livez" || path == "/readyz" || path == "/metrics" ||
         path.ends_with("/login") || path.ends_with("/logout");
}

Importance importance_of(const Identity& identity) noexcept {
  switch (identity.kind) {
    case Identity::Kind::kLocalOperator:
      return Importance::kOperator;
    case Identity::Kind::kUser:
      return identity.by_cookie ? Importance::kSession : Importance::kToken;
    case Identity::Kind::kAnonymous:
      break;
  }
  return Importance::kAnonymous;
}

void Admission::set_limits(const AdmissionLimits& limits) noexcept {
  in_flight_.store(limits.in_flight, kRelaxed);
  reserved_.store(limits.reserved, kRelaxed);
  most_waiting_.store(limits.waiting, kRelaxed);
  wait_.store(limits.wait, kRelaxed);
}

bool Admission::take(std::size_t most) noexcept {
  if (count_.fetch_add(1) < most) return true;
  count_.fetch_sub(1);
  return false;
}

Admission::Place Admission::enter(bool has_share) noexcept {
  // Who comes anew does not overtake those who wait, but for the share.
  if (has_share)
    return Place(take(in_flight_.load(kRelaxed) + reserved_.load(kRelaxed)) ? this : nullptr);
  return Place(waiting_.load() == 0 && take(in_flight_.load(kRelaxed)) ? this : nullptr);
}

void Admission::leave() noexcept {
  count_.fetch_sub(1);
  if (waiting_.load() > 0) hand_on();
}

void Admission::hand_on() {
  const std::lock_guard lock(mutex_);
  for (auto& queue : std::views::reverse(queues_)) {
    while (!queue.empty()) {
      if (!take(in_flight_.load(kRelaxed))) return;
      const WaiterPtr waiter = std::move(queue.front());
      queue.pop_front();
      waiter->has_place = true;
      wake(waiter);
    }
  }
}

// Called with the lock held, for one that has left its queue.
void Admission::wake(const WaiterPtr& waiter) {
  waiting_.fetch_sub(1);
  waiter->is_queued = false;
  net::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
}

bool Admission::let_lesser_go(Importance importance) {
  for (std::size_t lesser = 0; lesser < index_of(importance); ++lesser) {
    auto& queue = queues_[lesser];
    if (queue.empty()) continue;
    const WaiterPtr newest = std::move(queue.back());
    queue.pop_back();
    wake(newest);
    return true;
  }
  return false;
}

bool Admission::enqueue(const WaiterPtr& waiter, Importance importance) {
  const std::lock_guard lock(mutex_);
  if (waiting_.load() >= most_waiting_.load(kRelaxed) && !let_lesser_go(importance)) return false;
  queues_[index_of(importance)].push_back(waiter);
  waiting_.fetch_add(1);
  return true;
}

Admission::Place Admission::settle(const WaiterPtr& waiter, Importance importance) {
  const std::lock_guard lock(mutex_);
  if (waiter->is_queued) {
    std::erase(queues_[index_of(importance)], waiter);
    waiting_.fetch_sub(1);
    waiter->is_queued = false;
  }
  return Place(std::exchange(waiter->has_place, false) ? this : nullptr);
}

Task<Admission::Place> Admission::wait(Importance importance) {
  const auto waiter = std::make_shared<Waiter>(co_await net::this_coro::executor);
  waiter->timer.expires_after(wait_.load(kRelaxed));
  if (!enqueue(waiter, importance)) co_return Place(nullptr);
  // However this task ends, by destruction too, its turn goes back.
  struct Turn {
    Admission& admission;
    const WaiterPtr& waiter;
    Importance importance;
    ~Turn() { const Place unused = admission.settle(waiter, importance); }
  };
  const Turn turn{*this, waiter, importance};
  hand_on();  // a place may have come free in between
  // Woken before it slept: the cancellation is posted to this executor and comes after the wait.
  co_await waiter->timer.async_wait(kAwait);
  co_return settle(waiter, importance);
}

}  // namespace noded::gateway
