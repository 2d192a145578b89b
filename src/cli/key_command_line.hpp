// `noded key`: the command and what is below it.
#pragma once

#include "cli/command_frame.hpp"
#include "cli/key_commands.hpp"

#include <cstdint>
#include <string>

namespace noded::cli {

// add() is called once; `frame` outlives it, and it outlives the parsing.
class KeyCommandLine {
 public:
  explicit KeyCommandLine(CommandFrame& frame) : frame_(frame) {}

  void add();

 private:
  void add_list(CLI::App& group);
  void add_create(CLI::App& group);
  void add_rotate(CLI::App& group);
  void add_revoke(CLI::App& group);

  CommandFrame& frame_;
  NewKey key_;
  std::string user_;
  std::string id_;
  std::int64_t overlap_s_ = -1;  // not given
};

}  // namespace noded::cli
