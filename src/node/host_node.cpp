#include "node/host_node.hpp"

#include "crypto/argon2.hpp"
#include "gateway/gateway_options.hpp"
#include "http/http_options.hpp"
#include "node/known_hosts.hpp"
#include "node/listeners.hpp"
#include "node/node_options.hpp"
#include "node/tls_watch.hpp"
#include "node/version.hpp"
#include "node/watchdog.hpp"
#include "runtime/process.hpp"
#include "runtime/runtime_options.hpp"
#include "storage/open.hpp"
#include "storage/storage_options.hpp"
#include "telemetry/log.hpp"
#include "telemetry/log_options.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

namespace noded::node {
namespace {

using telemetry::Fields;
using telemetry::Level;

constexpr net::as_tuple_t<net::use_awaitable_t<net::any_io_executor>> kAsTuple{};
// What a shell reports for a process ended by SIGINT.
constexpr int kInterrupted = 130;

// A loop that is never idle keeps its processor to itself in real time, so there must be one more;
// and a command that opens the store has nobody waiting.
bool may_run_in_real_time(const HostSetup& setup) {
  return setup.options.get(runtime::kRealTime) && !setup.is_offline &&
         setup.options.get(runtime::kLoops) < std::thread::hardware_concurrency();
}

}  // namespace

HostNode::HostNode(HostSetup setup)
    : setup_(std::move(setup)),
      front_(
          static_cast<int>(setup_.options.get(runtime::kNiceness)), may_run_in_real_time(setup_)
      ),
      loops_(static_cast<std::size_t>(setup_.options.get(runtime::kLoops)), &front_),
      roles_(setup_.roles),
      reloader_(setup_.options, setup_.read_again),
      drain_(setup_.options.get(runtime::kDrain)) {}

HostNode::~HostNode() {
  close();
}

net::any_io_executor HostNode::executor() {
  return loops_.main().get_executor();
}

void HostNode::add_filter(std::shared_ptr<http::Filter> filter) {
  if (is_serving_) throw std::logic_error("a filter was added after serving started");
  filters_.push_back(std::move(filter));
}

void HostNode::set_authenticator(std::shared_ptr<Authenticator> authenticator) {
  if (is_serving_ || authenticator_)
    throw std::logic_error("the authenticator is set once, before serving starts");
  authenticator_ = std::move(authenticator);
}

void HostNode::set_authorizer(std::shared_ptr<Authorizer> authorizer) {
  if (is_serving_ || authorizer_)
    throw std::logic_error("the authorizer is set once, before serving starts");
  authorizer_ = std::move(authorizer);
}

void HostNode::add_readiness(std::string name, std::function<std::string()> probe) {
  if (is_serving_) throw std::logic_error("a readiness probe was added after serving started");
  readiness_.add(std::move(name), std::move(probe));
}

void HostNode::add_gauge(std::string name, std::string help, std::function<double()> read) {
  metrics_.gauge(std::move(name), std::move(help), std::move(read));
}

void HostNode::add_counter(std::string name, std::string help, std::function<double()> read) {
  metrics_.counter_of(std::move(name), std::move(help), std::move(read));
}

void HostNode::add_status(std::string name, std::function<std::string()> json) {
  if (is_serving_) throw std::logic_error("a part of the status was added after serving started");
  status_->parts.push_back({std::move(name), std::move(json)});
}

void HostNode::announce(std::string text) {
  announcements_.push_back(std::move(text));
}

Node::Logger& HostNode::log() {
  return logger_;
}

void HostNode::on_reload(PrepareReload prepare) {
  if (is_serving_) throw std::logic_error("a part of reloads was added after serving started");
  reloader_.add_part(std::move(prepare));
}

Result<> HostNode::run(std::function<void(const Serving&)> on_serving) {
  if (auto opened = open(); !opened) {
    close();
    return opened;
  }
  spawn(executor(), "node", [this, on_serving = std::move(on_serving)] {
    return live_or_fail(on_serving);
  });
  loops_.run();
  close();
  if (failure_) return std::unexpected(std::move(*failure_));
  return {};
}

Result<> HostNode::open() {
  auto data = open_data_directory(setup_.options.get(kData));
  if (!data) return std::unexpected(std::move(data.error()));
  data_ = std::move(*data);
  if (setup_.is_offline) {
    if (auto owner = become_owner(*data_); !owner) return owner;
  }
  auto secrets = NodeSecrets::open(key_file_of(setup_.options, *data_));
  if (!secrets) return std::unexpected(std::move(secrets.error()));
  secrets_ = std::move(*secrets);
  const auto on_fatal = [this](std::string_view reason) {
    net::post(executor(), [this, text = fmt::format("the store failed: {}", reason)] {
      fail_with({Errc::kUnavailable, text, {}, {}});
      request_stop();
    });
  };
  telemetry::log(
      Level::kInfo,
      "starting",
      Fields().text("version", version()).text("data", data_->root.string())
  );
  setup_.notifier.status("opening the store");
  auto settings = storage::storage_settings(setup_.options, data_->store());
  if (setup_.is_offline) settings.older_store = storage::OlderStore::kRefuse;
  settings.front = &front_;
  settings.on_migration = [this](std::string_view status) {
    setup_.notifier.starting(status);
  };
  auto opened = storage::open_engine_with_backups(settings, on_fatal, setup_.clock);
  if (!opened) return std::unexpected(std::move(opened.error()));
  engine_ = std::move(opened->engine);
  backups_.emplace(std::move(opened->backups), data_->root, *secrets_);
  lanes_.emplace(setup_.options, front_, metrics_, crypto::release_argon2_memory);
  stop_requested_.emplace(executor(), net::steady_timer::time_point::max());
  status_.emplace(StatusSources{
      .clock = setup_.clock,
      .engine = *engine_,
      .readiness = readiness_,
      .lanes = *lanes_,
      .metrics = metrics_,
      .has_open_metrics = setup_.options.get(kMetricsFor) == "anyone",
      .started_at = setup_.clock.steady(),
      .roles = roles_.names(),
      .data_directory = data_->root.string(),
  });
  add_status_metrics(*status_);
  readiness_.add("store", [this] {
    const Engine::Health health = engine_->health();
    return health.writable         ? std::string()
           : health.reason.empty() ? "the store takes no writes"
                                   : health.reason;
  });
  auto routes = status_routes(*status_);
  if (setup_.read_again) {
    routes.push_back(reload_route([this] { return reload(); }));
  }
  std::ranges::move(backups_->routes(), std::back_inserter(routes));
  return router_.mount("node", std::move(routes));
}

Task<> HostNode::live_or_fail(std::function<void(const Serving&)> on_serving) {
  std::exception_ptr defect;
  try {
    co_await live(std::move(on_serving));
  } catch (...) {  // a role's, most likely; the node must end all the same
    defect = std::current_exception();
  }
  if (defect) {
    report_defect("node", defect);
    fail_with({Errc::kInternal, "a defect ended the node; the log names it", {}, {}});
  }
  loops_.stop();
}

Task<> HostNode::live(std::function<void(const Serving&)> on_serving) {
  spawn(executor(), "signals", [this] { return watch_signals(); });
  auto started = co_await roles_.start(*this);
  if (started) build_chain();
  Result<Serving> serving = started ? listen() : std::unexpected(std::move(started.error()));
  if (serving) {
    is_serving_ = true;
    watch_reload();
    on_serving(*serving);
    setup_.notifier.ready(status_line());
    spawn(executor(), "watchdog", [this] {
      return feed_watchdog(setup_.notifier, loops_.all(), [this] { return !failure_; });
    });
    co_await wait_for_stop();
  } else {
    fail_with(std::move(serving.error()));
  }
  co_await stop_all();
}

std::optional<std::vector<std::string>> HostNode::hosts(const Options& options) const {
  return known_hosts(options.get(gateway::kHosts), listen_texts(setup_.options, setup_.sockets));
}

void HostNode::build_chain() {
  chain_ = std::make_unique<gateway::Chain>(
      gateway::make_chain_limits(setup_.options), router_, setup_.clock, metrics_
  );
  hosts_ = std::make_shared<gateway::HostFilter>(hosts(setup_.options));
  chain_->add_filter(hosts_);
  for (const auto& filter : filters_)
    chain_->add_filter(filter);
  if (authenticator_) chain_->set_authenticator(authenticator_);
  if (authorizer_) chain_->set_authorizer(authorizer_);
}

Result<Serving> HostNode::listen() {
  server_ = std::make_unique<http::Server>(
      loops_.all(), http::make_server_limits(setup_.options), *chain_, setup_.clock, metrics_
  );
  status_->server = server_.get();
  Serving serving;
  serving.admin_socket = data_->admin_socket();
  if (auto bound = server_->listen(
          {.address = {}, .port = 0, .tls = {}, .unix_path = serving.admin_socket.string()}
      );
      !bound) {
    return std::unexpected(std::move(bound.error()));
  }
  if (!setup_.is_offline) {
    if (auto prepared = prepare_tls(); !prepared)
      return std::unexpected(std::move(prepared.error()));
    auto urls =
        listen_on(*server_, listen_texts(setup_.options, setup_.sockets), setup_.sockets, tls_);
    if (!urls) return std::unexpected(std::move(urls.error()));
    serving.urls = std::move(*urls);
    status_->urls = serving.urls;
    if (auto written = write_ready_file(serving); !written)
      return std::unexpected(std::move(written.error()));
  }
  serving.announcements = announcements_;
  return serving;
}

Result<> HostNode::prepare_tls() {
  auto files = open_tls(setup_.options, setup_.clock, metrics_);
  if (!files) return std::unexpected(std::move(files.error()));
  tls_ = std::move(*files);
  if (tls_ != nullptr) {
    spawn(executor(), "tls watch", [this] {
      return watch_tls(tls_, setup_.options.get(http::kTlsCheck), lanes_->store(), setup_.clock);
    });
  }
  return {};
}

Result<> HostNode::write_ready_file(const Serving& serving) const {
  const std::string& path = setup_.options.get(runtime::kReadyFile);
  if (path.empty()) return {};
  std::string text;
  for (const std::string& url : serving.urls)
    text += url + "\n";
  return runtime::write_ready_file(path, text);
}

Task<> HostNode::watch_signals() {
  net::signal_set signals(executor(), SIGTERM, SIGINT);
  const auto [first_fault, first] = co_await signals.async_wait(kAsTuple);
  if (first_fault) co_return;
  telemetry::log(
      Level::kInfo, "stopping", Fields().text("signal", first == SIGINT ? "SIGINT" : "SIGTERM")
  );
  request_stop();
  const auto [second_fault, second] = co_await signals.async_wait(kAsTuple);
  if (second_fault) co_return;
  // Whoever signals twice does not want to wait. What was answered is synced; the next start
  // recovers as after a crash.
  telemetry::log(Level::kWarning, "stopped at once by a second signal");
  telemetry::stop_log();
  std::_Exit(kInterrupted);
}

// The host's own live options, and the two ways in which a reload is asked for.
void HostNode::watch_reload() {
  reloader_.add_part([this](const Options& options) -> Result<ApplyReload> {
    return [this,
            log = telemetry::make_log_setup(options),
            server = http::make_server_limits(options),
            chain = gateway::make_chain_limits(options),
            hosts = hosts(options),
            drain = options.get(runtime::kDrain)] {
      telemetry::change_log(log);
      server_->set_limits(server);
      chain_->set_limits(chain);
      hosts_->set_hosts(hosts);
      drain_ = drain;
    };
  });
  if (tls_) reloader_.add_part(make_tls_part(tls_, setup_.clock));
  if (setup_.read_again && !runtime::is_hangup_ignored())
    spawn(executor(), "hangups", [this] { return watch_hangups(); });
}

Task<> HostNode::watch_hangups() {
  const bool had_terminal = runtime::has_terminal();
  net::signal_set signals(executor(), SIGHUP);
  while (true) {
    const auto [fault, number] = co_await signals.async_wait(kAsTuple);
    if (fault) co_return;
    if (had_terminal && !runtime::has_terminal()) {  // whoever started the node closed its window
      telemetry::log(Level::kInfo, "stopping", Fields().text("signal", "SIGHUP"));
      co_return request_stop();
    }
    co_await reload();  // which logs what comes of it
  }
}

Task<ReloadOutcome> HostNode::reload() {
  setup_.notifier.reloading();
  auto outcome = co_await reloader_.reload(lanes_->hash());
  log_reload(outcome);
  setup_.notifier.ready(status_line());
  co_return outcome;
}

std::string HostNode::status_line() const {
  return fmt::format("serving {}", fmt::join(status_->urls, ", "));
}

void HostNode::request_stop() {
  net::post(executor(), [this] {
    is_stop_requested_ = true;
    stop_requested_->cancel();
  });
}

Task<> HostNode::wait_for_stop() {
  while (!is_stop_requested_)
    co_await stop_requested_->async_wait(kAsTuple);
}

Task<> HostNode::stop_all() {
  // An address that the service manager holds stays ready: who asks it next reaches the next node.
  if (setup_.sockets.empty()) readiness_.begin_drain();
  backups_->stop();
  setup_.notifier.stopping("answering what is in flight");
  const std::string& ready_file = setup_.options.get(runtime::kReadyFile);
  if (!setup_.is_offline && !ready_file.empty()) std::remove(ready_file.c_str());
  if (server_) co_await server_->drain(drain_);
  co_await roles_.stop();
  telemetry::log(Level::kInfo, "stopped");
}

void HostNode::fail_with(Error error) {
  if (!failure_) failure_ = std::move(error);
}

void HostNode::close() {
  if (backups_) backups_->close();
  if (lanes_) lanes_->close();
  if (engine_) engine_->close();
  // Nothing completes any more: what is left of the tasks goes first, while all they refer to is
  // alive.
  loops_.discard();
  server_.reset();
  chain_.reset();
  roles_.destroy();
  stop_requested_.reset();
}

}  // namespace noded::node
