// The answer of GET /api/system/permissions, from the one table of permissions. Pure.
#pragma once

#include "repository/database/schema.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace noded::system {

// {"permissions":[{name, filterable?, context?}], "context": schema of what every condition sees}.
// The latter describes the claims of a user: those fields of the users entity that `auth`, the
// configuration of the auth module with its secrets, puts into tokens.
std::string permission_list(const database::Schema& schema, const boost::json::object& auth);

}  // namespace noded::system
