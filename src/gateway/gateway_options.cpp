#include "gateway/gateway_options.hpp"

#include "http/http_options.hpp"

namespace noded::gateway {

OptionTable gateway_options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kMaxInFlight,
      &kReservedInFlight,
      &kMaxWaiting,
      &kMaxWait,
      &kHosts,
      &kSlowRequest,
      &kAccessLog,
      &kAccessLogSample,
  };
  return kTable;
}

ChainLimits make_chain_limits(const Options& options) {
  ChainLimits limits;
  limits.admission.in_flight = static_cast<std::size_t>(options.get(kMaxInFlight));
  limits.admission.reserved = static_cast<std::size_t>(options.get(kReservedInFlight));
  limits.admission.waiting = static_cast<std::size_t>(options.get(kMaxWaiting));
  limits.admission.wait = options.get(kMaxWait);
  limits.max_body = options.get(http::kMaxBody).count;
  limits.access_log.slow = options.get(kSlowRequest);
  limits.access_log.is_on = options.get(kAccessLog);
  limits.access_log.sample = static_cast<std::uint32_t>(options.get(kAccessLogSample));
  return limits;
}

}  // namespace noded::gateway
