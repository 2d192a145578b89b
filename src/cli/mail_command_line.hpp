// `noded mail`: the command and what is below it.
#pragma once

#include "cli/command_frame.hpp"

#include <string>

namespace noded::cli {

// add() is called once; `frame` outlives it, and it outlives the parsing.
class MailCommandLine {
 public:
  explicit MailCommandLine(CommandFrame& frame) : frame_(frame) {}

  void add();

 private:
  CommandFrame& frame_;
  std::string address_;
};

}  // namespace noded::cli
