// `noded backup` and `noded restore`.
#pragma once

#include "cli/loaded.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace noded::cli {

struct BackupArguments {
  std::string directory;
  std::optional<std::uint32_t> keep;  // backups left there afterwards
  bool wants_list = false;            // only tell what is there
  bool with_key = false;              // the key file goes beside the backup
  bool wants_json = false;
};

// Backs up the store of that data directory, whether its node runs or not. Returns the exit code.
int back_up(const Loaded& loaded, const BackupArguments& arguments);

struct RestoreArguments {
  std::string directory;
  std::optional<std::uint32_t> id;  // none: the newest, or the one that `at` needs
  std::optional<std::string> at;    // point_in_time.hpp
  bool only_checks = false;         // the data directory is not touched
  bool without_key = false;         // restore also when its keys are nowhere
  bool wants_json = false;
};

// Returns the exit code; kFailed when the backup is damaged or does not reach the point in time.
int restore(const Loaded& loaded, const RestoreArguments& arguments);

}  // namespace noded::cli
