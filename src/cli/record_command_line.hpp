// The commands about what an application keeps: its users, its rows and who did what.
#pragma once

#include "cli/audit_command.hpp"
#include "cli/command_frame.hpp"
#include "cli/import_bknd_command.hpp"
#include "cli/line_export.hpp"
#include "cli/line_import.hpp"

#include <string>

namespace noded::cli {

// The add functions are called once each; `frame` outlives it, and it outlives the parsing.
class RecordCommandLine {
 public:
  explicit RecordCommandLine(CommandFrame& frame) : frame_(frame) {}

  void add_user();
  void add_import();
  void add_export();
  void add_audit();

 private:
  void add_user_create(CLI::App& group);
  void add_user_list(CLI::App& group);
  void add_user_set_password(CLI::App& group);
  void add_user_set_role(CLI::App& group);
  void add_user_act(CLI::App& group, const char* act, const char* done, const char* sentence);
  void add_user_recovery_link(CLI::App& group);
  void add_password_flag(CLI::App& command);
  void add_import_bknd(CLI::App& group);

  CommandFrame& frame_;
  std::string email_;
  std::string role_;
  bool has_piped_password_ = false;
  LineImportArguments lines_;
  BkndArguments bknd_;
  ExportArguments export_;
  AuditArguments audit_;
};

}  // namespace noded::cli
