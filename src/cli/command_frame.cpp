#include "cli/command_frame.hpp"

#include "cli/config_commands.hpp"
#include "cli/exit_code.hpp"
#include "config/value_text.hpp"
#include "node/node_options.hpp"

#include <vector>

namespace noded::cli {

CLI::App& CommandFrame::add_command(
    CLI::App& parent, const std::string& name, const std::string& what, Action action
) {
  CLI::App& command = *parent.add_subcommand(name, what);
  command.callback([this, action = std::move(action)] { action_ = action; });
  return command;
}

CLI::App& CommandFrame::add_node_command(
    CLI::App& parent, const std::string& name, const std::string& what, NodeAction action
) {
  return add_command(parent, name, what, [this, action = std::move(action)] {
    return with_node(action);
  });
}

CLI::App& CommandFrame::add_group(const std::string& name, const std::string& what) {
  CLI::App& group = *program_.add_subcommand(name, what);
  group.require_subcommand(1);
  return group;
}

// A flag of its own for an option; its help comes from the declaration.
void CommandFrame::add_setting(
    CLI::App& command,
    const std::string& flag,
    const OptionDeclaration& option,
    const std::string& value_name
) {
  const std::string value = config::plain_text(option, config::default_value(option));
  command
      .add_option_function<std::vector<std::string>>(
          flag,
          [this, flag, &option](const std::vector<std::string>& values) {
            std::string joined;
            for (const std::string& text : values)
              joined += (joined.empty() ? "" : ",") + text;
            arguments_.settings.push_back({flag, std::string(option.name), joined});
          },
          std::string(option.sentence) + (value.empty() ? "" : " [" + value + "]")
      )
      ->type_name(value_name)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void CommandFrame::add_node_flags(CLI::App& command) {
  command
      .add_option(
          "--config", arguments_.config_file, "configuration file (YAML); also NODED_CONFIG"
      )
      ->type_name("FILE");
  add_setting(command, "--data", node::kData, "DIR");
  // An option of the role api, which may not be part of a build.
  if (const OptionDeclaration* app = options_.find("app.file"))
    add_setting(command, "--app", *app, "FILE");
  command
      .add_option_function<std::vector<std::string>>(
          "--set",
          [this](const std::vector<std::string>& values) {
            for (const std::string& value : values)
              add_set(value);
          },
          "any option by its name; wins over file and environment"
      )
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void CommandFrame::add_set(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw CLI::ValidationError("--set", "expected KEY=VALUE, not \"" + text + "\"");
  }
  arguments_.settings.push_back({"--set", text.substr(0, equals), text.substr(equals + 1)});
}

void CommandFrame::add_run_flags(CLI::App& command) {
  add_setting(command, "--role", node::kRole, "ROLE[,ROLE]");
  add_setting(command, "--listen", node::kListen, "ADDRESS:PORT");
  add_node_flags(command);
}

int CommandFrame::with_node(const NodeAction& action) const {
  const auto loaded = load_node(built_in_, arguments_);
  if (!loaded) return print_problems(loaded.error());
  return action(*loaded);
}

int CommandFrame::parse_and_run(int count, char** arguments) {
  try {
    program_.parse(count, arguments);
  } catch (const CLI::ParseError& error) {  // also thrown for --help, whose code is 0
    return program_.exit(error) == 0 ? kDone : kUsage;
  }
  return action_();
}

}  // namespace noded::cli
