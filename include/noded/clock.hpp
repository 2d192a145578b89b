// Clock: wall and steady time, passed in so that tests own it. Thread-safe.
#pragma once

#include <chrono>

namespace noded {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual SteadyTime steady() const = 0;
};

// The machine's clocks.
const Clock& system_clock() noexcept;

}  // namespace noded
