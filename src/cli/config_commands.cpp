#include "cli/config_commands.hpp"

#include "cli/exit_code.hpp"
#include "config/documents.hpp"
#include "node/version.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace noded::cli {

int print_problems(const config::Problems& problems) {
  fmt::print(stderr, "noded: the configuration is not in order:\n");
  for (const config::Problem& problem : problems)
    fmt::print(stderr, "  {}\n", problem.text());
  return kUsage;
}

int check_config(std::span<const RoleDescriptor* const> built_in, const NodeArguments& arguments) {
  const auto loaded = load_node(built_in, arguments);
  if (!loaded) return print_problems(loaded.error());
  fmt::print("{}: in order\n", *arguments.config_file);
  return kDone;
}

int print_effective(const Loaded& loaded) {
  fmt::print("{}", config::effective_file(*loaded.configuration));
  return kDone;
}

int print_sample(std::span<const RoleDescriptor* const> built_in) {
  fmt::print("{}", config::sample_file(built_in_options(built_in)));
  return kDone;
}

int print_reference(std::span<const RoleDescriptor* const> built_in) {
  fmt::print("{}", config::reference_page(built_in_options(built_in)));
  return kDone;
}

int print_version(std::span<const RoleDescriptor* const> built_in) {
  fmt::print("noded {}\n", node::version());
  if (!node::commit().empty()) fmt::print("commit    {}\n", node::commit());
  fmt::print("compiler  {}\n", node::compiler());
  fmt::print("role ABI  {} ({})\n", kRoleAbi, kRoleBuild);
  for (const RoleDescriptor* role : built_in)
    fmt::print("role      {}: {}\n", role->name, role->sentence);
  return kDone;
}

}  // namespace noded::cli
