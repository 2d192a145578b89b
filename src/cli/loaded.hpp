// From the words of the command line to a configuration in order: plug-ins loaded, options joined,
// roles chosen.
#pragma once

#include "noded/role.hpp"

#include "config/configuration.hpp"
#include "config/option_set.hpp"
#include "node/reload.hpp"
#include "plugin/role_registry.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded::cli {

// What all commands that know a node take: where its configuration is, and values that go before
// it.
struct NodeArguments {
  std::optional<std::string> config_file;
  std::vector<config::Setting> settings;
};

struct Loaded {
  std::unique_ptr<config::OptionSet> options;
  std::unique_ptr<config::Configuration> configuration;
  std::unique_ptr<plugin::RoleRegistry> registry;
  std::vector<const RoleDescriptor*> roles;  // those that `role` names
  std::string config_file;                   // empty: none
};

// For commands that look at a node's data or change it: in a mistyped or empty directory no store
// is begun. False: there is none, which was printed.
bool has_store(const Loaded& loaded);

// An option of the role api, which may not be part of a build.
inline constexpr std::string_view kAppFile = "app.file";

// The file that an empty store begins with; empty: none was named.
std::string application_file(const Loaded& loaded);

// Everything that is wrong comes back at once.
std::expected<Loaded, config::Problems> load_node(
    std::span<const RoleDescriptor* const> built_in, const NodeArguments& arguments
);

// The same once more, for a reload. It holds on to copies of both arguments.
node::ReadAgain reading_again(
    std::span<const RoleDescriptor* const> built_in, const NodeArguments& arguments
);

// The options of this binary alone: of the host and of the built-in roles.
config::OptionSet built_in_options(std::span<const RoleDescriptor* const> built_in);

}  // namespace noded::cli
