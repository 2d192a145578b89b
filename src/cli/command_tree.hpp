// The commands of the program as plain data, read from its parser: what completions and the man
// page are made from.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace noded::cli {

struct CommandFlag {
  std::vector<std::string> names;  // "--help", "-h"; the long ones first
  std::string value_name;          // "FILE", "DIR", "KEY=VALUE"; empty: takes no value
  std::string sentence;
};

struct CommandWord {
  std::string name;  // "EMAIL"; files when it is "FILE", directories when it is "DIR"
  std::string sentence;
  std::vector<std::string> choices;  // empty: anything
};

struct Command {
  std::string path;  // "user create"; empty for the program itself
  std::string name;  // "create"
  std::string sentence;
  std::vector<CommandFlag> flags;
  std::vector<CommandWord> words;     // in their order, behind the command
  std::vector<std::string> children;  // paths of the commands below
};

// The program first, then each command before those below it.
std::vector<Command> command_tree(const CLI::App& program);

}  // namespace noded::cli
