// HostNode: the one object that owns everything a running node is made of, and the order in which
// it starts and stops.
#pragma once

#include "noded/node.hpp"
#include "noded/role.hpp"

#include "config/configuration.hpp"
#include "gateway/chain.hpp"
#include "gateway/host_filter.hpp"
#include "http/router_table.hpp"
#include "http/server.hpp"
#include "node/backup_route.hpp"
#include "node/data_directory.hpp"
#include "node/node_logger.hpp"
#include "node/node_secrets.hpp"
#include "node/readiness.hpp"
#include "node/reload.hpp"
#include "node/running_roles.hpp"
#include "node/status.hpp"
#include "runtime/lane_set.hpp"
#include "runtime/loops.hpp"
#include "runtime/passed_sockets.hpp"
#include "runtime/service_notifier.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace noded::node {

struct HostSetup {
  const config::Configuration& options;  // outlives the node
  std::vector<const RoleDescriptor*> roles;
  bool is_offline =
      false;  // only the admin socket is served: for commands on a node that does not run
  bool is_for_mending = false;  // with it: see Node::is_for_mending()
  const Clock& clock = system_clock();
  ReadAgain read_again = {};  // none: the configuration cannot be reloaded
  runtime::ServiceNotifier notifier = {};
  // Served under the names that `listen` gives, all of them when it was not set.
  std::vector<runtime::PassedSocket> sockets = {};
};

// What a node tells once it serves.
struct Serving {
  std::vector<std::string> urls;  // http://127.0.0.1:1337
  std::filesystem::path admin_socket;
  std::vector<std::string> announcements;
};

// Start: data directory, store, lanes, roles in their order, filters and routes, listeners. Stop:
// listeners and requests in flight (runtime.drain), roles in reverse, each with a deadline, lanes,
// store. Made, run and destroyed on one thread.
class HostNode final : public Node {
 public:
  explicit HostNode(HostSetup setup);
  ~HostNode() override;
  HostNode(const HostNode&) = delete;
  HostNode& operator=(const HostNode&) = delete;

  // Returns once the node has stopped: after SIGTERM, SIGINT or request_stop(). A second signal
  // ends the process at once. `on_serving` is called once on the main loop. Errors tell why it
  // could not start or had to stop: kInvalid is a mistake in the configuration.
  Result<> run(std::function<void(const Serving&)> on_serving);
  void request_stop();  // any thread, while run() runs

  net::any_io_executor executor() override;
  const Options& options() const override { return setup_.options; }
  bool is_for_mending() const override { return setup_.is_for_mending; }
  const Clock& clock() const override { return setup_.clock; }
  Engine& engine() override { return *engine_; }
  SecretBox& secrets() override { return *secrets_; }
  http::Router& router() override { return router_; }
  Lane& store_lane() override { return lanes_->store(); }
  Lane& hash_lane() override { return lanes_->hash(); }
  void add_filter(std::shared_ptr<http::Filter> filter) override;
  void set_authenticator(std::shared_ptr<Authenticator> authenticator) override;
  void set_authorizer(std::shared_ptr<Authorizer> authorizer) override;
  void add_readiness(std::string name, std::function<std::string()> probe) override;
  void add_gauge(std::string name, std::string help, std::function<double()> read) override;
  void add_counter(std::string name, std::string help, std::function<double()> read) override;
  void add_status(std::string name, std::function<std::string()> json) override;
  void announce(std::string text) override;
  Logger& log() override;
  void on_reload(PrepareReload prepare) override;

 private:
  Result<> open();
  Task<> live_or_fail(std::function<void(const Serving&)> on_serving);
  Task<> live(std::function<void(const Serving&)> on_serving);
  std::optional<std::vector<std::string>> hosts(const Options& options) const;
  void build_chain();
  Result<Serving> listen();
  Result<> prepare_tls();
  void watch_reload();
  Task<> watch_hangups();
  Task<ReloadOutcome> reload();
  std::string status_line() const;
  Result<> write_ready_file(const Serving& serving) const;
  Task<> watch_signals();
  Task<> wait_for_stop();
  Task<> stop_all();
  void fail_with(Error error);
  void close();

  HostSetup setup_;
  // Destroyed last: roles, filters and the server may hold sockets and timers of these loops.
  runtime::FrontThreads front_;
  runtime::Loops loops_;
  telemetry::Metrics metrics_;
  Readiness readiness_;
  NodeLogger logger_;
  std::optional<DataDirectory> data_;
  std::unique_ptr<NodeSecrets> secrets_;
  std::unique_ptr<Engine> engine_;
  std::optional<Backups> backups_;
  std::optional<runtime::LaneSet> lanes_;
  http::RouterTable router_;
  std::optional<StatusSources> status_;
  std::vector<std::shared_ptr<http::Filter>> filters_;
  std::shared_ptr<Authenticator> authenticator_;
  std::shared_ptr<Authorizer> authorizer_;
  std::vector<std::string> announcements_;
  RunningRoles roles_;
  Reloader reloader_;
  std::unique_ptr<gateway::Chain> chain_;
  std::shared_ptr<gateway::HostFilter> hosts_;
  std::shared_ptr<http::TlsFiles> tls_;  // null: no certificate is named
  std::unique_ptr<http::Server> server_;
  std::chrono::milliseconds drain_;
  bool is_serving_ = false;  // no filter or probe may come any more
  bool is_stop_requested_ = false;
  std::optional<net::steady_timer>
      stop_requested_;  // never expires; cancelled to wake wait_for_stop()
  std::optional<Error> failure_;
};

}  // namespace noded::node
