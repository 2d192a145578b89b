#include "roles/api/audit_upkeep.hpp"

#include "codec/json.hpp"
#include "repository/audit/audit_options.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>

namespace noded::roles {
namespace {

namespace json = boost::json;

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});
constexpr std::chrono::hours kPeriod{1};

}  // namespace

AuditUpkeep::AuditUpkeep(Node& node, database::Database& database)
    : node_(node),
      database_(database),
      chain_(database.application(), database.clock()),
      retention_(node.options().get(audit::kRetention)),
      timer_(node.executor()),
      ended_(node.executor(), net::steady_timer::time_point::max()) {}

void AuditUpkeep::start() {
  is_running_ = true;
  spawn(node_.executor(), "audit upkeep", [this] { return run(); });
}

Task<> AuditUpkeep::stop() {
  stop_.request_stop();
  timer_.cancel();
  while (is_running_)
    co_await ended_.async_wait(kAwait);
}

Task<> AuditUpkeep::run() {
  while (!stop_.stop_requested()) {
    co_await prune();
    if (stop_.stop_requested()) break;
    timer_.expires_after(kPeriod);
    co_await timer_.async_wait(kAwait);
  }
  is_running_ = false;
  ended_.cancel();
}

Task<> AuditUpkeep::prune() {
  const auto before = node_.clock().wall() - retention_;
  const auto pruned = co_await chain_.prune(
      database_.store(), before.time_since_epoch().count(), stop_.get_token()
  );
  if (!pruned) {
    const json::object fields{{"cause", pruned.error().message}};
    node_.log().warning("old audit entries are left for later", codec::to_json_text(fields));
  } else if (*pruned > 0) {
    const json::object fields{{"entries", *pruned}};
    node_.log().info("old audit entries removed", codec::to_json_text(fields));
  }
}

}  // namespace noded::roles
