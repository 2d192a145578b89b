// How services reach the store: read() and transact(). Both run synchronous code over a transaction, first on the calling
// loop in the memory tier; what would block or walk too far runs again on the store lane in the disk tier.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/lane.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace noded::database {

// What a call needs beside its function. All must outlive the call.
struct StoreAccess {
  Engine& engine;
  Lane& lane;
  std::uint32_t loop_steps = 256;  // cursor moves that one call may take on the loop
  std::uint32_t retries = 16;      // of a conflicting transaction
};

// Runs `body`, Result<T>(Transaction&), over a snapshot and returns what it returned; nothing is committed. `body` may run
// twice: it must overwrite what it wrote before, not add to it.
template <class Body>
Task<std::invoke_result_t<Body&, Transaction&>> read(StoreAccess store, SteadyTime deadline, Body body);

// The same and then commits; on kConflict runs `body` again on a fresh snapshot, with bounded backoff. What `body` returned
// is returned only after the commit is durable.
template <class Body>
Task<std::invoke_result_t<Body&, Transaction&>> transact(StoreAccess store, SteadyTime deadline, Body body);

namespace detail {

inline std::int64_t to_ns(SteadyTime time) { return std::chrono::nanoseconds(time.time_since_epoch()).count(); }

// One attempt of `body`; the transaction is handed out when it is worth committing.
template <class Body>
std::invoke_result_t<Body&, Transaction&> attempt(
    Engine& engine, const BeginOptions& options, Body& body, std::unique_ptr<Transaction>& used
) {
  auto begun = engine.begin(options);
  if (!begun) return std::unexpected(std::move(begun.error()));
  used = std::move(*begun);
  return body(*used);
}

template <class Body>
Task<std::invoke_result_t<Body&, Transaction&>> attempt_in_both_tiers(
    StoreAccess store, SteadyTime deadline, Body& body, std::unique_ptr<Transaction>& used
) {
  const BeginOptions memory{.tier = Tier::kMemory, .max_steps = store.loop_steps, .deadline_ns = to_ns(deadline)};
  auto outcome = attempt(store.engine, memory, body, used);
  if (outcome || outcome.error().code != Errc::kWouldBlock) co_return outcome;
  used.reset();
  auto work = [&store, &body, &used, deadline] {
    const BeginOptions disk{.tier = Tier::kDisk, .deadline_ns = to_ns(deadline)};
    return attempt(store.engine, disk, body, used);
  };
  co_return co_await offload(store.lane, std::move(work));
}

}  // namespace detail

template <class Body>
Task<std::invoke_result_t<Body&, Transaction&>> read(StoreAccess store, SteadyTime deadline, Body body) {
  std::unique_ptr<Transaction> used;
  co_return co_await detail::attempt_in_both_tiers(store, deadline, body, used);
}

template <class Body>
Task<std::invoke_result_t<Body&, Transaction&>> transact(StoreAccess store, SteadyTime deadline, Body body) {
  for (std::uint32_t turn = 0;; ++turn) {
    std::unique_ptr<Transaction> used;
    auto outcome = co_await detail::attempt_in_both_tiers(store, deadline, body, used);
    if (!outcome) co_return outcome;
    auto committed = co_await store.engine.commit(std::move(used));
    if (committed) co_return outcome;
    if (committed.error().code != Errc::kConflict || turn >= store.retries) {
      co_return std::unexpected(std::move(committed.error()));
    }
    if (turn > 2) {  // the first retries at once; then 1, 2, 4 … at most 64 ms
      net::steady_timer pause(co_await net::this_coro::executor);
      pause.expires_after(std::chrono::milliseconds(1u << std::min(turn - 3, 6u)));
      co_await pause.async_wait(net::use_awaitable_t<net::any_io_executor>{});
    }
  }
}

}  // namespace noded::database
