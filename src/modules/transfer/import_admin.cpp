#include "modules/transfer/import_admin.hpp"

#include "codec/json.hpp"
#include "http/error_answer.hpp"
#include "modules/transfer/batch.hpp"
#include "repository/database/row_import.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <utility>

namespace noded::transfer {

namespace json = boost::json;
using database::RowImport;

namespace {

constexpr std::size_t kRowsOfAWalk = 5000;

json::array to_json(const std::vector<database::RefusedRow>& refused) {
  json::array rows;
  for (const auto& row : refused)
    rows.push_back({{"id", row.key}, {"field", row.field}, {"why", row.why}});
  return rows;
}

json::object to_json(const RowImport::Taken& taken) {
  return {
      {"taken", taken.rows},
      {"checksum", std::to_string(taken.checksum.number())},
      {"refused", to_json(taken.refused)}
  };
}

}  // namespace

std::vector<http::Route> ImportAdmin::routes() {
  std::vector<http::Route> table;
  table.push_back(route("rows", &ImportAdmin::take_rows));
  table.push_back(route("references", &ImportAdmin::mend_references));
  table.push_back(route("keys", &ImportAdmin::continue_keys));
  return table;
}

http::Route ImportAdmin::route(std::string_view name, Piece piece) {
  http::Handler handler = [this, piece](http::Request& request) {
    return answer(request, piece);
  };
  return operator_route("/api/admin/import/" + std::string(name), std::move(handler));
}

Task<http::Response> ImportAdmin::answer(http::Request& request, Piece piece) {
  const auto body = co_await read_batch(request, database_.store().lane);
  if (!body) co_return http::answer_error(body.error());
  const Importer importer(access_, request);
  const auto done = co_await (this->*piece)(*body, importer);
  if (!done) co_return http::answer_error(done.error());
  importer.committed();
  co_return http::Response::json(200, codec::to_json_text(*done));
}

// SQLite has kept most unique indices already: only when one objects does the batch go once more
// with a look into them before each row.
Task<Result<json::object>> ImportAdmin::take_rows(
    const json::object& body, const Importer& importer
) {
  const json::value* rows = body.if_contains("rows");
  if (rows == nullptr || !rows->is_array())
    co_return fail(Errc::kInvalid, "rows must be an array of arrays");
  const auto names = texts_of(body, "columns");
  if (!names) co_return std::unexpected(names.error());
  auto uniqueness = RowImport::Uniqueness::kExpected;
  auto put = [&](const database::Schema& schema, Transaction& transaction) -> Result<json::object> {
    if (!is_on_lane(transaction)) return fail(Errc::kWouldBlock, {});
    const auto entity = entity_of(schema, body);
    if (!entity) return std::unexpected(entity.error());
    const auto columns = database::import_columns(**entity, *names);
    if (!columns) return std::unexpected(columns.error());
    RowImport import(database_.application(), transaction, now_ms(), &importer.access());
    const auto taken = import.put(*columns, rows->get_array(), uniqueness);
    if (!taken) return std::unexpected(taken.error());
    if (auto kept = importer.record(database_, transaction, **entity, taken->rows); !kept)
      return std::unexpected(std::move(kept.error()));
    json::object answer = to_json(*taken);
    answer["unknown"] = json::array(columns->unknown.begin(), columns->unknown.end());
    return answer;
  };
  auto taken = co_await database_.write(SteadyTime::max(), put);
  if (taken || taken.error().code != Errc::kExists) co_return taken;
  uniqueness = RowImport::Uniqueness::kChecked;
  co_return co_await database_.write(SteadyTime::max(), put);
}

Task<Result<json::object>> ImportAdmin::mend_references(
    const json::object& body, const Importer& importer
) {
  const std::string from = text_of(body, "from");
  auto mend = [&](const database::Schema& schema,
                  Transaction& transaction) -> Result<RowImport::Walk> {
    if (!is_on_lane(transaction)) return fail(Errc::kWouldBlock, {});
    const auto entity = entity_of(schema, body);
    if (!entity) return std::unexpected(entity.error());
    const auto key = database::RowKey::parse(from, (*entity)->uuid_keys);
    RowImport import(database_.application(), transaction, now_ms(), &importer.access());
    return import.mend_references(**entity, key, kRowsOfAWalk);
  };
  const auto walk = co_await database_.write(SteadyTime::max(), std::move(mend));
  if (!walk) co_return std::unexpected(walk.error());
  json::object done{
      {"rows", walk->rows},
      {"checksum", std::to_string(walk->checksum.number())},
      {"refused", to_json(walk->refused)}
  };
  if (walk->next) done["from"] = walk->next->text();
  co_return done;
}

Task<Result<json::object>> ImportAdmin::continue_keys(const json::object& body, const Importer&) {
  const json::value* highest = body.if_contains("highest");
  if (highest == nullptr || !highest->is_int64())
    co_return fail(Errc::kInvalid, "highest must be an integer");
  auto set = [&](const database::Schema& schema, Transaction& transaction) -> Result<> {
    const auto entity = entity_of(schema, body);
    if (!entity) return std::unexpected(entity.error());
    RowImport import(database_.application(), transaction, now_ms());
    return import.continue_keys_after(**entity, highest->get_int64());
  };
  const auto done = co_await database_.write(SteadyTime::max(), std::move(set));
  if (!done) co_return std::unexpected(done.error());
  co_return json::object();
}

}  // namespace noded::transfer
