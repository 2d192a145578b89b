// Chain: what every request crosses between the server and its handler, in this order:
// request id → metrics and access log → admission → authenticate → filters as added → route →
// authorise → body size → handler.
#pragma once

#include "noded/clock.hpp"
#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "gateway/access_log.hpp"
#include "gateway/admission.hpp"
#include "gateway/gateway_options.hpp"
#include "gateway/request_metrics.hpp"
#include "http/dispatcher.hpp"
#include "http/router_table.hpp"
#include "telemetry/metrics.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace noded::gateway {

// Built and completed before serving starts; then used by all loops at once.
class Chain final : public http::Dispatcher {
 public:
  // The references outlive the chain.
  Chain(
      const ChainLimits& limits,
      const http::RouterTable& router,
      const Clock& clock,
      telemetry::Metrics& metrics
  );

  // Before serving starts. before() runs in the order of the calls; after() of all filters runs in
  // reverse order on every answer, also on refusals.
  void add_filter(std::shared_ptr<http::Filter> filter);
  // Without one everybody but the local operator is anonymous.
  void set_authenticator(std::shared_ptr<Authenticator> authenticator);
  // Without one routes that name a permission are closed to all but the local operator.
  void set_authorizer(std::shared_ptr<Authorizer> authorizer);

  void set_limits(const ChainLimits& limits) noexcept;  // for requests from now on; any thread

  Task<http::Response> handle(http::Request& request) override;
  std::string refused(std::string_view peer, int status, std::string_view reason) override;

 private:
  Task<Admission::Place> wait_for_place(http::Request& request);
  std::optional<http::Response> refuse_overload(const http::Request& request);
  std::optional<http::Response> refuse_before(http::Request& request);
  std::optional<http::Response> refuse_route(http::Request& request, const http::RouteMatch& match);
  void authenticate(http::Request& request);
  Result<> authorise(const http::Request& request) const;
  http::Response answer_defect(const http::Request& request, const std::exception_ptr& cause) const;

  std::atomic<std::uint64_t> max_body_;
  const http::RouterTable& router_;
  const Clock& clock_;
  AccessLog access_log_;
  RequestMetrics metrics_;
  Admission admission_;
  std::vector<std::shared_ptr<http::Filter>> filters_;
  std::shared_ptr<Authenticator> authenticator_;
  std::shared_ptr<Authorizer> authorizer_;
};

}  // namespace noded::gateway
