// Values of another database, taken as they are: without defaults and without the rules of writing.
#pragma once

#include "noded/result.hpp"

#include "repository/database/schema.hpp"
#include "repository/database/value.hpp"

#include <boost/json/value.hpp>

namespace noded::database {

// What a column of a bknd database (SQLite) holds, as a value of `field`: `given` is null, a
// number, text, or an object {"unreadable":text} for what JSON cannot hold. Null stays null.
// Errors: kInvalid, saying what is there and what the field takes.
Result<Value> imported_value(const Field& field, const json::value& given);

}  // namespace noded::database
