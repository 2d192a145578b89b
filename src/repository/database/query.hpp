// Query: what a read asks for (bknd's HTTP contract, chapter 4), checked against the schema.
#pragma once

#include "noded/result.hpp"

#include "repository/database/filter.hpp"
#include "repository/database/schema.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::database {

struct Query;

struct With {
  const Reference* reference = nullptr;
  std::shared_ptr<const Query> query;  // of the other entity
};

struct Query {
  std::vector<const Field*> select;  // empty: all visible
  Filter where;
  json::object where_json;
  const Field* sort = nullptr;  // null: the entity's own
  bool descending = false;
  std::uint64_t limit = 10;
  std::uint64_t offset = 0;
  std::vector<With> with;
  std::vector<const Reference*> join;
};

struct QueryLimits {
  std::uint64_t max_rows = 1000;  // largest limit honoured; a larger or negative one is cut to it
  std::uint32_t max_with_depth = 8;
  std::uint32_t max_conditions = 1000;
};

// From the JSON form {limit, offset, sort, select, where, with, join}; the query-string form is
// turned into it by the data module. Errors as chapter 2 names them.
Result<Query> parse_query(
    const Entity& entity, const json::object& options, const QueryLimits& limits
);

// Whether `text` has the form of a sort: ^-?[a-zA-Z_][a-zA-Z0-9_.]*$
bool is_sort_text(std::string_view text) noexcept;

}  // namespace noded::database
