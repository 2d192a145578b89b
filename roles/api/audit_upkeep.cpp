#include "roles/api/audit_upkeep.hpp"

#include "codec/json.hpp"
#include "crypto/signing.hpp"
#include "repository/audit/audit_options.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

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
      seed_(database::SealedRecords(node.secrets(), database.application())),
      retention_(node.options().get(audit::kRetention)),
      checkpoint_period_(node.options().get(audit::kCheckpointPeriod)),
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
    co_await sign();
    co_await prune();
    if (stop_.stop_requested()) break;
    timer_.expires_after(std::min<std::chrono::milliseconds>(kPeriod, checkpoint_period_));
    co_await timer_.async_wait(kAwait);
  }
  is_running_ = false;
  ended_.cancel();
}

// Signs only what is whole. The log has the checkpoint too: who keeps that elsewhere sees a chain
// that was cut short.
Task<> AuditUpkeep::sign() {
  const auto store = database_.store();
  const auto since =
      co_await database::read(store, SteadyTime::max(), [this](Transaction& transaction) {
        return chain_.unsigned_since(transaction);
      });
  if (!since) co_return warn("the audit chain cannot be signed", since.error());
  const auto due = node_.clock().wall() - checkpoint_period_;
  if (!*since || **since > due.time_since_epoch().count()) co_return;
  const auto seed =
      co_await database::transact(store, SteadyTime::max(), [this](Transaction& transaction) {
        return seed_.find_or_make(transaction);
      });
  if (!seed) co_return warn("the audit chain cannot be signed", seed.error());
  const auto verdict = co_await chain_.verify(
      store, {.from_ms = **since, .before_ms = {}}, crypto::public_key_of(*seed)
  );
  if (!verdict) co_return warn("the audit chain cannot be signed", verdict.error());
  if (!verdict->is_whole) {
    const json::object fields{{"broken", verdict->broken}, {"reason", verdict->reason}};
    node_.log().error("the audit chain is broken", codec::to_json_text(fields));
    co_return;
  }
  const auto act = co_await database::transact(
      store,
      SteadyTime::max(),
      [this, &seed](Transaction& transaction) {
        return chain_.append_checkpoint(transaction, *seed);
      }
  );
  if (!act) co_return warn("the audit chain cannot be signed", act.error());
  node_.log().info("audit checkpoint", act->details);
}

void AuditUpkeep::warn(std::string_view event, const Error& error) {
  const json::object fields{{"cause", error.message}};
  node_.log().warning(event, codec::to_json_text(fields));
}

Task<> AuditUpkeep::prune() {
  const auto before = node_.clock().wall() - retention_;
  const auto pruned = co_await chain_.prune(
      database_.store(), before.time_since_epoch().count(), stop_.get_token()
  );
  if (!pruned) {
    warn("old audit entries are left for later", pruned.error());
  } else if (*pruned > 0) {
    const json::object fields{{"entries", *pruned}};
    node_.log().info("old audit entries removed", codec::to_json_text(fields));
  }
}

}  // namespace noded::roles
