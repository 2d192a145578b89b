// The part of a policy's condition that looks at the row: {"resource.owner":"@user.id"}. It can
// only be decided row by row, hence it becomes a filter of rows: of reads of one row and of many,
// and of whatever is written. Pure.
#pragma once

#include "noded/result.hpp"

#include "modules/auth/condition_context.hpp"
#include "repository/database/filter.hpp"
#include "repository/database/schema.hpp"

#include <boost/json/object.hpp>

#include <string_view>

namespace noded::auth {

// data.entity.read, create, update and delete are about rows; other permissions never are.
bool is_about_rows(std::string_view permission) noexcept;

struct SplitCondition {
  json::object known;  // what can be decided without the row
  json::object row;    // {"owner":"@user.id"}: the members that name fields of the row
};
// kInvalid naming the member that can never be decided, and what is allowed: a permission that is
// about no row; a member of $or; a field of a related row; "@resource.…" elsewhere than as the
// whole operand of $eq. `must_negate`: the policy denies or filters, for which only some operators
// do.
Result<SplitCondition> split_condition(
    const json::object& condition, std::string_view permission, bool must_negate
);
// The same for a policy's filter, whose members are fields of the row to begin with.
Result<> check_filter_variables(const json::object& filter);

// Rows of which all of `row` holds. Errors: those of Filter::compile.
Result<database::Filter> rows_where(const database::Entity& entity, const json::object& row);
// The others. Of a member that is null nothing but $isnull holds.
Result<database::Filter> rows_where_not(const database::Entity& entity, const json::object& row);

}  // namespace noded::auth
