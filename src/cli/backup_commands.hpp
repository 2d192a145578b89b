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
  bool wants_json = false;
};

// Backs up the store of that data directory, whether its node runs or not. Returns the exit code.
int back_up(const Loaded& loaded, const BackupArguments& arguments);

struct RestoreArguments {
  std::string directory;
  std::optional<std::uint32_t> id;  // none: the newest
  bool only_checks = false;         // the data directory is not touched
  bool wants_json = false;
};

// Returns the exit code; kFailed when the backup is damaged.
int restore(const Loaded& loaded, const RestoreArguments& arguments);

}  // namespace noded::cli
