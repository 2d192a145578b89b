// The command line of noded: from arguments to an exit code.
#pragma once

#include "noded/role.hpp"

#include <span>

namespace noded::cli {

// `built_in` are the roles that are linked in. Returns the exit code (exit_code.hpp). Called once,
// by main.
int run_program(std::span<const RoleDescriptor* const> built_in, int count, char** arguments);

}  // namespace noded::cli
