// SchemaController: whole configurations over the admin socket. Anybody but the local operator gets
// 404. Bodies are {server, data, auth, media, flows} or a part of it; see Configuration::apply.
//
//   POST /api/admin/schema/plan    200 with the plan (plan_json.hpp)
//   POST /api/admin/schema/apply   200 with the plan: there is nothing to do; 202 with it: the
//                                  change has begun; 400 with it: it has obstacles
//   GET  /api/admin/schema/status  {"running":bool,"rows_done":n,"rows":n,"rows_per_second":n,
//                                   "begun":date|null,"resumed":bool,"waits_for":text,
//                                   "last":{"number":n,"error":text|null}}
//   GET  /api/admin/schema/stored  {server, data, auth, media, flows} without secrets: what changes
//                                  begin from
//   POST /api/admin/schema/cancel  {"cancelled":bool} once it is withdrawn or in force
// plan and apply answer 409 while another change fills indices, cancel when none does. A change
// goes on when its client is gone.
#pragma once

#include "noded/clock.hpp"
#include "noded/http.hpp"

#include "modules/system/configuration.hpp"
#include "modules/system/plan_json.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace noded::system {

// Thread-safe; what it is given outlives it, and it outlives its mounted routes.
class SchemaController {
 public:
  SchemaController(Configuration& configuration, database::Database& database)
      : configuration_(configuration), database_(database) {}

  std::vector<http::Route> routes();
  // The answer of the route status: also for what shows the node's state.
  std::string status_json() const;

 private:
  using Answer = Task<http::Response> (SchemaController::*)(http::Request&);
  http::Route route(http::Method method, std::string_view name, Answer answer);
  Task<http::Response> plan(http::Request& request);
  Task<http::Response> apply(http::Request& request);
  Task<http::Response> tell_status(http::Request& request);
  Task<http::Response> show_stored(http::Request& request);
  Task<http::Response> cancel(http::Request& request);
  Task<Result<json::object>> read_application(http::Request& request) const;
  Task<Result<WholePlan>> make_plan(json::object application);

  Configuration& configuration_;
  database::Database& database_;
  std::atomic<bool> is_applying_ = false;
};

}  // namespace noded::system
