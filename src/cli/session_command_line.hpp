// `noded session`: the command and what is below it.
#pragma once

#include "cli/command_frame.hpp"

#include <string>

namespace noded::cli {

// add() is called once; `frame` outlives it, and it outlives the parsing.
class SessionCommandLine {
 public:
  explicit SessionCommandLine(CommandFrame& frame) : frame_(frame) {}

  void add();

 private:
  void add_list(CLI::App& group);
  void add_end(CLI::App& group);

  CommandFrame& frame_;
  std::string user_;
  std::string id_;
};

}  // namespace noded::cli
