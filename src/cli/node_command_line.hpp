// The commands about a node itself: running it, its configuration, how it is doing, and documents
// made from the program.
#pragma once

#include "cli/command_frame.hpp"

#include <string>

namespace noded::cli {

// The add functions are called once each; `frame` outlives it, and it outlives the parsing.
class NodeCommandLine {
 public:
  explicit NodeCommandLine(CommandFrame& frame) : frame_(frame) {}

  void add_run();  // also what the program does without a command
  void add_check_config();
  void add_config();
  void add_status();
  void add_health();
  void add_reload();
  void add_documents(const std::string& examples);  // completion, man, version

 private:
  int run() const;
  int print_config() const;

  CommandFrame& frame_;
  std::string shell_;
  bool wants_json_ = false;
  bool wants_effective_ = false;
  bool wants_sample_ = false;
  bool wants_reference_ = false;
};

}  // namespace noded::cli
