#include "modules/system/server_module.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace noded::system {

namespace json = boost::json;

namespace {

// bknd's schema names "warning" as the level of logs, but fills in the first one there is.
constexpr std::string_view kSchema = R"json({
"type": "object", "description": "Server configuration", "additionalProperties": false,
"properties": {
  "cors": {"type": "object", "additionalProperties": false,
    "properties": {
      "origin": {"type": "string", "default": "*"},
      "allow_methods": {"type": "array", "default": ["GET", "POST", "PATCH", "PUT", "DELETE"], "uniqueItems": true,
        "items": {"type": "string", "enum": ["GET", "POST", "PATCH", "PUT", "DELETE"]}},
      "allow_headers": {"type": "array", "default": ["Content-Type", "Content-Length", "Authorization", "Accept"],
        "items": {"type": "string"}},
      "allow_credentials": {"type": "boolean", "default": true}},
    "required": ["origin", "allow_methods", "allow_headers", "allow_credentials"]},
  "mcp": {"type": "object", "additionalProperties": false,
    "properties": {
      "enabled": {"type": "boolean", "default": false},
      "path": {"type": "string", "default": "/api/system/mcp"},
      "logLevel": {"type": "string", "default": "emergency",
        "enum": ["emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"]}},
    "required": ["enabled", "path", "logLevel"]}},
"required": ["cors", "mcp"]})json";

std::vector<std::string> texts_of(const json::value& list) {
  std::vector<std::string> texts;
  for (const json::value& entry : list.as_array())
    texts.emplace_back(std::string_view(entry.as_string()));
  return texts;
}

class PreparedCors final : public Module::Prepared {
 public:
  PreparedCors(const std::function<void(const CorsSettings&)>& apply, CorsSettings settings)
      : apply_(apply), settings_(std::move(settings)) {}
  void publish() noexcept override { apply_(settings_); }

 private:
  const std::function<void(const CorsSettings&)>& apply_;  // the module's
  CorsSettings settings_;
};

}  // namespace

ServerModule::ServerModule(std::function<void(const CorsSettings&)> apply)
    : apply_(std::move(apply)) {}

std::string_view ServerModule::schema() const {
  return kSchema;
}

// The schema's defaults are all there is to fill in.
Result<> ServerModule::complete(json::object&) const {
  return {};
}

Result<std::unique_ptr<Module::Prepared>> ServerModule::prepare(const json::object& application) {
  const json::object& cors = application.at("server").at("cors").as_object();
  CorsSettings settings;
  settings.origin = std::string_view(cors.at("origin").as_string());
  settings.methods = texts_of(cors.at("allow_methods"));
  settings.headers = texts_of(cors.at("allow_headers"));
  settings.credentials = cors.at("allow_credentials").as_bool();
  return std::make_unique<PreparedCors>(apply_, std::move(settings));
}

}  // namespace noded::system
