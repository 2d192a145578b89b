// RequestMetrics: counts and times of requests, as Prometheus prints them. Bounded label sets.
#pragma once

#include "noded/http.hpp"

#include "telemetry/metrics.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace noded::gateway {

class RequestMetrics {
 public:
  explicit RequestMetrics(telemetry::Metrics& metrics);

  // Any thread.
  void begin() noexcept { in_flight_->fetch_add(1, std::memory_order_relaxed); }
  void end(const http::Request& request, int status, std::chrono::nanoseconds duration) noexcept;
  void shed() noexcept { shed_.add(); }

 private:
  static constexpr std::size_t kMethods = static_cast<std::size_t>(http::Method::kOther) + 1;
  static constexpr std::size_t kClasses = 5;  // 1xx to 5xx

  std::array<std::array<telemetry::Counter*, kClasses>, kMethods> requests_{};
  telemetry::Histogram& seconds_;
  telemetry::Counter& shed_;
  std::shared_ptr<std::atomic<std::int64_t>> in_flight_;  // the gauge may be read after this object
};

}  // namespace noded::gateway
