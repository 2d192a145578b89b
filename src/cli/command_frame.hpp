// CommandFrame: what all commands of the program are declared with: the parser, the flags that
// become settings of a node, and the one action that runs once everything is parsed.
#pragma once

#include "noded/role.hpp"

#include "cli/loaded.hpp"
#include "config/option_set.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <span>
#include <string>
#include <utility>

namespace noded::cli {

// Commands are declared on one thread before parse_and_run(); who declares one outlives it.
class CommandFrame {
 public:
  using BuiltIn = std::span<const RoleDescriptor* const>;
  using Action = std::function<int()>;  // returns the exit code
  using NodeAction = std::function<int(const Loaded& node)>;

  // `built_in` outlives it.
  explicit CommandFrame(BuiltIn built_in)
      : built_in_(built_in), options_(built_in_options(built_in)) {}
  CommandFrame(const CommandFrame&) = delete;
  CommandFrame& operator=(const CommandFrame&) = delete;

  CLI::App& program() { return program_; }
  BuiltIn built_in() const { return built_in_; }
  const config::OptionSet& options() const { return options_; }  // of this binary
  NodeArguments& arguments() { return arguments_; }              // of the command that is given

  // A command below `parent`, which runs the action. Order of calls is the order in --help.
  CLI::App& add_command(
      CLI::App& parent, const std::string& name, const std::string& what, Action action
  );
  // The same for a command about a node: its action is run with the node that the flags name, or
  // not at all when its configuration is not in order.
  CLI::App& add_node_command(
      CLI::App& parent, const std::string& name, const std::string& what, NodeAction action
  );
  // A command that only has others below it.
  CLI::App& add_group(const std::string& name, const std::string& what);

  // --config, --data, --app, --set: where a node's configuration and data are.
  void add_node_flags(CLI::App& command);
  // Those and --role, --listen.
  void add_run_flags(CLI::App& command);

  // For a command that has others below it, from its own callback: theirs run before.
  bool has_action() const { return action_ != nullptr; }
  void set_action(Action action) { action_ = std::move(action); }

  // Both return the exit code.
  int with_node(const NodeAction& action) const;
  int parse_and_run(int count, char** arguments);

 private:
  void add_setting(
      CLI::App& command,
      const std::string& flag,
      const OptionDeclaration& option,
      const std::string& value_name
  );
  void add_set(const std::string& text);

  const BuiltIn built_in_;
  const config::OptionSet options_;
  CLI::App program_{"", "noded"};
  Action action_;
  NodeArguments arguments_;
};

}  // namespace noded::cli
