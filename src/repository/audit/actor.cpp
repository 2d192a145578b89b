#include "repository/audit/actor.hpp"

#include "codec/json.hpp"

#include <boost/json/object.hpp>

#include <utility>

namespace noded::audit {
namespace {

namespace json = boost::json;

std::string name_of(const Identity& identity) {
  if (identity.kind == Identity::Kind::kLocalOperator) return "operator";
  if (identity.kind != Identity::Kind::kUser) return "anonymous";
  std::string name = "user " + identity.user_id;
  if (!identity.impersonator.empty()) return "user " + identity.impersonator + " as " + name;
  return identity.key.empty() ? name : name + " by key " + identity.key;
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

Actor actor_of(const http::Request& request) {
  return {
      .name = request.identity == nullptr ? "anonymous" : name_of(*request.identity),
      .ip = std::string(request.peer),
      .request_id = request.request_id
  };
}

Act done_by(const Actor& actor, std::string action, std::string target, std::string details) {
  return {
      .actor = actor.name,
      .actor_ip = actor.ip,
      .action = std::move(action),
      .target = std::move(target),
      .result = "done",
      .request_id = actor.request_id,
      .details = std::move(details)
  };
}

std::string to_text(const Act& act) {
  return codec::to_json_text(json::object{
      {"actor", act.actor},
      {"actor_ip", act.actor_ip},
      {"action", act.action},
      {"target", act.target},
      {"result", act.result},
      {"request_id", act.request_id},
      {"details", act.details},
  });
}

Act act_from(std::string_view text) {
  const auto parsed = codec::parse_json(text, "act");
  const json::object* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr) return done_by({}, "configuration.change", "configuration");
  return {
      .actor = text_at(*object, "actor"),
      .actor_ip = text_at(*object, "actor_ip"),
      .action = text_at(*object, "action"),
      .target = text_at(*object, "target"),
      .result = text_at(*object, "result"),
      .request_id = text_at(*object, "request_id"),
      .details = text_at(*object, "details")
  };
}

}  // namespace noded::audit
