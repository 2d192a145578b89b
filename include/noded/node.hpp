// Node: what a role is handed. Everything lives longer than the roles.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/http.hpp"
#include "noded/lane.hpp"
#include "noded/options.hpp"
#include "noded/result.hpp"
#include "noded/secret_box.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace noded {

class Node {
 public:
  virtual ~Node() = default;

  virtual net::any_io_executor executor() = 0;  // the main loop
  virtual const Options& options() const = 0;
  // Only the admin socket is served, for a command that mends what is stored: a role whose stored
  // configuration cannot be put in force starts all the same, with nothing but what mends it.
  virtual bool is_for_mending() const { return false; }
  virtual const Clock& clock() const = 0;
  virtual Engine& engine() = 0;
  virtual SecretBox& secrets() = 0;  // what a role stores sealed
  virtual http::Router& router() = 0;
  virtual Lane& store_lane() = 0;  // blocking reads of the store
  virtual Lane& hash_lane() = 0;   // password hashes and other long computations

  // The last in the chain before the router, in the order of the calls. Before serving starts.
  virtual void add_filter(std::shared_ptr<http::Filter> filter) = 0;
  // At most one each; a second call is a defect. Before serving starts.
  virtual void set_authenticator(std::shared_ptr<Authenticator> authenticator) = 0;
  virtual void set_authorizer(std::shared_ptr<Authorizer> authorizer) = 0;
  // Part of /readyz: empty = ready, otherwise the reason. Called on loop threads.
  virtual void add_readiness(std::string name, std::function<std::string()> probe) = 0;
  // Of /metrics: what is there now, or a counter that somebody else keeps. `read` is called on
  // threads of the loops until the role is destroyed. Before serving starts.
  virtual void add_gauge(std::string name, std::string help, std::function<double()> read) = 0;
  virtual void add_counter(std::string name, std::string help, std::function<double()> read) = 0;
  // A member of `noded status`: `json` gives its text. Called as the ones above.
  virtual void add_status(std::string name, std::function<std::string()> json) = 0;
  // Lines shown once on standard output after the addresses: first-run codes, hints. Never logged.
  virtual void announce(std::string text) = 0;

  struct Logger {
    virtual ~Logger() = default;
    // `fields` is JSON object text or empty. Never a secret.
    virtual void info(std::string_view event, std::string_view fields = {}) = 0;
    virtual void warning(std::string_view event, std::string_view fields = {}) = 0;
    virtual void error(std::string_view event, std::string_view fields = {}) = 0;
  };
  virtual Logger& log() = 0;

  // Takes part in reloads of the configuration. `prepare` is handed the new values before any is in
  // force, on a thread of a lane, so that it may read files; its error refuses the reload as a
  // whole. What it returns puts the values in force; it is called on the main loop once every part
  // is prepared, and may be empty. Only options declared Reload::kLive differ from those before.
  // options() goes on to hold what was in force at the start. Before serving starts.
  using ApplyReload = std::function<void()>;
  using PrepareReload = std::function<Result<ApplyReload>(const Options&)>;
  virtual void on_reload(PrepareReload prepare) = 0;
};

}  // namespace noded
