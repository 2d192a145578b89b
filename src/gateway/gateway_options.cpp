#include "gateway/gateway_options.hpp"

#include "http/http_options.hpp"

namespace noded::gateway {

OptionTable gateway_options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kMaxInFlight, &kReservedInFlight, &kAccessLog, &kAccessLogSample
  };
  return kTable;
}

ChainLimits make_chain_limits(const Options& options) {
  ChainLimits limits;
  limits.max_in_flight = static_cast<std::size_t>(options.get(kMaxInFlight));
  limits.reserved_in_flight = static_cast<std::size_t>(options.get(kReservedInFlight));
  limits.max_body = options.get(http::kMaxBody).count;
  limits.access_log.is_on = options.get(kAccessLog);
  limits.access_log.sample = static_cast<std::uint32_t>(options.get(kAccessLogSample));
  return limits;
}

}  // namespace noded::gateway
