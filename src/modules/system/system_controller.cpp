#include "modules/system/system_controller.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "http/error_answer.hpp"
#include "modules/system/openapi.hpp"
#include "modules/system/permission_list.hpp"
#include "modules/system/query_flags.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace noded::system {

namespace {

using http::Method;
using http::Request;
using http::Response;
using http::Route;

constexpr std::uint64_t kMaxConfigurationBody = std::uint64_t{4} << 20;
constexpr std::chrono::hours kMostTime{24};
constexpr std::string_view kContractVersion = "0.20.0";  // of bknd, whose clients ask for it
constexpr std::string_view kAnyObject = R"({"type":"object"})";

Response json_answer(int status, const json::value& body) {
  return Response::json(status, codec::to_json_text(body));
}

// The body of a refused change has a form of its own.
Response refuse_change(const Error& error, std::string_view path) {
  json::object body{{"success", false}};
  if (error.type == "type-invalid") {
    std::string text = R"({"success":false,"type":"type-invalid",)";
    text += std::string_view(error.members).substr(1);
    return Response::json(400, std::move(text));
  }
  if (error.type == kPathExists) {
    body["path"] = path;
    body["error"] = error.message;
    return json_answer(400, body);
  }
  body["type"] = "error";
  body["error"] = error.message;
  switch (error.code) {
    case Errc::kInvalid:
    case Errc::kUnprocessable:
    case Errc::kExists:
      return json_answer(400, body);
    case Errc::kConflict:
      return json_answer(409, body);
    case Errc::kNotFound:
      return json_answer(404, body);
    default:
      return http::answer_error(error);
  }
}

std::string origin_of(const Request& request) {
  std::string origin = request.over_tls ? "https://" : "http://";
  return origin.append(request.header("host"));
}

json::object timezone_at(WallTime now) {
  std::string time = codec::format_iso(now.time_since_epoch().count()).substr(0, 19);
  time[10] = ' ';
  return {{"name", "UTC"}, {"offset", 0}, {"local", time}, {"utc", time}};
}

Task<Response> greet(Request&) {
  co_return Response::json(200, R"({"bknd":"hello world!"})");
}

}  // namespace

SystemController::SystemController(
    Configuration& configuration,
    const database::Database& database,
    Authorizer& authorizer,
    const http::Router& router
)
    : configuration_(configuration),
      database_(database),
      authorizer_(authorizer),
      router_(router) {}

http::Handler SystemController::guarded(std::string_view permission, Answer answer) {
  return [this, permission, answer](Request& request) {
    if (!permission.empty()) {
      const auto allowed = authorizer_.authorize(*request.identity, permission, request);
      if (!allowed) return http::answered(http::answer_error(allowed.error()));
    }
    return (this->*answer)(request);
  };
}

http::Handler SystemController::changing(EditKind kind) {
  return [this, kind](Request& request) {
    const auto allowed = authorizer_.authorize(*request.identity, "system.config.write", request);
    if (!allowed) return http::answered(http::answer_error(allowed.error()));
    return change(request, kind);
  };
}

std::vector<Route> SystemController::routes() {
  std::vector<Route> rows;
  const auto row = [&rows](
                       Method method,
                       std::string_view path,
                       std::string_view summary,
                       http::Handler handler,
                       std::string_view request_schema = {}
                   ) {
    Route route{};
    route.method = method;
    route.pattern = "/api/system" + std::string(path);
    route.permission = "system.access.api";
    route.summary = summary;
    route.request_schema = request_schema;
    route.handler = std::move(handler);
    if (!request_schema.empty()) route.max_body = kMaxConfigurationBody;
    rows.push_back(std::move(route));
  };
  using C = SystemController;
  const auto read = guarded("system.config.read", &C::read_configuration);
  const auto schema = guarded("system.schema.read", &C::read_schema);
  row(Method::kGet, "/ping", "Ping the server", guarded("", &C::ping));
  row(Method::kGet, "/info", "Get the server info", guarded("system.info", &C::info));
  row(Method::kGet, "/config", "Get the configuration of all modules", read);
  row(Method::kGet,
      "/config/raw",
      "Get the stored configuration",
      guarded("system.config.read.secrets", &C::read_raw_configuration));
  row(Method::kGet, "/config/:module", "Get the configuration of a module", read);
  row(Method::kPost,
      "/config/set/:module",
      "Patch a module, or replace members of it",
      changing(EditKind::kSet),
      kAnyObject);
  row(Method::kPost,
      "/config/add/:module/:path",
      "Add to a module what is not there yet",
      changing(EditKind::kAdd),
      kAnyObject);
  row(Method::kPatch,
      "/config/patch/:module/:path",
      "Merge into a part of a module",
      changing(EditKind::kPatch),
      kAnyObject);
  row(Method::kPut,
      "/config/overwrite/:module/:path",
      "Replace a part of a module",
      changing(EditKind::kOverwrite),
      kAnyObject);
  row(Method::kDelete,
      "/config/remove/:module/:path",
      "Remove a part of a module",
      changing(EditKind::kRemove));
  row(Method::kGet, "/schema", "Get the schemas of all modules", schema);
  row(Method::kGet, "/schema/:module", "Get the schema of a module", schema);
  row(Method::kGet,
      "/permissions",
      "Get the permissions",
      guarded("system.schema.read", &C::list_permissions));
  row(Method::kPost, "/build", "Build what is in force anew", guarded("system.build", &C::build));
  row(Method::kGet, "/openapi.json", "", guarded("system.openapi", &C::openapi));
  row(Method::kGet, "/swagger", "", guarded("system.openapi", &C::page));

  Route greeting{};
  greeting.method = Method::kGet;
  greeting.pattern = "/";
  greeting.handler = greet;
  rows.push_back(std::move(greeting));
  return rows;
}

std::optional<Response> SystemController::refuse_unknown_module(const Request& request) const {
  const std::string_view module = request.parameter("module");
  if (module.empty() || configuration_.has_module(module)) return std::nullopt;
  json::array names;
  for (const auto& entry : configuration_.schemas())
    names.emplace_back(entry.key());
  json::object schema{
      {"type", "object"},
      {"properties", {{"module", {{"type", "string"}, {"enum", names}}}}},
  };
  const codec::SchemaError error{
      "/properties/module/enum",
      "/module",
      "Expected enum: " + codec::to_json_text(names),
      json::string(module)
  };
  return Response::json(400, codec::validation_answer({error}, schema));
}

std::optional<Response> SystemController::refuse_secrets(const Request& request, bool asked) const {
  if (!asked) return std::nullopt;
  const auto allowed =
      authorizer_.authorize(*request.identity, "system.config.read.secrets", request);
  if (allowed) return std::nullopt;
  return http::answer_error(allowed.error());
}

Task<Response> SystemController::ping(Request&) {
  co_return Response::json(200, R"({"pong":true})");
}

Task<Response> SystemController::info(Request& request) {
  const json::object body{
      {"id", configuration_.application_id()},
      {"version", {{"config", kConfigurationVersion}, {"bknd", kContractVersion}}},
      {"mode", "db"},
      {"readonly", false},
      {"runtime", "noded"},
      {"connection", {{"name", "noded"}, {"supports", {{"batching", true}, {"softscans", true}}}}},
      {"timezone", timezone_at(database_.clock().wall())},
      {"origin", origin_of(request)},
      {"plugins", json::array()},
  };
  co_return json_answer(200, body);
}

Task<Response> SystemController::read_configuration(Request& request) {
  auto unknown = refuse_unknown_module(request);
  if (unknown) co_return std::move(*unknown);
  const auto flags = QueryFlags::parse(request.query, {"secrets"});
  if (!flags) co_return Response::json(400, flags.error().message);
  auto refused = refuse_secrets(request, flags->is_set("secrets"));
  if (refused) co_return std::move(*refused);

  const std::string_view module = request.parameter("module");
  json::object body{{"version", kConfigurationVersion}};
  if (module.empty()) {
    for (auto& [name, part] : configuration_.view(flags->is_set("secrets")))
      body[name] = std::move(part);
  } else {
    body["module"] = module;
    body["config"] = configuration_.view(module, flags->is_set("secrets"));
  }
  co_return json_answer(200, body);
}

Task<Response> SystemController::read_raw_configuration(Request&) {
  const json::object body{
      {"id", 1},
      {"version", kConfigurationVersion},
      {"type", "config"},
      {"json", configuration_.view(false)},
  };
  co_return json_answer(200, body);
}

Task<Response> SystemController::read_schema(Request& request) {
  auto unknown = refuse_unknown_module(request);
  if (unknown) co_return std::move(*unknown);
  const auto flags = QueryFlags::parse(request.query, {"config", "secrets", "fresh"});
  if (!flags) co_return Response::json(400, flags.error().message);
  const bool with_configuration = flags->is_set("config");
  const bool with_secrets = flags->is_set("secrets");
  if (with_configuration) {
    const auto allowed = authorizer_.authorize(*request.identity, "system.config.read", request);
    if (!allowed) co_return http::answer_error(allowed.error());
  }
  auto refused = refuse_secrets(request, with_secrets);
  if (refused) co_return std::move(*refused);

  const std::string_view module = request.parameter("module");
  json::object body;
  if (!module.empty()) {
    body["module"] = module;
    body["readonly"] = false;
    body["version"] = kConfigurationVersion;
    body["schema"] = configuration_.schemas().at(module);
    if (with_configuration) body["config"] = configuration_.view(module, with_secrets);
    co_return json_answer(200, body);
  }
  body["version"] = kConfigurationVersion;
  body["readonly"] = false;
  body["schema"] = configuration_.schemas();
  if (with_configuration) body["config"] = configuration_.view(with_secrets);
  const auto listed = codec::parse_json(
      permission_list(*database_.schema(), configuration_.view("auth", true)), "permissions"
  );
  if (listed) body["permissions"] = listed->at("permissions");
  co_return json_answer(200, body);
}

Task<Response> SystemController::list_permissions(Request&) {
  co_return Response::json(
      200, permission_list(*database_.schema(), configuration_.view("auth", true))
  );
}

Task<Response> SystemController::build(Request& request) {
  const auto flags = QueryFlags::parse(request.query, {"sync", "fetch"});
  if (!flags) co_return Response::json(400, flags.error().message);
  const auto built = co_await configuration_.rebuild();
  if (!built) co_return refuse_change(built.error(), "");
  json::object options;
  for (const std::string_view name : {"sync", "fetch"}) {
    if (const auto value = flags->value(name)) options[name] = *value;
  }
  co_return json_answer(200, json::object{{"success", true}, {"options", std::move(options)}});
}

Task<Response> SystemController::openapi(Request&) {
  co_return Response::json(200, openapi_document(router_.routes()));
}

Task<Response> SystemController::page(Request&) {
  Response response = Response::text(200, operations_page(router_.routes()));
  response.content_type = "text/html; charset=utf-8";
  co_return response;
}

Task<Response> SystemController::change(Request& request, EditKind kind) {
  ConfigurationEdit edit;
  edit.kind = kind;
  edit.path = request.parameter("path");
  if (kind == EditKind::kSet) {
    const auto flags = QueryFlags::parse(request.query, {"force"});
    if (!flags) co_return Response::json(400, flags.error().message);
    if (flags->is_set("force")) edit.kind = EditKind::kReplace;
  }
  if (kind != EditKind::kRemove) {
    const auto body = co_await request.read_body(kMaxConfigurationBody);
    if (!body) co_return http::answer_error(body.error());
    auto value = codec::parse_json(*body, "request body", {.max_depth = request.json_depth});
    if (!value) co_return http::answer_error(value.error());
    edit.value = std::move(*value);
  }
  // New indices take as long as there are rows.
  request.deadline = database_.clock().steady() + kMostTime;
  std::string module(request.parameter("module"));
  std::string path = edit.path;
  auto changed = co_await configuration_.change(module, std::move(edit), audit::actor_of(request));
  if (!changed) co_return refuse_change(changed.error(), path);
  const bool may_see_secrets =
      authorizer_.authorize(*request.identity, "system.config.read.secrets", request).has_value();
  if (may_see_secrets) *changed = configuration_.view(module, true);
  json::object body{{"success", true}, {"module", module}, {"config", std::move(*changed)}};
  co_return json_answer(202, body);
}

}  // namespace noded::system
