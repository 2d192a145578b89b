#include "gateway/chain.hpp"

#include "gateway/request_ids.hpp"
#include "http/error_answer.hpp"
#include "http/refusal.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <ranges>
#include <utility>

namespace noded::gateway {
namespace {

IdentityPtr make_identity(Identity::Kind kind) {
  auto identity = std::make_shared<Identity>();
  identity->kind = kind;
  identity->claims = "{}";
  return identity;
}

const IdentityPtr& anonymous() {
  static const IdentityPtr identity = make_identity(Identity::Kind::kAnonymous);
  return identity;
}

const IdentityPtr& local_operator() {
  static const IdentityPtr identity = make_identity(Identity::Kind::kLocalOperator);
  return identity;
}

http::Response refuse(http::Response response, std::string_view refusal) {
  response.refusal = refusal;
  return response;
}

}  // namespace

Chain::Chain(
    const ChainLimits& limits,
    const http::RouterTable& router,
    const Clock& clock,
    telemetry::Metrics& metrics
)
    : max_body_(limits.max_body),
      router_(router),
      clock_(clock),
      access_log_(limits.access_log),
      metrics_(metrics),
      admission_(limits.admission) {}

void Chain::set_limits(const ChainLimits& limits) noexcept {
  max_body_.store(limits.max_body, std::memory_order_relaxed);
  access_log_.set_rules(limits.access_log);
  admission_.set_limits(limits.admission);
}

void Chain::add_filter(std::shared_ptr<http::Filter> filter) {
  filters_.push_back(std::move(filter));
}

void Chain::set_authenticator(std::shared_ptr<Authenticator> authenticator) {
  authenticator_ = std::move(authenticator);
}

void Chain::set_authorizer(std::shared_ptr<Authorizer> authorizer) {
  authorizer_ = std::move(authorizer);
}

Task<http::Response> Chain::handle(http::Request& request) {
  const SteadyTime began = clock_.steady();
  assign_request_id(request, clock_.wall());
  request.identity = anonymous();
  metrics_.begin();

  http::RouteMatch match;  // keeps the route alive until the answer is made
  http::Response response;
  std::exception_ptr defect;
  try {
    Admission::Place place = admission_.enter(has_reserved_share(request));
    if (!place) place = co_await wait_for_place(request);
    auto refused = place ? refuse_before(request) : refuse_overload(request);
    if (!refused) {
      match = router_.find(request.method, request.path, request.parameters);
      refused = refuse_route(request, match);
    }
    if (refused)
      response = std::move(*refused);
    else
      response = co_await match.route->handler(request);
  } catch (...) {  // a handler's defect is this request's alone
    defect = std::current_exception();
  }
  if (defect) response = answer_defect(request, defect);
  for (const auto& filter : std::views::reverse(filters_))
    filter->after(request, response);

  const auto duration = clock_.steady() - began;
  metrics_.end(request, response.status, duration);
  access_log_.write(request, response, duration);
  request.route = nullptr;
  co_return response;
}

std::string Chain::refused(std::string_view peer, int status, std::string_view reason) {
  std::string id = make_request_id(clock_.wall());
  access_log_.write_refused(id, peer, status, reason);
  return id;
}

// How long it pays to wait depends on who asks.
Task<Admission::Place> Chain::wait_for_place(http::Request& request) {
  if (has_reserved_share(request)) co_return Admission::Place(nullptr);
  authenticate(request);
  co_return co_await admission_.wait(importance_of(*request.identity));
}

std::optional<http::Response> Chain::refuse_overload(const http::Request& request) {
  metrics_.shed();
  const Error busy{Errc::kOverloaded, "the node is busy; try again", {}, {}};
  return refuse(http::refuse_error(request, http::kServiceUnavailable, busy), "overload");
}

std::optional<http::Response> Chain::refuse_before(http::Request& request) {
  authenticate(request);
  for (const auto& filter : filters_) {
    if (auto answer = filter->before(request)) return answer;
  }
  return std::nullopt;
}

void Chain::authenticate(http::Request& request) {
  if (request.from_local_socket) {
    request.identity = local_operator();
  } else if (authenticator_ != nullptr) {
    if (auto identity = authenticator_->authenticate(request))
      request.identity = std::move(identity);
  }
}

std::optional<http::Response> Chain::refuse_route(
    http::Request& request, const http::RouteMatch& match
) {
  if (match.route == nullptr) return http::Response::text(404, "404 Not Found");
  request.route = match.route.get();
  if (match.is_bad_path) {
    return refuse(http::refuse(request, http::kBadPath, "the path is not well encoded"), "path");
  }
  if (const auto allowed = authorise(request); !allowed) {
    return refuse(http::answer_error(allowed.error()), "permission");
  }
  const std::uint64_t most = match.route->max_body != 0 ? match.route->max_body
                                                        : max_body_.load(std::memory_order_relaxed);
  if (request.body->declared_size().value_or(0) > most) {
    const std::string message = "at most " + std::to_string(most) + " bytes are taken here";
    return refuse(http::refuse(request, http::kBodyTooLarge, message), "body size");
  }
  return std::nullopt;
}

Result<> Chain::authorise(const http::Request& request) const {
  const std::string_view permission = request.route->permission;
  if (permission.empty() || request.identity->kind == Identity::Kind::kLocalOperator) return {};
  if (authorizer_ == nullptr) {
    return fail(Errc::kForbidden, "Permission \"" + std::string(permission) + "\" not granted");
  }
  return authorizer_->authorize(*request.identity, permission, request);
}

http::Response Chain::answer_defect(const http::Request& request, const std::exception_ptr& cause)
    const {
  std::string what = "unknown exception";
  try {
    std::rethrow_exception(cause);
  } catch (const boost::system::system_error& error) {
    // The server cancels handlers that overrun their deadline or whose connection is gone.
    if (error.code() == boost::asio::error::operation_aborted) {
      return refuse(http::refuse(request, http::kRequestTimeout, http::kNoAnswer), "cancelled");
    }
    what = error.what();
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {  // whatever else was thrown has no text to log
  }
  telemetry::Fields fields;
  fields.text("id", request.request_id).text("path", request.path).text("cause", what);
  telemetry::log(telemetry::Level::kError, "request failed", fields);
  http::Response response = http::refuse_exception(request, cause);
  const bool is_defect = response.status == 500;
  return refuse(std::move(response), is_defect ? "defect" : "memory");
}

}  // namespace noded::gateway
