// Reload: the configuration is read again and put in force while the node serves, whole or not at
// all.
#pragma once

#include "noded/node.hpp"

#include "config/configuration.hpp"

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace noded::node {

// Reads all sources of the configuration once more and checks them. Blocks; called on a lane.
using ReadAgain =
    std::function<std::expected<std::shared_ptr<const config::Configuration>, config::Problems>()>;

// Names of the options that changed and are in force from now on, or why none is.
using ReloadOutcome = std::expected<std::vector<std::string>, config::Problems>;

// Lives on the main loop.
class Reloader {
 public:
  // `started` is in force at the start and outlives the reloader.
  Reloader(const config::Configuration& started, ReadAgain read_again);

  void add_part(Node::PrepareReload prepare);

  // Reads, prepares every part, then applies all. Nothing has changed when problems come back; they
  // hold everything that is wrong with the sources, or every changed option that is not
  // Reload::kLive, or what the parts refuse. One at a time: a second call meanwhile is refused.
  // Reading and preparing happen on `lane`.
  Task<ReloadOutcome> reload(Lane& lane);

 private:
  struct Prepared {
    config::Configuration configuration;  // in force afterwards
    std::vector<std::string> changed;
    std::vector<Node::ApplyReload> parts;
  };
  std::expected<Prepared, config::Problems> prepare() const;  // on a lane

  config::Configuration in_force_;
  ReadAgain read_again_;
  std::vector<Node::PrepareReload> parts_;
  bool is_busy_ = false;
};

void log_reload(const ReloadOutcome& outcome);

// POST /api/admin/reload, on the admin socket. 200 {"applied":["http.max_body",…]}; 422
// {"error":"…","problems":["noded.yaml:3:7: …",…]} when the node goes on as before.
http::Route reload_route(std::function<Task<ReloadOutcome>()> reload);

}  // namespace noded::node
