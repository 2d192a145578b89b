// WorkLimit: how much one transaction may still do before it must stop: cursor moves (memory tier)
// and time.
#pragma once

#include "noded/engine.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace noded::storage {

// One thread at a time.
class WorkLimit {
 public:
  static constexpr std::uint32_t kMaxStepsAtOnce = 64;

  explicit WorkLimit(const BeginOptions& options)
      : deadline_ns_(options.deadline_ns),
        steps_left_(
            options.tier == Tier::kMemory ? options.max_steps
                                          : std::numeric_limits<std::uint32_t>::max()
        ),
        operation_(options.tier == Tier::kMemory ? kMemoryOperation : kDiskOperation),
        tier_(options.tier) {}

  Tier tier() const noexcept { return tier_; }
  bool has_steps(std::uint64_t count) const noexcept {
    return tier_ == Tier::kDisk || count <= steps_left_;
  }

  // Before a point read. kTimeout, or empty to go on.
  std::optional<Errc> charge_read() noexcept {
    return is_late(operation_) ? std::optional(Errc::kTimeout) : std::nullopt;
  }

  // Before a cursor move. kWouldBlock, kTimeout, or empty to go on.
  std::optional<Errc> charge_step() noexcept { return charge_step(operation_); }
  // The same, before a move that is known to stay in memory in either tier.
  std::optional<Errc> charge_memory_step() noexcept { return charge_step(kMemoryOperation); }
  // The same, before `count` of them at once, at most kMaxStepsAtOnce.
  std::optional<Errc> charge_memory_steps(std::uint32_t count) noexcept {
    if (tier_ == Tier::kMemory) {
      if (steps_left_ < count) return Errc::kWouldBlock;
      steps_left_ -= count;
    }
    return is_late(count * kMemoryOperation) ? std::optional(Errc::kTimeout) : std::nullopt;
  }

 private:
  // Shares of the time between two looks at the clock. An operation of the disk tier may take
  // milliseconds.
  static constexpr std::uint32_t kMemoryOperation = 1;
  static constexpr std::uint32_t kDiskOperation = 8;
  static constexpr std::uint32_t kClockInterval = kMaxStepsAtOnce;

  std::optional<Errc> charge_step(std::uint32_t operation) noexcept {
    if (tier_ == Tier::kMemory) {
      if (steps_left_ == 0) return Errc::kWouldBlock;
      --steps_left_;
    }
    return is_late(operation) ? std::optional(Errc::kTimeout) : std::nullopt;
  }

  bool is_late(std::uint32_t operation) noexcept {
    if (deadline_ns_ == std::numeric_limits<std::int64_t>::max()) return false;
    if (until_clock_ >= operation) {
      until_clock_ -= operation;
      return false;
    }
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    if (std::chrono::nanoseconds(now).count() >= deadline_ns_)
      return true;  // and so for each further operation
    until_clock_ = kClockInterval - operation;
    return false;
  }

  std::int64_t deadline_ns_;
  std::uint32_t steps_left_;
  std::uint32_t operation_;        // what one costs in this tier
  std::uint32_t until_clock_ = 0;  // the first operation looks
  Tier tier_;
};

// The Error of what charge_read() or charge_step() answered.
Error limit_error(Errc code);

}  // namespace noded::storage
