// How services reach the store: read() and transact(). Both run synchronous code over a
// transaction, first on the calling loop in the memory tier; what would block or walk too far runs
// again on the store lane in the disk tier.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/lane.hpp"

#include "repository/database/turn_queue.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace noded::database {

// What a call needs beside its function. All must outlive the call.
struct StoreAccess {
  Engine& engine;
  Lane& lane;
  std::uint32_t loop_steps = 256;  // cursor moves that one call may take on the loop
  std::uint32_t retries = 16;      // of a conflicting transaction
  TurnQueue* contended = nullptr;  // where transactions that conflict again and again go one at a
                                   // time; Database sets it
};

// Runs `body`, Result<T>(Transaction&), over a snapshot and returns what it returned; nothing is
// committed. `body` may run twice: it must overwrite what it wrote before, not add to it.
template <class Body>
Task<std::invoke_result_t<Body&, Transaction&>> read(
    StoreAccess store, SteadyTime deadline, Body body
);

// The same and then commits; on kConflict runs `body` again on a fresh snapshot, a few times. What
// `body` returned is returned only after the commit is durable.
template <class Body>
Task<std::invoke_result_t<Body&, Transaction&>> transact(
    StoreAccess store, SteadyTime deadline, Body body
);

namespace detail {

inline std::int64_t to_ns(SteadyTime time) {
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

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

inline BeginOptions memory_tier(const StoreAccess& store, SteadyTime deadline) {
  return {.tier = Tier::kMemory, .max_steps = store.loop_steps, .deadline_ns = to_ns(deadline)};
}
inline BeginOptions disk_tier(SteadyTime deadline) {
  return {.tier = Tier::kDisk, .deadline_ns = to_ns(deadline)};
}

inline bool must_block(const Error& error) {
  return error.code == Errc::kWouldBlock;
}

// Attempts that run beside each other before a transaction waits for its turn.
inline constexpr std::uint32_t kFreeAttempts = 2;
// Attempts of one whose turn it is: only newcomers can defeat it, about every second time.
inline constexpr std::uint32_t kAttemptsInTurn = 1000;

}  // namespace detail

template <class Body>
Task<std::invoke_result_t<Body&, Transaction&>> read(
    StoreAccess store, SteadyTime deadline, Body body
) {
  std::unique_ptr<Transaction> used;
  auto outcome = detail::attempt(store.engine, detail::memory_tier(store, deadline), body, used);
  if (outcome || !detail::must_block(outcome.error())) co_return outcome;
  used.reset();
  co_return co_await offload(store.lane, [&] {
    return detail::attempt(store.engine, detail::disk_tier(deadline), body, used);
  });
}

template <class Body>
Task<std::invoke_result_t<Body&, Transaction&>> transact(
    StoreAccess store, SteadyTime deadline, Body body
) {
  std::optional<TurnQueue::Turn> turn;
  for (std::uint32_t attempts = 1;; ++attempts) {
    std::unique_ptr<Transaction> used;
    auto outcome = detail::attempt(store.engine, detail::memory_tier(store, deadline), body, used);
    if (!outcome && detail::must_block(outcome.error())) {
      used.reset();
      outcome = co_await offload(store.lane, [&] {
        return detail::attempt(store.engine, detail::disk_tier(deadline), body, used);
      });
    }
    if (!outcome) co_return outcome;
    auto committed = co_await store.engine.commit(std::move(used));
    if (committed) co_return outcome;
    const std::uint32_t most = turn ? detail::kAttemptsInTurn : store.retries;
    if (committed.error().code != Errc::kConflict || attempts > most) {
      co_return std::unexpected(std::move(committed.error()));
    }
    // Many who change one row would defeat each other without end; in a queue each wins soon.
    if (attempts == detail::kFreeAttempts && store.contended != nullptr)
      turn.emplace(co_await store.contended->take());
  }
}

}  // namespace noded::database
