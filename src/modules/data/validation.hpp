// Refusals of requests that do not match a route's schema. Their wire form has no `error` member,
// so they travel as an Error of a type of their own that holds the whole answer:
//   {"valid":false,"errors":[{"keywordLocation","instanceLocation","error","data"}],"schema":{…}}
#pragma once

#include "noded/result.hpp"

#include <boost/json/value.hpp>

#include <string_view>

namespace noded::data {

inline constexpr std::string_view kValidationRefusal = "data.validation";

// The schemas that bknd shows for these parts of a request, as JSON text.
extern const std::string_view kQuerySchema;
extern const std::string_view kInsertSchema;
extern const std::string_view kUpdateSchema;
extern const std::string_view kUpdateManySchema;

// kInvalid of type kValidationRefusal; `members` is the body of the answer.
std::unexpected<Error> refuse(
    std::string_view keyword_location,
    std::string_view instance_location,
    std::string_view reason,
    const boost::json::value& data,
    std::string_view schema
);

}  // namespace noded::data
