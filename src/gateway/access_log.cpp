#include "gateway/access_log.hpp"

#include "telemetry/log.hpp"

namespace noded::gateway {

void AccessLog::set_rules(const Rules& rules) noexcept {
  is_on_.store(rules.is_on, std::memory_order_relaxed);
  sample_.store(rules.sample, std::memory_order_relaxed);
  slow_.store(rules.slow, std::memory_order_relaxed);
}

bool AccessLog::is_wanted(int status, std::chrono::nanoseconds duration) {
  if (!is_on_.load(std::memory_order_relaxed) || !telemetry::log_enabled(telemetry::Level::kInfo))
    return false;
  const std::uint32_t sample = sample_.load(std::memory_order_relaxed);
  if (sample <= 1 || status < 200 || status >= 300) return true;
  if (duration > slow_.load(std::memory_order_relaxed)) return true;
  return turn_.fetch_add(1, std::memory_order_relaxed) % sample == 0;
}

void AccessLog::write(
    const http::Request& request, const http::Response& response, std::chrono::nanoseconds duration
) {
  if (!is_wanted(response.status, duration)) return;
  const http::Method method = request.is_head ? http::Method::kHead : request.method;
  telemetry::Fields fields;
  fields.text("id", request.request_id).text("method", to_text(method)).text("path", request.path);
  if (request.route != nullptr) fields.text("route", request.route->pattern);
  fields.number("status", response.status);
  if (response.source == nullptr) {
    fields.number("bytes", static_cast<std::int64_t>(response.body.size()));
  } else if (const auto size = response.source->size()) {
    fields.number("bytes", static_cast<std::int64_t>(*size));
  }
  fields.number(
      "duration_us", std::chrono::duration_cast<std::chrono::microseconds>(duration).count()
  );
  fields.text("client", request.peer);
  if (request.identity != nullptr && !request.identity->user_id.empty()) {
    fields.text("user", request.identity->user_id);
  }
  if (!response.refusal.empty()) fields.text("refusal", response.refusal);
  telemetry::log(telemetry::Level::kInfo, "request", fields);
}

}  // namespace noded::gateway
