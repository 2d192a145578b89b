#include "modules/data/data_controller.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/data/validation.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <stdexcept>
#include <utility>

namespace noded::data {

using database::Action;
using database::Entity;
using database::RowKey;

namespace {

constexpr std::string_view kPermission = "system.access.api";

constexpr std::string_view kRowAnswer =
    R"({"type":"object","properties":{"data":{"type":"object"},"meta":{"type":"object"}}})";
constexpr std::string_view kRowsAnswer =
    R"({"type":"object","properties":{"data":{"type":"array","items":{"type":"object"}},)"
    R"("meta":{"type":"object"}}})";
constexpr std::string_view kCountAnswer =
    R"({"type":"object","properties":{"entity":{"type":"string"},"count":{"type":"number"}}})";
constexpr std::string_view kExistsAnswer =
    R"({"type":"object","properties":{"entity":{"type":"string"},"exists":{"type":"boolean"}}})";
constexpr std::string_view kWhereSchema = R"({"type":"object","properties":{}})";

// The row key that a policy's condition may look at; none when the route names no row or the id
// cannot be one.
std::optional<RowKey> key_of(const http::Request& request, const Entity& entity) {
  return RowKey::parse(request.parameter("id"), entity.uuid_keys);
}

// Stands for an entity that does not exist, so that the guard decides by its name before its
// absence is told.
Entity unknown_entity(std::string_view name) {
  Entity entity;
  entity.name = name;
  auto primary = std::make_unique<database::Field>();
  primary->name = "id";
  primary->type = database::FieldType::kPrimary;
  entity.fields.push_back(std::move(primary));
  return entity;
}

// Clients that ask for JSON get the refusal as JSON: one of the two headers is exactly that type.
http::Response not_found(const http::Request& request) {
  constexpr std::string_view kJson = "application/json";
  if (request.header("content-type") == kJson || request.header("accept") == kJson) {
    return http::Response::json(404, R"({"error":"Not found"})");
  }
  return http::Response::text(404, "404 Not Found");
}

// Milliseconds with two decimals.
void append_time(std::string& out, std::chrono::nanoseconds passed) {
  const auto hundredths = std::max<std::int64_t>(passed.count() / 10'000, 0);
  codec::append_json_integer(out, hundredths / 100);
  out += '.';
  out += static_cast<char>('0' + hundredths / 10 % 10);
  out += static_cast<char>('0' + hundredths % 10);
}

void append_meta(std::string& out, std::uint64_t items, std::chrono::nanoseconds passed) {
  out += R"("meta":{"items":)";
  codec::append_json_integer(out, static_cast<std::int64_t>(items));
  out += R"(,"time":)";
  append_time(out, passed);
}

}  // namespace

DataController::DataController(
    database::Database& database,
    database::AccessProvider& access,
    Authorizer& authorizer,
    const DataLimits& limits
)
    : database_(database),
      access_(access),
      authorizer_(authorizer),
      limits_(limits),
      service_(database, limits) {}

http::Handler DataController::bind(Member member) const {
  return [self = shared_from_this(), member](http::Request& request) {
    return (self.get()->*member)(request);
  };
}

http::Handler DataController::bind(MemberWithBase member, const std::string& base) const {
  return [self = shared_from_this(), member, base](http::Request& request) {
    return (self.get()->*member)(request, base);
  };
}

std::vector<http::Route> DataController::routes(const std::string& base) const {
  using enum http::Method;
  using C = DataController;
  const std::string entity = base + "/entity/:entity";
  const std::string row = entity + "/:id";
  const std::string schemas = base + "/schemas/:entity";
  const std::string_view none;
  return {
      {kGet,
       base,
       kPermission,
       "The configuration of entities, relations and indices",
       none,
       none,
       bind(&C::configuration)},
      {kGet,
       base + "/sync",
       kPermission,
       "Names of the stored entities",
       none,
       none,
       bind(&C::synchronise)},
      {kGet,
       base + "/types",
       kPermission,
       "TypeScript definitions of the entities",
       none,
       none,
       bind(&C::types)},
      {kGet,
       base + "/info/:entity",
       kPermission,
       "Fields and relations of an entity",
       none,
       none,
       bind(&C::info)},
      {kGet,
       base + "/schema.json",
       kPermission,
       "Index of the entities' JSON schemas",
       none,
       none,
       bind(&C::schema_index, base)},
      {kGet,
       schemas,
       kPermission,
       "JSON schema of an entity",
       none,
       none,
       bind(&C::entity_schema, base)},
      {kGet,
       schemas + "/:context",
       kPermission,
       "JSON schema of an entity's create or update",
       none,
       none,
       bind(&C::entity_schema, base)},
      {kGet, entity, kPermission, "Read rows", none, kRowsAnswer, bind(&C::read_many)},
      {kGet, row, kPermission, "Read one row", none, kRowAnswer, bind(&C::read_one)},
      {kGet,
       row + "/:reference",
       kPermission,
       "Read the rows related to one",
       none,
       kRowsAnswer,
       bind(&C::read_by_reference)},
      {kPost,
       entity + "/query",
       kPermission,
       "Read rows by a query in the body",
       kQuerySchema,
       kRowsAnswer,
       bind(&C::query)},
      {kPost,
       entity + "/fn/count",
       kPermission,
       "Count the rows that match",
       kWhereSchema,
       kCountAnswer,
       bind(&C::count)},
      {kPost,
       entity + "/fn/exists",
       kPermission,
       "Tell whether a row matches",
       kWhereSchema,
       kExistsAnswer,
       bind(&C::exists)},
      {kPost,
       entity,
       kPermission,
       "Create one row or several",
       kInsertSchema,
       kRowAnswer,
       bind(&C::create)},
      {kPatch, row, kPermission, "Change one row", kUpdateSchema, kRowAnswer, bind(&C::update)},
      {kPatch,
       entity,
       kPermission,
       "Change the rows that match",
       kUpdateManySchema,
       kRowsAnswer,
       bind(&C::update_where)},
      {kDelete, row, kPermission, "Delete one row", none, kRowAnswer, bind(&C::erase)},
      {kDelete,
       entity,
       kPermission,
       "Delete the rows that match",
       kWhereSchema,
       kRowsAnswer,
       bind(&C::erase_where)},
  };
}

DataController::Subject DataController::subject_of(const http::Request& request) const {
  Subject subject;
  subject.schema = database_.schema();
  subject.entity = subject.schema->find(request.parameter("entity"));
  subject.access = access_.access_of(request);
  return subject;
}

std::optional<http::Response> DataController::refuse_subject(
    const http::Request& request, const Subject& subject, Action action
) {
  if (subject.entity == nullptr) {
    const Entity unknown = unknown_entity(request.parameter("entity"));
    const auto allowed = subject.access->rows(unknown, action, nullptr);
    // Other errors come from a policy's filter that names fields of an entity of old: not this
    // request's concern.
    const bool is_refused = !allowed && allowed.error().code == Errc::kForbidden;
    return is_refused ? answer(request, allowed.error()) : not_found(request);
  }
  const auto key = key_of(request, *subject.entity);
  const auto allowed = subject.access->rows(*subject.entity, action, key ? &*key : nullptr);
  if (!allowed) return answer(request, allowed.error());
  return std::nullopt;
}

http::Response DataController::answer(const http::Request& request, const Error& error) {
  if (error.type == kUnknownEntity) return not_found(request);
  if (error.code == Errc::kInternal) {
    report_defect("data route", std::make_exception_ptr(std::runtime_error(error.message)));
  }
  if (error.type != kValidationRefusal) return http::answer_error(error);
  auto response = http::Response::json(400, error.members);
  response.refusal = "validation";
  return response;
}

http::Response DataController::answer_after_guard(
    const http::Request& request, const Subject& subject, Action action, const Error& error
) {
  auto refused = refuse_subject(request, subject, action);
  return refused ? std::move(*refused) : answer(request, error);
}

Task<Result<json::value>> DataController::read_json(
    http::Request& request, std::optional<json::value> absent
) {
  auto text = co_await request.read_body(std::numeric_limits<std::uint64_t>::max());
  if (!text) co_return std::unexpected(std::move(text.error()));
  if (text->empty() && absent) co_return std::move(*absent);
  co_return codec::parse_json(*text, "request body", {.max_depth = request.json_depth});
}

void DataController::end_written(std::string& out, std::uint64_t items, SteadyTime begun) const {
  append_meta(out, items, now() - begun);
  out += "}}";
}

http::Response DataController::end_read(
    int status, std::string out, const database::Page& page, SteadyTime begun, std::string_view plan
) const {
  append_meta(out, page.items, now() - begun);
  out += R"(,"count":)";
  codec::append_json_integer(out, static_cast<std::int64_t>(page.count));
  out += R"(,"total":)";
  codec::append_json_integer(out, static_cast<std::int64_t>(page.total));
  if (!plan.empty()) {
    out += R"(,"plan":)";
    codec::append_json_string(out, plan);
  }
  out += "}}";
  auto response = http::Response::json(status, std::move(out));
  response.headers.push_back({"X-Store-Seq", std::to_string(page.sequence)});
  return response;
}

}  // namespace noded::data
