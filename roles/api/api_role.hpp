// The role api (alias n1): one application as bknd serves it: data, auth and system over a record
// database on the node's engine.
#pragma once

#include "noded/role.hpp"

namespace noded::roles {

const RoleDescriptor* api_role_descriptor();

}  // namespace noded::roles
