// Descriptions: the configuration as it is in force, JSON schemas, info, TypeScript definitions,
// and sync.
#include "codec/json.hpp"
#include "modules/data/data_controller.hpp"
#include "modules/data/entity_description.hpp"
#include "modules/data/validation.hpp"

#include <utility>

namespace noded::data {

using database::Action;
using database::Context;

namespace {

constexpr std::string_view kReadSchema = "system.schema.read";

// Scheme and authority as the client wrote them; the answer goes to that client alone.
std::string origin_of(const http::Request& request) {
  std::string origin = request.over_tls ? "https://" : "http://";
  return origin.append(request.header("host"));
}

// The names of the entities are in the schema, as bknd lists them.
std::unexpected<Error> refuse_context(std::string_view context, const database::Schema& schema) {
  json::array names;
  for (const auto& entity : schema.entities())
    names.emplace_back(entity->name);
  const std::string form =
      R"({"type":"object","properties":{"entity":{"anyOf":[{"type":"string","enum":)" +
      codec::to_json_text(names) +
      R"(},{"type":"string"}]},"context":{"type":"string","enum":["create","update"],)"
      R"("default":"create"}},"required":["entity"]})";
  return refuse(
      "/properties/context/enum",
      "/context",
      R"(Expected enum: ["create","update"])",
      json::value(context),
      form
  );
}

}  // namespace

Task<http::Response> DataController::configuration(http::Request&) const {
  co_return http::Response::json(200, codec::to_json_text(database_.schema()->dump()));
}

// Rows carry the numbers of their fields, so nothing ever has to be synchronised: `changes` is
// empty whatever was asked.
Task<http::Response> DataController::synchronise(http::Request& request) const {
  const auto allowed = authorizer_.authorize(*request.identity, "data.database.sync", request);
  if (!allowed) co_return answer(request, allowed.error());
  std::string out = R"({"tables":[)";
  bool first = true;
  const auto schema = database_.schema();
  for (const auto& entity : schema->entities()) {
    if (!first) out += ',';
    first = false;
    codec::append_json_string(out, entity->name);
  }
  out += R"(],"changes":[]})";
  co_return http::Response::json(200, std::move(out));
}

Task<http::Response> DataController::types(http::Request& request) const {
  const auto allowed = authorizer_.authorize(*request.identity, kReadSchema, request);
  if (!allowed) co_return answer(request, allowed.error());
  co_return http::Response::text(200, type_definitions(*database_.schema()));
}

std::optional<http::Response> DataController::refuse_description(
    const http::Request& request, const Subject& subject
) const {
  const auto allowed = authorizer_.authorize(*request.identity, kReadSchema, request);
  if (!allowed) return answer(request, allowed.error());
  return refuse_subject(request, subject, Action::kRead);
}

Task<http::Response> DataController::info(http::Request& request) const {
  const Subject subject = subject_of(request);
  auto refused = refuse_description(request, subject);
  if (refused) co_return std::move(*refused);
  std::string out;
  append_entity_info(*subject.entity, out);
  co_return http::Response::json(200, std::move(out));
}

// Names the entities of which the role may read any row; a role that may read none is refused.
Task<http::Response> DataController::schema_index(http::Request& request, std::string base) const {
  const auto allowed = authorizer_.authorize(*request.identity, kReadSchema, request);
  if (!allowed) co_return answer(request, allowed.error());
  const auto schema = database_.schema();
  const auto access = access_.access_of(request);
  json::object properties;
  std::optional<Error> refusal;
  for (const auto& entity : schema->entities()) {
    const auto rows = access->rows(*entity, Action::kRead, nullptr);
    if (rows) {
      properties[entity->name] = {{"$ref", base + "/schemas/" + entity->name}};
    } else if (!refusal) {
      refusal = rows.error();
    }
  }
  if (properties.empty() && refusal) co_return answer(request, *refusal);
  const json::object index{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"$id", base + "/schema.json"},
      {"properties", std::move(properties)},
  };
  co_return http::Response::json(200, codec::to_json_text(index));
}

Task<http::Response> DataController::entity_schema(http::Request& request, std::string base) const {
  const Subject subject = subject_of(request);
  auto refused = refuse_description(request, subject);
  if (refused) co_return std::move(*refused);
  const std::string_view name = request.parameter("context");
  std::optional<Context> context;
  if (name == "create") context = Context::kCreate;
  if (name == "update") context = Context::kUpdate;
  if (!name.empty() && !context) {
    const auto refusal = refuse_context(name, *subject.schema);
    co_return answer(request, refusal.error());
  }
  std::string out;
  append_entity_schema(*subject.entity, context, origin_of(request), base, out);
  co_return http::Response::json(200, std::move(out));
}

}  // namespace noded::data
