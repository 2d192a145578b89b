// What the routes of a transfer have in common: only the local operator may use them, a request is
// a batch of rows of one entity, and its work is done on the store's lane.
#pragma once

#include "noded/engine.hpp"
#include "noded/http.hpp"
#include "noded/lane.hpp"

#include "repository/database/schema.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace noded::transfer {

// The most bytes that a batch has.
inline constexpr std::uint64_t kMaxBatch = std::uint64_t{64} << 20;

// POST at `pattern`, without the deadline of other requests; anybody but the local operator gets
// 404.
http::Route operator_route(std::string pattern, http::Handler handler);

// The request's body, an object, parsed on the lane.
Task<Result<boost::json::object>> read_batch(http::Request& request, Lane& lane);

// False in the memory tier: a batch is no work for a loop. The body of a transaction answers
// kWouldBlock then and is run again on the lane.
bool is_on_lane(const Transaction& transaction);

// The entity that the member "entity" names. kInvalid lists those there are.
Result<const database::Entity*> entity_of(
    const database::Schema& schema, const boost::json::object& body
);

// Empty when there is no text of that name.
std::string text_of(const boost::json::object& body, std::string_view name);
// kInvalid when it is no array of texts.
Result<std::vector<std::string>> texts_of(const boost::json::object& body, std::string_view name);

}  // namespace noded::transfer
