#include "modules/system/schema_controller.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "http/error_answer.hpp"

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <utility>

namespace noded::system {
namespace {

using http::Request;
using http::Response;

constexpr std::uint64_t kMaxBody = std::uint64_t{4} << 20;
constexpr std::chrono::hours kMostTime{24};

Response plan_answer(int status, const WholePlan& plan) {
  return Response::json(status, codec::to_json_text(to_json(plan)));
}

}  // namespace

http::Route SchemaController::route(http::Method method, std::string_view name, Answer answer) {
  http::Route row{};
  row.method = method;
  row.pattern = "/api/admin/schema/" + std::string(name);
  row.max_body = kMaxBody;
  row.handler = [this, answer](Request& request) {
    if (request.identity == nullptr || request.identity->kind != Identity::Kind::kLocalOperator)
      return http::answered(Response::text(404, "404 Not Found"));
    return (this->*answer)(request);
  };
  return row;
}

std::vector<http::Route> SchemaController::routes() {
  std::vector<http::Route> rows;
  rows.push_back(route(http::Method::kPost, "plan", &SchemaController::plan));
  rows.push_back(route(http::Method::kPost, "apply", &SchemaController::apply));
  rows.push_back(route(http::Method::kGet, "status", &SchemaController::tell_status));
  rows.push_back(route(http::Method::kGet, "stored", &SchemaController::show_stored));
  rows.push_back(route(http::Method::kPost, "cancel", &SchemaController::cancel));
  return rows;
}

Task<Result<json::object>> SchemaController::read_application(Request& request) const {
  const auto body = co_await request.read_body(kMaxBody);
  if (!body) co_return std::unexpected(body.error());
  auto value = codec::parse_json(*body, "configuration", {.max_depth = request.json_depth});
  if (!value) co_return std::unexpected(std::move(value.error()));
  if (!value->is_object()) {
    co_return fail(
        Errc::kInvalid, "the configuration is no JSON object {server, data, auth, media, flows}"
    );
  }
  if (auto idle = configuration_.require_idle(); !idle)
    co_return std::unexpected(std::move(idle.error()));
  if (is_applying_) {
    co_return fail(
        Errc::kConflict, "another change of the configuration is under way (noded schema status)"
    );
  }
  co_return std::move(value->get_object());
}

Task<Result<WholePlan>> SchemaController::make_plan(json::object application) {
  const auto proposal = configuration_.propose(std::move(application));
  WholePlan plan;
  plan.obstacles = proposal.obstacles;
  if (!plan.obstacles.empty()) co_return plan;
  const auto approved = co_await configuration_.require_approval(proposal.prepared);
  if (!approved && approved.error().code != Errc::kConflict)
    co_return std::unexpected(approved.error());
  if (!approved) plan.obstacles.push_back({"configuration", approved.error().message});
  plan.settings = differing_settings(proposal.before, proposal.after);
  auto schema = co_await database::plan_change(database_, proposal.after.at("data").get_object());
  if (!schema) co_return std::unexpected(std::move(schema.error()));
  plan.schema = std::move(*schema);
  // Entities and fields are shown in their order, which is part of the configuration.
  const bool is_reordered = plan.is_empty() && codec::to_json_text(proposal.before) !=
                                                   codec::to_json_text(proposal.after);
  if (is_reordered) plan.settings.emplace_back("order of members");
  for (const auto& obstacle : plan.schema.obstacles)
    plan.obstacles.push_back({"data/" + obstacle.place, obstacle.reason});
  co_return plan;
}

Task<Response> SchemaController::plan(Request& request) {
  auto application = co_await read_application(request);
  if (!application) co_return http::answer_error(application.error());
  const auto plan = co_await make_plan(std::move(*application));
  if (!plan) co_return http::answer_error(plan.error());
  co_return plan_answer(200, *plan);
}

Task<Response> SchemaController::apply(Request& request) {
  auto application = co_await read_application(request);
  if (!application) co_return http::answer_error(application.error());
  const auto plan = co_await make_plan(*application);
  if (!plan) co_return http::answer_error(plan.error());
  if (!plan->obstacles.empty()) co_return plan_answer(400, *plan);
  if (plan->is_empty()) co_return plan_answer(200, *plan);
  if (is_applying_.exchange(true)) {
    co_return http::answer_refusal(409, "another change of the configuration is under way");
  }
  const auto executor = co_await net::this_coro::executor;
  spawn(
      executor,
      "schema apply",
      // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): spawn keeps it alive
      [this, wanted = std::move(*application), actor = audit::actor_of(request)](
      ) mutable -> Task<> {
        // status tells the outcome
        static_cast<void>(co_await configuration_.apply(std::move(wanted), std::move(actor)));
        is_applying_ = false;
      }
  );
  co_return plan_answer(202, *plan);
}

std::string SchemaController::status_json() const {
  const auto status = database_.change_status();
  const auto last = configuration_.last_outcome();
  json::value begun = nullptr;
  if (status) begun = codec::format_iso(status->begun.time_since_epoch().count());
  json::value error = nullptr;
  if (last.error) error = last.error->message;
  return codec::to_json_text(json::object{
      {"running", status.has_value() || is_applying_},
      {"rows_done", status ? status->rows_done : 0},
      {"rows", status ? status->rows : 0},
      {"rows_per_second", status ? status->per_second : 0},
      {"begun", std::move(begun)},
      {"resumed", status && status->is_resumed},
      {"waits_for", status ? status->waits_for : std::string()},
      {"last", json::object{{"number", last.number}, {"error", std::move(error)}}},
  });
}

Task<Response> SchemaController::tell_status(Request&) {
  co_return Response::json(200, status_json());
}

Task<Response> SchemaController::show_stored(Request&) {
  co_return Response::json(200, codec::to_json_text(configuration_.view(false)));
}

Task<Response> SchemaController::cancel(Request& request) {
  request.deadline = database_.clock().steady() + kMostTime;
  if (!database_.cancel_change())
    co_return http::answer_refusal(409, "no change of the configuration fills indices");
  co_await configuration_.wait_until_idle();
  const bool is_cancelled = configuration_.last_outcome().error.has_value();
  co_return Response::json(200, codec::to_json_text(json::object{{"cancelled", is_cancelled}}));
}

}  // namespace noded::system
