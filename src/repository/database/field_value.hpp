// Values of fields: from the JSON of a request to what is stored (validation and conversion), and
// from what is stored to the JSON of an answer. bknd's HTTP contract, chapter 5.
#pragma once

#include "noded/result.hpp"

#include "repository/database/schema.hpp"
#include "repository/database/value.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>

namespace noded::database {

// What a write stores for `given`. Null gives the default if there is one; else null, or an error
// on a required field. Errors: kUnprocessable, TransformPersistFailedException, bknd's messages.
// Relation fields: what cannot be a key of the target is refused; that the row exists is the
// writer's to check. Primary and virtual fields store nothing: kInvalid.
Result<Value> to_stored(const Field& field, const json::value& given);

// The key that `given` (a number, or text as in a path) names in the target of a relation field;
// empty if it can be none.
std::optional<RowKey> key_of(const Field& relation_field, const json::value& given);

// The default for a key that is absent on create, as stored; null without one.
Result<Value> default_of(const Field& field);

// Appends the value as JSON, as a read shows it: dates as full ISO text, defaults of enum, json and
// boolean for null, an enum value that is no longer an option as the default or null, long text cut
// to maxLength.
void append_json(const Field& field, const ValueView& stored, std::string& out);

}  // namespace noded::database
