#include "config/configuration.hpp"

#include "config/nearest.hpp"
#include "config/value_text.hpp"
#include "config/yaml_source.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace noded::config {
namespace {

constexpr std::string_view kPrefix = "NODED_";
constexpr std::size_t kLargestFile = std::size_t{1} << 20;
constexpr std::array<std::string_view, 1> kReserved{"NODED_CONFIG"};

std::string did_you_mean(std::string_view nearest) {
  return nearest.empty() ? std::string() : fmt::format("; did you mean {}?", nearest);
}

void assign(
    const OptionDeclaration& option,
    std::string_view text,
    const std::string& where,
    Configuration& configuration,
    Problems& problems
) {
  auto value = parse_value(option, text);
  if (value) {
    configuration.set(option.name, std::move(*value), where);
  } else {
    // Where the place is the option itself, naming it again would only be noise.
    const bool is_named = where == OptionSet::environment_name(option.name);
    problems.push_back(
        {where,
         is_named ? value.error().message
                  : fmt::format("{}: {}", option.name, value.error().message)}
    );
  }
}

void load_environment(
    const Sources& sources, Unknown unknown, Configuration& configuration, Problems& problems
) {
  const OptionSet& options = configuration.options();
  for (const auto& [variable, text] : sources.environment) {
    if (const OptionDeclaration* option = options.find_by_environment(variable)) {
      assign(*option, text, variable, configuration, problems);
    } else if (unknown == Unknown::kRefuse &&
               std::ranges::find(kReserved, variable) == kReserved.end()) {
      std::vector<std::string> names;
      for (const std::string_view name : options.names())
        names.push_back(OptionSet::environment_name(name));
      const std::vector<std::string_view> views(names.begin(), names.end());
      problems.push_back(
          {variable, "unknown variable" + did_you_mean(nearest_name(variable, views))}
      );
    }
  }
}

void load_settings(
    const Sources& sources, Unknown unknown, Configuration& configuration, Problems& problems
) {
  const OptionSet& options = configuration.options();
  for (const Setting& setting : sources.settings) {
    if (const OptionDeclaration* option = options.find(setting.name)) {
      assign(*option, setting.value, setting.flag, configuration, problems);
    } else if (unknown == Unknown::kRefuse) {
      const auto names = options.names();
      problems.push_back(
          {setting.flag,
           fmt::format(
               "unknown option {}{}", setting.name, did_you_mean(nearest_name(setting.name, names))
           )}
      );
    }
  }
}

Configuration load_all(
    const OptionSet& options, const Sources& sources, Unknown unknown, Problems& problems
) {
  Configuration configuration(options);
  if (sources.file_text)
    load_yaml(*sources.file_text, sources.file_name, unknown, configuration, problems);
  load_environment(sources, unknown, configuration, problems);
  load_settings(sources, unknown, configuration, problems);
  return configuration;
}

}  // namespace

Result<std::string> read_configuration_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path.c_str(), "rbe"), &std::fclose
  );
  if (!file) {
    const Errc code = errno == ENOENT ? Errc::kNotFound : Errc::kUnavailable;
    return fail(code, fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  }
  std::string text(kLargestFile + 1, '\0');
  const std::size_t size = std::fread(text.data(), 1, text.size(), file.get());
  if (std::ferror(file.get()) != 0) {
    return fail(Errc::kUnavailable, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  if (size > kLargestFile)
    return fail(Errc::kTooLarge, fmt::format("{} is larger than 1MiB", path));
  text.resize(size);
  return text;
}

std::vector<std::pair<std::string, std::string>> noded_environment() {
  std::vector<std::pair<std::string, std::string>> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    out.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  std::ranges::sort(out);
  return out;
}

std::span<const std::string_view> reserved_variables() noexcept {
  return kReserved;
}

Configuration::Configuration(const OptionSet& options) : options_(&options) {
  for (const OptionDeclaration* option : options.in_sections()) {
    entries_.emplace(option->name, Entry{default_value(*option), "default"});
  }
}

const OptionValue& Configuration::value(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end())
    throw std::logic_error(fmt::format("option {} is in no table", name));
  return found->second.value;
}

std::string_view Configuration::origin(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end())
    throw std::logic_error(fmt::format("option {} is in no table", name));
  return found->second.origin;
}

void Configuration::set(std::string_view name, OptionValue value, std::string origin) {
  const auto found = entries_.find(name);
  if (found == entries_.end())
    throw std::logic_error(fmt::format("option {} is in no table", name));
  found->second = Entry{std::move(value), std::move(origin)};
}

std::expected<std::unique_ptr<Configuration>, Problems> load(
    const OptionSet& options, const Sources& sources
) {
  Problems problems;
  Configuration configuration = load_all(options, sources, Unknown::kRefuse, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return std::make_unique<Configuration>(std::move(configuration));
}

std::expected<OptionValue, Problems> load_one(
    const OptionDeclaration& option, const Sources& sources
) {
  OptionSet options;
  const OptionDeclaration* const table[] = {&option};
  if (auto added = options.add(table); !added)
    return std::unexpected(Problems{{"options", added.error().message}});
  Problems problems;
  const Configuration configuration = load_all(options, sources, Unknown::kSkip, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return configuration.value(option.name);
}

}  // namespace noded::config
