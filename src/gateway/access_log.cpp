#include "gateway/access_log.hpp"

#include "gateway/trace_context.hpp"
#include "telemetry/log.hpp"

namespace noded::gateway {

using telemetry::Level;

bool AccessLog::is_sampled(int status) {
  if (rules_.sample <= 1 || status < 200 || status >= 300) return true;
  return turn_.fetch_add(1, std::memory_order_relaxed) % rules_.sample == 0;
}

void AccessLog::write(
    const http::Request& request, const http::Response& response, std::chrono::nanoseconds duration
) {
  const bool is_slow = duration > rules_.slow;
  const bool is_fault = response.status >= 500 && response.status != 503;
  const Level level = is_fault ? Level::kError : is_slow ? Level::kWarning : Level::kInfo;
  if (level == Level::kInfo && (!rules_.is_on || !is_sampled(response.status))) return;
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
  if (!rules_.is_on || !telemetry::log_enabled(Level::kInfo)) return;
  telemetry::Fields fields;
  fields.text("id", id).number("status", status).text("client", peer).text("refusal", reason);
  telemetry::log(Level::kInfo, "refused", fields);
}

}  // namespace noded::gateway
