// The commands about the store of a node: backups, its health, changes of its schema, the keys of
// its secrets.
#pragma once

#include "cli/backup_commands.hpp"
#include "cli/command_frame.hpp"

namespace noded::cli {

// The add functions are called once each; `frame` outlives it, and it outlives the parsing.
class StoreCommandLine {
 public:
  explicit StoreCommandLine(CommandFrame& frame) : frame_(frame) {}

  void add_backup();
  void add_restore();
  void add_doctor();
  void add_schema();
  void add_secrets();

 private:
  CommandFrame& frame_;
  BackupArguments backup_;
  RestoreArguments restore_;
  bool wants_json_ = false;
  bool wants_repair_ = false;
  bool keeps_old_keys_ = false;
};

}  // namespace noded::cli
