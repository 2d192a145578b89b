#include "modules/system/flows_module.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <string>

namespace noded::system {

namespace json = boost::json;

namespace {

constexpr std::string_view kSchema = R"json({
"type": "object", "additionalProperties": false,
"properties": {
  "basepath": {"type": "string", "default": "/api/flows"},
  "flows": {"type": "object", "default": {}, "additionalProperties": {
    "type": "object", "additionalProperties": false,
    "properties": {
      "trigger": {"anyOf": [
        {"type": "object", "title": "manual", "additionalProperties": false,
          "properties": {
            "type": {"const": "manual"},
            "config": {"type": "object", "additionalProperties": false,
              "properties": {"mode": {"type": "string", "enum": ["sync", "async"], "default": "async"}},
              "required": ["mode"]}},
          "required": ["type"]},
        {"type": "object", "title": "event", "additionalProperties": false,
          "properties": {
            "type": {"const": "event"},
            "config": {"type": "object", "additionalProperties": false,
              "properties": {
                "event": {"type": "string"},
                "mode": {"type": "string", "enum": ["sync", "async"], "default": "async"}},
              "required": ["event", "mode"]}},
          "required": ["type"]},
        {"type": "object", "title": "http", "additionalProperties": false,
          "properties": {
            "type": {"const": "http"},
            "config": {"type": "object", "additionalProperties": false,
              "properties": {
                "path": {"type": "string", "pattern": "^/.*$"},
                "method": {"type": "string", "enum": ["GET", "POST", "PUT", "PATCH", "DELETE"], "default": "GET"},
                "response_type": {"type": "string", "enum": ["json", "text", "html"], "default": "json"},
                "mode": {"type": "string", "enum": ["sync", "async"], "default": "async"}},
              "required": ["path", "method", "response_type", "mode"]}},
          "required": ["type"]}]},
      "tasks": {"type": "object", "additionalProperties": {"anyOf": [
        {"type": "object", "title": "fetch", "additionalProperties": false,
          "properties": {
            "type": {"const": "fetch"},
            "params": {"type": "object", "additionalProperties": false,
              "properties": {
                "url": {"type": "string", "pattern": "^(http|https)://"},
                "method": {"type": "string", "enum": ["GET", "POST", "PUT", "PATCH", "DELETE"], "default": "GET"},
                "headers": {"type": "array", "items": {"type": "object", "additionalProperties": false,
                  "properties": {"key": {"type": "string"}, "value": {"type": "string"}},
                  "required": ["key", "value"]}},
                "body": {"type": "string"},
                "normal": {"type": "number"}},
              "required": ["url"]}},
          "required": ["type", "params"]},
        {"type": "object", "title": "log", "additionalProperties": false,
          "properties": {
            "type": {"const": "log"},
            "params": {"type": "object", "additionalProperties": false,
              "properties": {"delay": {"type": "number", "default": 10}}, "required": ["delay"]}},
          "required": ["type", "params"]},
        {"type": "object", "title": "render", "additionalProperties": false,
          "properties": {
            "type": {"const": "render"},
            "params": {"type": "object", "additionalProperties": false,
              "properties": {"render": {"type": "string"}}, "required": ["render"]}},
          "required": ["type", "params"]},
        {"type": "object", "title": "subflow", "additionalProperties": false,
          "properties": {
            "type": {"const": "subflow"},
            "params": {"type": "object", "additionalProperties": false,
              "properties": {"flow": {}, "input": {}, "loop": {"type": "boolean"}}, "required": ["flow"]}},
          "required": ["type", "params"]}]}},
      "connections": {"type": "object", "additionalProperties": {
        "type": "object", "additionalProperties": false,
        "properties": {
          "source": {"type": "string"},
          "target": {"type": "string"},
          "config": {"type": "object", "additionalProperties": false,
            "properties": {
              "condition": {"anyOf": [
                {"type": "object", "title": "success", "additionalProperties": false,
                  "properties": {"type": {"const": "success"}}, "required": ["type"]},
                {"type": "object", "title": "error", "additionalProperties": false,
                  "properties": {"type": {"const": "error"}}, "required": ["type"]},
                {"type": "object", "title": "matches", "additionalProperties": false,
                  "properties": {
                    "type": {"const": "matches"}, "path": {"type": "string"}, "value": {"type": "string"}},
                  "required": ["type", "path", "value"]}]},
              "max_retries": {"type": "number"}}}},
        "required": ["source", "target", "config"]}},
      "start_task": {"type": "string"},
      "responding_task": {"type": "string"}},
    "required": ["trigger"]}}},
"required": ["basepath", "flows"]})json";

class PreparedNothing final : public Module::Prepared {
 public:
  void publish() noexcept override {}
};

// The text at `name`, empty when there is none.
std::string_view text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

bool has_member(const json::object& flow, std::string_view list, std::string_view name) {
  const json::value* members = flow.if_contains(list);
  return members != nullptr && members->is_object() && members->get_object().contains(name);
}

std::unexpected<Error> refuse(std::string_view flow, std::string_view reason) {
  return fail(Errc::kInvalid, "flows: flow \"" + std::string(flow) + "\": " + std::string(reason));
}

Result<> check_task_named(
    std::string_view name, const json::object& flow, const json::object& where, std::string_view by
) {
  const std::string_view task = text_at(where, by);
  if (task.empty() || has_member(flow, "tasks", task)) return {};
  return refuse(name, "there is no task \"" + std::string(task) + "\"");
}

Result<> check_connection(
    std::string_view name, const json::object& flow, const json::object& connection
) {
  for (const std::string_view end : {"source", "target"}) {
    auto checked = check_task_named(name, flow, connection, end);
    if (!checked) return checked;
  }
  const json::value* config = connection.if_contains("config");
  const json::value* condition = config != nullptr && config->is_object()
                                     ? config->get_object().if_contains("condition")
                                     : nullptr;
  if (condition == nullptr || !condition->is_object()) return {};
  const json::object& matched = condition->get_object();
  if (text_at(matched, "type") == "matches" && text_at(matched, "path").empty()) {
    return refuse(name, "a condition that matches needs a path");
  }
  return {};
}

Result<> check_flow(std::string_view name, const json::object& flow) {
  for (const std::string_view by : {"start_task", "responding_task"}) {
    auto checked = check_task_named(name, flow, flow, by);
    if (!checked) return checked;
  }
  const json::value* connections = flow.if_contains("connections");
  if (connections == nullptr || !connections->is_object()) return {};
  for (const auto& [key, connection] : connections->get_object()) {
    auto checked = check_connection(name, flow, connection.as_object());
    if (!checked) return checked;
  }
  return {};
}

}  // namespace

std::string_view FlowsModule::schema() const {
  return kSchema;
}

// The schema's defaults are all there is to fill in.
Result<> FlowsModule::complete(json::object&) const {
  return {};
}

Result<std::unique_ptr<Module::Prepared>> FlowsModule::prepare(const json::object& application) {
  for (const auto& [name, flow] : application.at("flows").at("flows").as_object()) {
    auto checked = check_flow(name, flow.as_object());
    if (!checked) return std::unexpected(std::move(checked.error()));
  }
  return std::make_unique<PreparedNothing>();
}

}  // namespace noded::system
