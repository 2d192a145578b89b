// DataService: what the routes of /api/data do with records: one call, one transaction. Rows are
// appended to the caller's buffer as JSON text, so that an answer is written once. Knows entities
// and queries, not HTTP.
//
// Thread-safe; calls run on the caller's executor. Errors are those of Reader and Writer, and
// kUnknownEntity when the entity was removed from the schema between the request and its
// transaction.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/data/data_options.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"
#include "repository/database/query.hpp"
#include "repository/database/reader.hpp"
#include "repository/database/writer.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace noded::data {

namespace json = boost::json;

// Error::type of the kNotFound that means the entity, not the row.
inline constexpr std::string_view kUnknownEntity = "data.unknown_entity";

// On whose behalf, and until when. Everything referred to outlives the call.
struct Asking {
  const database::Access& access;
  SteadyTime deadline;
};

class DataService {
 public:
  DataService(database::Database& database, const DataLimits& limits)
      : database_(database), limits_(limits) {}

  // A non-null `plan` receives how the rows are found, as a person reads it.
  Task<Result<database::Page>> read_many(
      const database::Entity& entity,
      const database::Query& query,
      Asking asking,
      std::string& out,
      std::string* plan
  ) const;
  Task<Result<database::Page>> read_one(
      const database::Entity& entity,
      const std::optional<database::RowKey>& key,
      const database::Query& query,
      Asking asking,
      std::string& out
  ) const;
  Task<Result<database::Page>> read_by_reference(
      const database::Entity& entity,
      const std::optional<database::RowKey>& key,
      const database::Reference& reference,
      const database::Query& query,
      Asking asking,
      std::string& out
  ) const;
  Task<Result<std::uint64_t>> count(
      const database::Entity& entity, const json::object& where, Asking asking
  ) const;
  Task<Result<bool>> exists(
      const database::Entity& entity, const json::object& where, Asking asking
  ) const;

  // Appends the new rows: as an array if `as_array`, else the only one. Returns how many. kTooLarge
  // beyond max_insert_rows.
  Task<Result<std::uint64_t>> create(
      std::string_view entity,
      std::span<const json::object> rows,
      bool as_array,
      Asking asking,
      std::string& out
  ) const;
  // Appends the row as it is now; false when there is none of that id.
  Task<Result<bool>> update(
      std::string_view entity,
      std::string_view id,
      const json::object& changes,
      Asking asking,
      std::string& out
  ) const;
  // Append an array of the rows as they are now or were; return how many. kInvalid without a where,
  // kTooLarge beyond max_changed_rows: nothing is changed then.
  Task<Result<std::uint64_t>> update_where(
      std::string_view entity,
      const json::object& where,
      const json::object& changes,
      Asking asking,
      std::string& out
  ) const;
  Task<Result<std::uint64_t>> erase_where(
      std::string_view entity, const json::object& where, Asking asking, std::string& out
  ) const;
  // Appends the row as it was; false when there is none of that id.
  Task<Result<bool>> erase(
      std::string_view entity, std::string_view id, Asking asking, std::string& out
  ) const;

 private:
  Result<database::Query> parse_where(const database::Entity& entity, const json::object& where)
      const;
  template <class Body>
  auto read(Asking asking, Body body) const;
  template <class Body>
  auto read(Asking asking, std::string& out, Body body) const;
  template <class Body>
  auto write(std::string_view entity, Asking asking, std::string& out, Body body) const -> Task<
      std::invoke_result_t<Body&, const database::Entity&, database::Writer&, Transaction&>>;

  database::Database& database_;
  DataLimits limits_;
};

}  // namespace noded::data
