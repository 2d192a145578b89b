// Reader: all reads of records. Answers are written as JSON text straight from stored rows into the
// caller's buffer. Synchronous over one transaction, in either tier; one thread at a time.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/access.hpp"
#include "repository/database/query.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::database {

struct Page {
  std::uint64_t items = 0;  // rows written
  std::uint64_t count = 0;  // rows that match, without limit and offset
  std::uint64_t total = 0;  // rows of the entity
  Sequence sequence = 0;    // the last commit that the read saw
};

class Reader {
 public:
  // All three must outlive it. `application` is the key prefix of the application's records (see
  // keys.hpp).
  Reader(std::uint16_t application, Transaction& transaction, const Access& access)
      : application_(application), transaction_(transaction), access_(access) {}

  // Appends a JSON array of rows.
  Result<Page> read_many(const Entity& entity, const Query& query, std::string& out);
  // Appends the row as a JSON object, or appends nothing and items is 0. No key (an id that no row
  // can have) finds nothing.
  Result<Page> read_one(
      const Entity& entity, const std::optional<RowKey>& key, const Query& query, std::string& out
  );
  // Rows of the other side for one parent; `reference` is listable. `query` is of the other entity.
  Result<Page> read_by_reference(
      const Entity& entity,
      const std::optional<RowKey>& key,
      const Reference& reference,
      const Query& query,
      std::string& out
  );
  Result<std::uint64_t> count(
      const Entity& entity, const Filter& where, const json::object& where_json
  );
  Result<bool> exists(const Entity& entity, const Filter& where, const json::object& where_json);
  // Keys of the rows that match, ascending, and that `action` may touch: for mass update and
  // deletion.
  Result<std::vector<RowKey>> find_keys(
      const Entity& entity, const json::object& where_json, Action action
  );
  // The plan for a query as a person reads it: index or scan, and why.
  Result<std::string> explain(const Entity& entity, const Query& query);

 private:
  std::uint16_t application_;
  Transaction& transaction_;
  const Access& access_;
};

}  // namespace noded::database
