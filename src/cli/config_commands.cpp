#include "cli/config_commands.hpp"

#include "cli/exit_code.hpp"
#include "config/documents.hpp"
#include "http/http_options.hpp"
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

namespace {

// The files that only a start reads.
Result<> check_tls_files(const config::Configuration& configuration) {
  const auto files = http::make_tls_files(configuration);
  if (!files) return std::unexpected(files.error());
  if (*files == nullptr) return {};
  const auto read = (*files)->refresh(http::TlsFiles::When::kAlways, system_clock());
  if (!read) return std::unexpected(read.error());
  return {};
}

}  // namespace

int check_config(std::span<const RoleDescriptor* const> built_in, const NodeArguments& arguments) {
  const auto loaded = load_node(built_in, arguments);
  if (!loaded) return print_problems(loaded.error());
  if (const auto read = check_tls_files(*loaded->configuration); !read) {
    const std::string origin(loaded->configuration->origin(http::kTlsCertificates.name));
    return print_problems({{origin, read.error().message}});
  }
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
