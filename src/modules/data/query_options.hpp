// QueryOptions: what a read asks for, as it comes over HTTP: in the query string or as a JSON body
// (bknd's HTTP contract, chapter 4). Decoding knows no entity, so that a malformed request is
// refused as bknd refuses it: with 400 and the schema that it fails, before anything else is looked
// at. to_query() then checks it against the entity.
//
// Pure functions. A query string of limit and offset alone builds no JSON.
#pragma once

#include "noded/result.hpp"

#include "repository/database/query.hpp"
#include "repository/database/schema.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace noded::data {

namespace json = boost::json;

struct QueryOptions {
  std::optional<std::int64_t> limit;   // absent: the default; negative: as many as may be read
  std::optional<std::int64_t> offset;  // negative counts as 0
  json::object members;  // sort, select, where, with, join in their JSON forms; only those given
};

// `text` is undecoded and without '?'. Parameters of other names are ignored. Errors: kInvalid,
// either a refusal of the schema (see validation.hpp) or where/with that is no JSON.
Result<QueryOptions> decode_query_string(std::string_view text);

// The body of POST …/query. Errors as above.
Result<QueryOptions> decode_query_body(const json::value& body);

// A where given as a body of its own or as a member: an object, JSON text of one, or null and empty
// for none. An array stands for an object with its positions as keys, which no entity has. Errors:
// kInvalid.
Result<json::object> decode_where(const json::value& where);

// Errors: those of database::parse_query.
Result<database::Query> to_query(
    const database::Entity& entity, const QueryOptions& options, const database::QueryLimits& limits
);

}  // namespace noded::data
