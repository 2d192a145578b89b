// Operands: what a where or a policy compares a field with, brought to the type that the field is
// stored as (SQLite's column affinity, which bknd's clients see).
#pragma once

#include "repository/database/schema.hpp"
#include "repository/database/value.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>

namespace noded::database {

// `given` is a string, number or boolean; `owner` the field's entity. Empty when it can stand for
// no value of that field: a text that is no date.
std::optional<Value> operand_for(const Entity& owner, const Field& field, const json::value& given);

// Whether < and > make sense between the field and `given`.
bool is_ordered_operand(const Entity& owner, const Field& field, const json::value& given);

// As ECMAScript's String(): 42, 5.5, true, or the text itself.
std::string text_of_primitive(const json::value& given);

}  // namespace noded::database
