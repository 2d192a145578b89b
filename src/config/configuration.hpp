// Configuration: the value of every declared option and where it came from. Later sources win:
// default < file < environment (NODED_HTTP_MAX_BODY) < command line (--set http.max_body=2MiB and
// the named flags).
//
// Loading never stops at the first mistake: all problems of all sources are reported together, each
// with its place.
#pragma once

#include "noded/options.hpp"
#include "noded/result.hpp"

#include "config/option_set.hpp"

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace noded::config {

struct Problem {
  std::string where;  // "noded.yaml:3:7", "NODED_HTTP_MAX_BODY", "--listen"
  std::string what;
  std::string text() const { return where + ": " + what; }
};
using Problems = std::vector<Problem>;

// One value given on the command line: `flag` is what the person wrote ("--listen"), for messages.
struct Setting {
  std::string flag;
  std::string name;
  std::string value;
};

struct Sources {
  std::string file_name;                 // as messages name it
  std::optional<std::string> file_text;  // empty optional: no file
  // NAME, value of every variable whose name begins with NODED_.
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<Setting> settings;
};

// Reads a configuration file, at most 1 MiB. kNotFound, kUnavailable, kTooLarge.
Result<std::string> read_configuration_file(const std::string& path);
// The process's variables that begin with NODED_.
std::vector<std::pair<std::string, std::string>> noded_environment();
// Variables that begin with NODED_ and are no option: NODED_CONFIG names the configuration file.
std::span<const std::string_view> reserved_variables() noexcept;

class Configuration final : public Options {
 public:
  // All declarations at their defaults. `options` must outlive the configuration.
  explicit Configuration(const OptionSet& options);

  const OptionValue& value(std::string_view name) const override;
  // "default", "noded.yaml:3", "NODED_HTTP_MAX_BODY", "--set".
  std::string_view origin(std::string_view name) const;
  const OptionSet& options() const noexcept { return *options_; }

  void set(std::string_view name, OptionValue value, std::string origin);

 private:
  struct Entry {
    OptionValue value;
    std::string origin;
  };
  const OptionSet* options_;
  std::unordered_map<std::string_view, Entry> entries_;
};

// The effective configuration, or everything that is wrong with the sources.
std::expected<std::unique_ptr<Configuration>, Problems> load(
    const OptionSet& options, const Sources& sources
);

// What `sources` say about one option, whatever else is in them: for what must be known before all
// options are (the plug-ins bring options of their own). Problems are those of this option, and of
// a file that is no YAML.
std::expected<OptionValue, Problems> load_one(
    const OptionDeclaration& option, const Sources& sources
);

}  // namespace noded::config
