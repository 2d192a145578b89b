#include "cli/loaded.hpp"

#include "http/http_options.hpp"
#include "node/data_directory.hpp"
#include "node/listen_address.hpp"
#include "node/node_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <utility>
#include <variant>

namespace noded::cli {
namespace {

using config::Problems;

// The file of --config, else of NODED_CONFIG, else none.
std::optional<std::string> file_of(const NodeArguments& arguments, const config::Sources& sources) {
  if (arguments.config_file) return arguments.config_file;
  for (const auto& [name, value] : sources.environment) {
    if (name != "NODED_CONFIG" || value.empty()) continue;
    if (!value.starts_with('-')) return value;
    // As in the units of systemd: with a dash before it, the file may be missing.
    std::error_code fault;
    const std::string path = value.substr(1);
    if (std::filesystem::exists(path, fault) || fault) return path;
  }
  return std::nullopt;
}

std::expected<config::Sources, Problems> collect_sources(const NodeArguments& arguments) {
  config::Sources sources;
  sources.environment = config::noded_environment();
  sources.settings = arguments.settings;
  if (const auto file = file_of(arguments, sources)) {
    auto text = config::read_configuration_file(*file);
    if (!text) return std::unexpected(Problems{{*file, text.error().message}});
    sources.file_name = *file;
    sources.file_text = std::move(*text);
  }
  return sources;
}

void append(Problems& problems, Problems more) {
  for (config::Problem& problem : more) {
    const bool is_known = std::ranges::any_of(problems, [&problem](const config::Problem& known) {
      return known.text() == problem.text();
    });
    if (!is_known) problems.push_back(std::move(problem));
  }
}

// Loads the plug-ins and adds their options.
void load_plugins(const config::Sources& sources, Loaded& loaded, Problems& problems) {
  const auto paths = config::load_one(node::kPlugins, sources);
  if (!paths) return append(problems, paths.error());
  for (const std::string& path : std::get<std::vector<std::string>>(*paths)) {
    const auto done = loaded.registry->load(path);
    if (!done) {
      problems.push_back({"plugins", done.error().message});
      continue;
    }
    const RoleDescriptor& role = *loaded.registry->roles().back();
    if (role.options == nullptr) continue;
    if (auto added = loaded.options->add(role.options()); !added)
      problems.push_back({path, added.error().message});
  }
}

void check_tls(const config::Configuration& configuration, bool is_needed, Problems& problems) {
  const std::string origin(configuration.origin(http::kTlsCertificates.name));
  const auto files = http::make_tls_files(configuration);
  if (!files) {
    problems.push_back({origin, files.error().message});
  } else if (*files == nullptr && is_needed) {
    problems.push_back({origin, "an https:// address needs tls.certificates and tls.keys"});
  }
}

// What no declaration can say: that the roles are there and the addresses are addresses.
void check_values(Loaded& loaded, Problems& problems) {
  const config::Configuration& configuration = *loaded.configuration;
  auto roles = loaded.registry->select(configuration.get(node::kRole));
  if (roles) {
    loaded.roles = std::move(*roles);
  } else {
    problems.push_back({std::string(configuration.origin(node::kRole.name)), roles.error().message}
    );
  }
  if (roles && loaded.roles.empty()) {
    problems.push_back({std::string(configuration.origin(node::kRole.name)), "role names no role"});
  }
  bool over_tls = false;
  for (const std::string& text : configuration.get(node::kListen)) {
    const auto listen = node::parse_listen_address(text);
    if (!listen) {
      problems.push_back(
          {std::string(configuration.origin(node::kListen.name)),
           "listen: " + listen.error().message}
      );
    }
    over_tls = over_tls || (listen && listen->over_tls);
  }
  check_tls(configuration, over_tls, problems);
}

}  // namespace

config::OptionSet built_in_options(std::span<const RoleDescriptor* const> built_in) {
  config::OptionSet options;
  std::vector<OptionTable> tables = node::host_option_tables();
  for (const RoleDescriptor* role : built_in) {
    if (role->options != nullptr) tables.push_back(role->options());
  }
  for (const OptionTable table : tables) {
    if (auto added = options.add(table); !added) throw std::logic_error(added.error().message);
  }
  return options;
}

node::ReadAgain reading_again(
    std::span<const RoleDescriptor* const> built_in, const NodeArguments& arguments
) {
  return [built_in,
          arguments]() -> std::expected<std::shared_ptr<const config::Configuration>, Problems> {
    auto loaded = load_node(built_in, arguments);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    const auto whole = std::make_shared<Loaded>(std::move(*loaded));
    return std::shared_ptr<const config::Configuration>(whole, whole->configuration.get());
  };
}

std::expected<Loaded, Problems> load_node(
    std::span<const RoleDescriptor* const> built_in, const NodeArguments& arguments
) {
  const auto sources = collect_sources(arguments);
  if (!sources) return std::unexpected(sources.error());
  Loaded loaded;
  loaded.config_file = sources->file_name;
  loaded.options = std::make_unique<config::OptionSet>(built_in_options(built_in));
  loaded.registry = std::make_unique<plugin::RoleRegistry>(built_in);
  Problems problems;
  load_plugins(*sources, loaded, problems);
  auto configuration = config::load(*loaded.options, *sources);
  if (configuration) {
    loaded.configuration = std::move(*configuration);
    check_values(loaded, problems);
  } else {
    append(problems, std::move(configuration.error()));
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return loaded;
}

std::string application_file(const Loaded& loaded) {
  if (loaded.options->find(kAppFile) == nullptr) return {};
  const auto* name = std::get_if<std::string>(&loaded.configuration->value(kAppFile));
  return name == nullptr ? std::string() : *name;
}

bool has_store(const Loaded& loaded) {
  namespace fs = std::filesystem;
  std::error_code fault;
  const node::DataDirectory data{
      fs::absolute(loaded.configuration->get(node::kData), fault).lexically_normal()
  };
  if (!fs::is_directory(data.root, fault)) {
    fmt::print(stderr, "noded: there is no data directory {}\n", data.root.string());
    return false;
  }
  // What cannot be looked into is left to who opens it, and says why not.
  const bool is_empty = !fs::exists(data.store(), fault) || fs::is_empty(data.store(), fault);
  if (fault || !is_empty || fs::exists(data.admin_socket(), fault)) return true;
  fmt::print(
      stderr,
      "noded: there is no store in {}: start the node once, which makes one, or restore a backup\n",
      data.root.string()
  );
  return false;
}

}  // namespace noded::cli
