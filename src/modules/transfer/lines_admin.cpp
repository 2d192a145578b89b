#include "modules/transfer/lines_admin.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/transfer/batch.hpp"
#include "modules/transfer/export_source.hpp"
#include "modules/transfer/import_position.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row_lines.hpp"

#include <boost/json/array.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace noded::transfer {

namespace json = boost::json;
using database::OnConflict;
using database::RowLines;

namespace {

std::optional<OnConflict> conflict_of(std::string_view text) {
  if (text == "fail") return OnConflict::kFail;
  if (text == "skip") return OnConflict::kSkip;
  if (text == "replace") return OnConflict::kReplace;
  return std::nullopt;
}

Result<const json::array*> rows_of(const json::object& body) {
  const json::value* rows = body.if_contains("rows");
  if (rows == nullptr || !rows->is_array())
    return fail(Errc::kInvalid, "rows must be an array of objects");
  return &rows->get_array();
}

Result<ExportSource::Part> part_of(const database::Schema& schema, const json::value& given) {
  const json::object* wanted = given.if_object();
  if (wanted == nullptr) return fail(Errc::kInvalid, "entities must be objects {name, after?}");
  const auto entity = entity_of(schema, {{"entity", text_of(*wanted, "name")}});
  if (!entity) return std::unexpected(entity.error());
  const std::string after = text_of(*wanted, "after");
  auto key = database::RowKey::parse(after, (*entity)->uuid_keys);
  if (!after.empty() && !key)
    return fail(Errc::kInvalid, "\"" + after + "\" is no key of " + (*entity)->name);
  return ExportSource::Part{*entity, std::move(key)};
}

Result<std::deque<ExportSource::Part>> parts_of(
    const database::Schema& schema, const json::object& body
) {
  std::deque<ExportSource::Part> parts;
  const json::value* entities = body.if_contains("entities");
  const json::array* wanted = entities == nullptr ? nullptr : entities->if_array();
  if (wanted == nullptr) return fail(Errc::kInvalid, "entities must be an array");
  for (const json::value& given : *wanted) {
    auto part = part_of(schema, given);
    if (!part) return std::unexpected(std::move(part.error()));
    parts.push_back(std::move(*part));
  }
  if (!parts.empty()) return parts;
  for (const auto& entity : schema.entities())
    parts.push_back({entity.get(), std::nullopt});
  return parts;
}

}  // namespace

std::vector<http::Route> LinesAdmin::routes() {
  std::vector<http::Route> table;
  table.push_back(operator_route("/api/admin/export", [this](http::Request& request) {
    return export_rows(request);
  }));
  table.push_back(route("entities", &LinesAdmin::list));
  table.push_back(route("begin", &LinesAdmin::begin));
  table.push_back(route("rows", &LinesAdmin::take_rows));
  table.push_back(route("connect", &LinesAdmin::connect));
  return table;
}

http::Route LinesAdmin::route(std::string_view name, Piece piece) {
  http::Handler handler = [this, piece](http::Request& request) {
    return answer(request, piece);
  };
  return operator_route("/api/admin/lines/" + std::string(name), std::move(handler));
}

Task<http::Response> LinesAdmin::answer(http::Request& request, Piece piece) {
  const auto body = co_await read_batch(request, database_.store().lane);
  if (!body) co_return http::answer_error(body.error());
  const Importer importer(access_, request);
  const auto done = co_await (this->*piece)(*body, importer);
  if (!done) co_return http::answer_error(done.error());
  importer.committed();
  co_return http::Response::json(200, codec::to_json_text(*done));
}

Task<http::Response> LinesAdmin::export_rows(http::Request& request) {
  const auto body = co_await read_batch(request, database_.store().lane);
  if (!body) co_return http::answer_error(body.error());
  const auto schema = database_.schema();
  auto parts = parts_of(*schema, *body);
  if (!parts) co_return http::answer_error(parts.error());
  auto snapshot = database_.store().engine.begin({.tier = Tier::kDisk});
  if (!snapshot) co_return http::answer_error(snapshot.error());
  http::Response response;
  response.content_type = "application/x-ndjson";
  response.source = std::make_unique<ExportSource>(
      std::move(*snapshot),
      schema,
      database_.application(),
      std::move(*parts),
      database_.store().lane
  );
  co_return response;
}

Task<Result<json::object>> LinesAdmin::list(const json::object&, const Importer&) {
  auto look = [this](Transaction& transaction) -> Result<json::array> {
    json::array entities;
    const auto schema = database_.schema();
    for (const auto& entity : schema->entities()) {
      const auto rows =
          transaction.read_counter(database::keys::row_count(database_.application(), *entity));
      if (!rows) return std::unexpected(rows.error());
      entities.push_back(json::object{{"name", entity->name}, {"rows", *rows}});
    }
    return entities;
  };
  auto entities = co_await database::read(database_.store(), SteadyTime::max(), look);
  if (!entities) co_return std::unexpected(std::move(entities.error()));
  co_return json::object{{"entities", std::move(*entities)}};
}

Task<Result<json::object>> LinesAdmin::begin(const json::object& body, const Importer&) {
  const std::string name = text_of(body, "import");
  if (name.empty()) co_return fail(Errc::kInvalid, "import must be a text");
  const json::value* restart = body.if_contains("restart");
  const bool begins_anew = restart != nullptr && restart->is_bool() && restart->get_bool();
  auto look = [&](const database::Schema&, Transaction& transaction) -> Result<ImportPosition> {
    if (begins_anew) {
      write_position(transaction, database_.application(), name, {});
      return ImportPosition{};
    }
    return read_position(transaction, database_.application(), name);
  };
  const auto position = co_await database_.write(SteadyTime::max(), look);
  if (!position) co_return std::unexpected(position.error());
  co_return json::object{
      {"lines", position->lines}, {"mark", position->mark}, {"late", position->late}
  };
}

Task<Result<json::object>> LinesAdmin::take_rows(
    const json::object& body, const Importer& importer
) {
  const auto rows = rows_of(body);
  if (!rows) co_return std::unexpected(rows.error());
  const auto on_conflict = conflict_of(text_of(body, "on_conflict"));
  if (!on_conflict)
    co_return fail(Errc::kInvalid, "on_conflict must be one of fail, skip, replace");
  const std::string name = text_of(body, "import");
  const json::value* from = body.if_contains("from");
  if (name.empty() || from == nullptr || !from->is_int64())
    co_return fail(Errc::kInvalid, "import must be a text and from an integer");
  auto put = [&](const database::Schema& schema,
                 Transaction& transaction) -> Result<RowLines::Done> {
    if (!is_on_lane(transaction)) return fail(Errc::kWouldBlock, {});
    const auto entity = entity_of(schema, body);
    if (!entity) return std::unexpected(entity.error());
    auto position = read_position(transaction, database_.application(), name);
    if (!position) return std::unexpected(position.error());
    if (position->lines != static_cast<std::uint64_t>(from->get_int64())) {
      const std::string lines = std::to_string(position->lines);
      return fail(Errc::kExists, "this import has come to line " + lines + " by another process");
    }
    RowLines lines(
        database_.application(), transaction, **entity, database_.clock(), &importer.access()
    );
    const auto done = lines.put(**rows, *on_conflict);
    if (!done) return done;
    position->lines += (*rows)->size();
    position->mark = text_of(body, "mark");
    position->late += done->late;
    write_position(transaction, database_.application(), name, *position);
    if (auto kept =
            importer.record(database_, transaction, **entity, done->created + done->replaced);
        !kept)
      return std::unexpected(std::move(kept.error()));
    return done;
  };
  const auto done = co_await database_.write(SteadyTime::max(), put);
  if (!done) co_return std::unexpected(done.error());
  co_return json::object{
      {"created", done->created},
      {"replaced", done->replaced},
      {"skipped", done->skipped},
      {"late", done->late}
  };
}

Task<Result<json::object>> LinesAdmin::connect(const json::object& body, const Importer& importer) {
  const auto rows = rows_of(body);
  if (!rows) co_return std::unexpected(rows.error());
  auto look = [&](const database::Schema& schema,
                  Transaction& transaction) -> Result<std::uint64_t> {
    if (!is_on_lane(transaction)) return fail(Errc::kWouldBlock, {});
    const auto entity = entity_of(schema, body);
    if (!entity) return std::unexpected(entity.error());
    RowLines lines(
        database_.application(), transaction, **entity, database_.clock(), &importer.access()
    );
    return lines.connect(**rows);
  };
  const auto connected = co_await database_.write(SteadyTime::max(), look);
  if (!connected) co_return std::unexpected(connected.error());
  co_return json::object{{"connected", *connected}};
}

}  // namespace noded::transfer
