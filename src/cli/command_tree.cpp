#include "cli/command_tree.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <string_view>

namespace noded::cli {
namespace {

CommandFlag read_flag(const CLI::Option& option) {
  CommandFlag flag;
  for (const std::string& name : option.get_lnames())
    flag.names.push_back("--" + name);
  for (const std::string& name : option.get_snames())
    flag.names.push_back("-" + name);
  if (option.get_items_expected_max() > 0) flag.value_name = option.get_type_name();
  flag.sentence = option.get_description();
  return flag;
}

// A choice is written {a,b} in the name of the type.
CommandWord read_word(const CLI::Option& option) {
  CommandWord word{option.get_name(true), option.get_description(), {}};
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{');
  const std::size_t close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos) return word;
  std::string_view rest = std::string_view(type).substr(open + 1, close - open - 1);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    word.choices.emplace_back(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  return word;
}

void read_command(const CLI::App& app, const std::string& parent, std::vector<Command>& out) {
  Command command;
  const bool is_program = app.get_parent() == nullptr;
  command.name = app.get_name();
  command.path = is_program ? "" : parent.empty() ? command.name : parent + " " + command.name;
  command.sentence = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->nonpositional()) {
      command.flags.push_back(read_flag(*option));
    } else {
      command.words.push_back(read_word(*option));
    }
  }
  const auto everyone = [](const CLI::App*) {
    return true;
  };
  const std::string path = command.path;
  const auto below = app.get_subcommands(everyone);
  for (const CLI::App* child : below)
    command.children.push_back(path.empty() ? child->get_name() : path + " " + child->get_name());
  out.push_back(std::move(command));
  for (const CLI::App* child : below)
    read_command(*child, path, out);
}

}  // namespace

std::vector<Command> command_tree(const CLI::App& program) {
  std::vector<Command> out;
  read_command(program, "", out);
  return out;
}

}  // namespace noded::cli
