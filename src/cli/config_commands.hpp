// Commands about the configuration itself, and `noded version`. Each returns the exit code.
#pragma once

#include "cli/loaded.hpp"

#include <span>

namespace noded::cli {

// All problems on standard error, one a line. Returns kUsage.
int print_problems(const config::Problems& problems);

int check_config(std::span<const RoleDescriptor* const> built_in, const NodeArguments& arguments);
int print_effective(const Loaded& loaded);
int print_sample(std::span<const RoleDescriptor* const> built_in);
int print_reference(std::span<const RoleDescriptor* const> built_in);
int print_version(std::span<const RoleDescriptor* const> built_in);

}  // namespace noded::cli
