// A clock that only the test moves. Thread-safe.
#pragma once

#include "noded/clock.hpp"

#include <atomic>
#include <chrono>

namespace noded::test {

class ManualClock final : public Clock {
 public:
  WallTime wall() const override {
    return WallTime(std::chrono::milliseconds(kStart + now_.load()));
  }
  SteadyTime steady() const override { return SteadyTime(std::chrono::milliseconds(now_.load())); }
  void advance(std::chrono::milliseconds by) { now_ += by.count(); }

 private:
  static constexpr std::int64_t kStart = 1'735'787'045'000;  // Thu, 02 Jan 2025 03:04:05 GMT
  std::atomic<std::int64_t> now_{1'000'000};
};

}  // namespace noded::test
