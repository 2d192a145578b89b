#include "gateway/request_metrics.hpp"

#include <algorithm>
#include <string>

namespace noded::gateway {

RequestMetrics::RequestMetrics(telemetry::Metrics& metrics)
    : seconds_(metrics.histogram(
          "noded_http_request_seconds", "time from a request's head to its answer"
      )),
      shed_(metrics.counter(
          "noded_http_shed_total", "requests refused because too many were in flight"
      )),
      in_flight_(std::make_shared<std::atomic<std::int64_t>>(0)) {
  for (std::size_t method = 0; method < kMethods; ++method) {
    const std::string name(to_text(static_cast<http::Method>(method)));
    for (std::size_t digit = 0; digit < kClasses; ++digit) {
      requests_[method][digit] = &metrics.counter(
          "noded_http_requests_total",
          "answered requests",
          "method=\"" + name + "\",status=\"" + std::to_string(digit + 1) + "xx\""
      );
    }
  }
  metrics.gauge("noded_http_requests_in_flight", "requests being answered", [count = in_flight_] {
    return static_cast<double>(count->load(std::memory_order_relaxed));
  });
}

void RequestMetrics::end(
    const http::Request& request, int status, std::chrono::nanoseconds duration
) noexcept {
  in_flight_->fetch_sub(1, std::memory_order_relaxed);
  const auto method =
      static_cast<std::size_t>(request.is_head ? http::Method::kHead : request.method);
  const auto digit = static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1);
  requests_[method][digit]->add();
  seconds_.observe_ns(static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)));
}

}  // namespace noded::gateway
