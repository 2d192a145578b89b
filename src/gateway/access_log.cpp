#include "gateway/access_log.hpp"

#include "gateway/trace_context.hpp"
#include "telemetry/log.hpp"

namespace noded::gateway {

using telemetry::Level;

void AccessLog::set_rules(const Rules& rules) noexcept {
  is_on_.store(rules.is_on, std::memory_order_relaxed);
  sample_.store(rules.sample, std::memory_order_relaxed);
  slow_.store(rules.slow, std::memory_order_relaxed);
}

bool AccessLog::is_sampled(int status) {
  const std::uint32_t sample = sample_.load(std::memory_order_relaxed);
  if (sample <= 1 || status < 200 || status >= 300) return true;
  return turn_.fetch_add(1, std::memory_order_relaxed) % sample == 0;
}

void AccessLog::write(
    const http::Request& request, const http::Response& response, std::chrono::nanoseconds duration
) {
  const bool is_slow = duration > slow_.load(std::memory_order_relaxed);
  const bool is_fault = response.status >= 500 && response.status != 503;
  const Level level = is_fault ? Level::kError : is_slow ? Level::kWarning : Level::kInfo;
  if (level == Level::kInfo &&
      (!is_on_.load(std::memory_order_relaxed) || !is_sampled(response.status)))
    return;
  if (!telemetry::log_enabled(level)) return;
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
  const std::string_view trace = trace_id_of(request.header("traceparent"));
  if (!trace.empty()) fields.text("trace", trace);
  telemetry::log(level, is_slow ? "slow request" : "request", fields);
}

void AccessLog::write_refused(
    std::string_view id, std::string_view peer, int status, std::string_view reason
) {
  if (!is_on_.load(std::memory_order_relaxed) || !telemetry::log_enabled(Level::kInfo)) return;
  telemetry::Fields fields;
  fields.text("id", id).number("status", status).text("client", peer).text("refusal", reason);
  telemetry::log(Level::kInfo, "refused", fields);
}

}  // namespace noded::gateway
