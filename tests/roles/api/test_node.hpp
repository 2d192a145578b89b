// A node for tests of a role: the real chain, router, lane and store (in memory) without sockets.
#pragma once

#include "noded/node.hpp"

#include "config/configuration.hpp"
#include "config/option_set.hpp"
#include "gateway/chain.hpp"
#include "http/router_table.hpp"
#include "roles/api/api_options.hpp"
#include "roles/api/api_role.hpp"
#include "support/database_fixture.hpp"
#include "support/sealing_box.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::roles {

// What outlives a restart: the store, the key of its secrets and the clock.
struct Machine {
  testing_support::StandingClock clock;
  testing_support::SealingBox secrets;
  storage::Store engine{
      storage::make_memory_backend(),
      storage::CommitterSettings{},
      std::size_t{64} << 20,
      std::make_shared<storage::RangeCache>(std::uint64_t{16} << 20),
      clock,
      {}
  };
  ~Machine() { engine.close(); }
};

class TextBody final : public http::BodyReader {
 public:
  explicit TextBody(std::string_view text) : text_(text) {}
  Task<Result<std::string_view>> read() override {
    co_return std::exchange(text_, std::string_view());
  }
  std::optional<std::uint64_t> declared_size() const override { return text_.size(); }

 private:
  std::string_view text_;
};

class TestNode final : public Node {
 public:
  struct Answer {
    int status = 0;
    std::string body;
    std::vector<http::ResponseHeader> headers;

    boost::json::value json() const { return testing_support::parse(body); }
    std::string header(std::string_view name) const {
      for (const auto& field : headers) {
        if (field.name == name) return field.value;
      }
      return {};
    }
  };

  explicit TestNode(Machine& machine, const std::string& app_file = {}) : machine_(machine) {
    if (!option_set_.add(api_options())) throw std::logic_error("the options of the role");
    options_ = std::make_unique<config::Configuration>(option_set_);
    options_->set("app.file", app_file, "test");
    gateway::ChainLimits limits;
    limits.access_log.is_on = false;
    chain_ = std::make_unique<gateway::Chain>(limits, router_, machine.clock, metrics_);
    role_ = api_role_descriptor()->make(*this);
  }
  ~TestNode() override {
    lane_.close();
    hash_.close();
    io_.restart();
    while (io_.poll() > 0) {  // what start() left running uses the role
    }
  }

  Result<> start() { return run(role_->start()); }

  // `fields` beside the ones of a JSON request.
  Answer ask(
      http::Method method,
      std::string_view target,
      std::string_view body = {},
      std::vector<http::Header> fields = {}
  ) {
    const std::string token = token_.empty() ? "" : "Bearer " + token_;
    fields.push_back({"Host", "node.example"});
    fields.push_back({"Accept", "application/json"});
    fields.push_back({"Content-Type", "application/json"});
    if (!token.empty()) fields.push_back({"Authorization", token});
    TextBody reader(body);
    http::Request request;
    request.method = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (target.size() > request.path.size()) request.query = target.substr(request.path.size() + 1);
    request.headers = fields;
    request.peer = "127.0.0.1";
    request.body = &reader;
    auto response = run(chain_->handle(request));
    return {response.status, std::move(response.body), std::move(response.headers)};
  }

  // Of every request from now on; empty: nobody's.
  void set_token(std::string token) { token_ = std::move(token); }
  const std::vector<std::string>& announcements() const { return announcements_; }

  net::any_io_executor executor() override { return io_.get_executor(); }
  const Options& options() const override { return *options_; }
  const Clock& clock() const override { return machine_.clock; }
  Engine& engine() override { return machine_.engine; }
  SecretBox& secrets() override { return machine_.secrets; }
  http::Router& router() override { return router_; }
  Lane& store_lane() override { return lane_; }
  Lane& hash_lane() override { return hash_; }
  void add_filter(std::shared_ptr<http::Filter> filter) override {
    chain_->add_filter(std::move(filter));
  }
  void set_authenticator(std::shared_ptr<Authenticator> authenticator) override {
    chain_->set_authenticator(std::move(authenticator));
  }
  void set_authorizer(std::shared_ptr<Authorizer> authorizer) override {
    chain_->set_authorizer(std::move(authorizer));
  }
  void add_readiness(std::string, std::function<std::string()>) override {}
  void add_gauge(std::string name, std::string help, std::function<double()> read) override {
    metrics_.gauge(std::move(name), std::move(help), std::move(read));
  }
  void add_counter(std::string name, std::string help, std::function<double()> read) override {
    metrics_.counter_of(std::move(name), std::move(help), std::move(read));
  }
  void add_status(std::string, std::function<std::string()>) override {}
  void announce(std::string text) override { announcements_.push_back(std::move(text)); }
  Logger& log() override { return log_; }
  void on_reload(PrepareReload) override {}

 private:
  class SilentLog final : public Logger {
   public:
    void info(std::string_view, std::string_view) override {}
    void warning(std::string_view, std::string_view) override {}
    void error(std::string_view, std::string_view) override {}
  };

  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    std::exception_ptr cause;
    net::co_spawn(io_, std::move(task), [&](std::exception_ptr thrown, T value) {
      cause = std::move(thrown);
      result.emplace(std::move(value));
    });
    const auto guard = net::make_work_guard(io_);
    io_.restart();
    while (!result)
      io_.run_one();
    if (cause) std::rethrow_exception(cause);
    return std::move(*result);
  }

  Machine& machine_;
  config::OptionSet option_set_;
  std::unique_ptr<config::Configuration> options_;
  SilentLog log_;
  net::io_context io_;
  runtime::ThreadLane lane_{{.name = "store", .queue_limit = 64, .thread_limit = 1}};
  runtime::ThreadLane hash_{{.name = "hash", .queue_limit = 64, .thread_limit = 1}};
  telemetry::Metrics metrics_;
  http::RouterTable router_;
  std::string token_;
  std::vector<std::string> announcements_;
  std::unique_ptr<Role> role_;
  std::unique_ptr<gateway::Chain> chain_;
};

}  // namespace noded::roles
