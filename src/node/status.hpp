// What a node tells about itself: /livez, /readyz, /metrics, and /api/admin/status on the admin
// socket.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/http.hpp"

#include "http/server.hpp"
#include "node/readiness.hpp"
#include "runtime/lane_set.hpp"
#include "telemetry/metrics.hpp"

#include <functional>
#include <string>
#include <vector>

namespace noded::node {

// What a role adds.
struct StatusPart {
  std::string name;
  std::function<std::string()> json;
};

// What the routes read. All of it outlives them.
struct StatusSources {
  const Clock& clock;
  Engine& engine;
  const Readiness& readiness;
  runtime::LaneSet& lanes;
  telemetry::Metrics& metrics;
  bool has_open_metrics = false;  // /metrics answers anyone
  SteadyTime started_at;
  std::vector<std::string> roles;
  std::string data_directory;
  // Set before serving starts.
  const http::Server* server = nullptr;
  std::vector<std::string> urls{};
  std::vector<StatusPart> parts{};
};

std::vector<http::Route> status_routes(const StatusSources& sources);
// Process and store gauges.
void add_status_metrics(const StatusSources& sources);
// The answer of /api/admin/status.
std::string status_json(const StatusSources& sources);

}  // namespace noded::node
