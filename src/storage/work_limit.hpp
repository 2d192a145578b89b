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
  explicit WorkLimit(const BeginOptions& options)
      : deadline_ns_(options.deadline_ns),
        steps_left_(
            options.tier == Tier::kMemory ? options.max_steps
                                          : std::numeric_limits<std::uint32_t>::max()
        ),
        clock_interval_(options.tier == Tier::kMemory ? kMemoryInterval : kDiskInterval),
        tier_(options.tier) {}

  Tier tier() const noexcept { return tier_; }

  // Before a point read. kTimeout, or empty to go on.
  std::optional<Errc> charge_read() noexcept {
    return is_late() ? std::optional(Errc::kTimeout) : std::nullopt;
  }

  // Before a cursor move. kWouldBlock, kTimeout, or empty to go on.
  std::optional<Errc> charge_step() noexcept {
    if (tier_ == Tier::kMemory) {
      if (steps_left_ == 0) return Errc::kWouldBlock;
      --steps_left_;
    }
    return charge_read();
  }

 private:
  // Operations between two looks at the clock. Those of the disk tier may each take milliseconds.
  static constexpr std::uint32_t kMemoryInterval = 64;
  static constexpr std::uint32_t kDiskInterval = 8;

  bool is_late() noexcept {
    if (deadline_ns_ == std::numeric_limits<std::int64_t>::max()) return false;
    if (until_clock_ > 0) {
      --until_clock_;
      return false;
    }
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    if (std::chrono::nanoseconds(now).count() >= deadline_ns_)
      return true;  // and so for each further operation
    until_clock_ = clock_interval_ - 1;
    return false;
  }

  std::int64_t deadline_ns_;
  std::uint32_t steps_left_;
  std::uint32_t clock_interval_;
  std::uint32_t until_clock_ = 0;  // the first operation looks
  Tier tier_;
};

// The Error of what charge_read() or charge_step() answered.
Error limit_error(Errc code);

}  // namespace noded::storage
