// Backups of a store: made while it serves, listed, verified and copied back. Several of them share
// one directory, and a sorted file that several hold is there once; docs/operations_backup.md says
// what is in it.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace noded::storage {

struct BackupInfo {
  std::uint32_t id = 0;         // counts up within its directory
  std::int64_t made_at_ms = 0;  // since 1970; what was committed before is in it
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;   // of all its files, shared ones included
  std::uint32_t format = 0;  // of the store in it
  bool is_damaged = false;   // its description or a file is missing; the numbers above are 0 then
};

struct MadeBackup {
  BackupInfo info;
  std::uint64_t copied_bytes = 0;  // new on the disk; the rest is shared with earlier ones
};

// An open store, to make backups of. Thread-safe; make() blocks for as long as the copying takes,
// while reads and writes go on.
class BackupSource {
 public:
  virtual ~BackupSource() = default;

  // Holds every commit that was answered before the call, and is synced when it returns. With
  // `keep`, at least 1, older backups are then removed until that many are left. Makes the
  // directory (mode 0700). kInvalid: something else is in the directory; kConflict: a backup is
  // being made or read there; kUnavailable: it cannot be read or written, it lacks room for what is
  // not there yet, the store is closed, or stop() was called. Each message names the directory.
  virtual Result<MadeBackup> make(
      const std::filesystem::path& directory, std::optional<std::uint32_t> keep
  ) = 0;

  // A backup under way ends soon and leaves nothing; later ones are refused.
  virtual void stop() = 0;
};

// All of them, by id. kNotFound: there are none. Blocks, as the two below.
Result<std::vector<BackupInfo>> list_backups(const std::filesystem::path& directory);

// Reads every file of that backup, or of the newest, and compares it with its checksum. kNotFound;
// kInternal: it is damaged, and the message names the file; kConflict and kUnavailable as above.
Result<BackupInfo> verify_backup(
    const std::filesystem::path& directory, std::optional<std::uint32_t> id
);

// Copies that backup, or the newest, to the directory `store`, which is made, and compares
// checksums on the way. Not synced. Errors as those of verify_backup.
Result<BackupInfo> copy_backup(
    const std::filesystem::path& directory,
    std::optional<std::uint32_t> id,
    const std::filesystem::path& store
);

}  // namespace noded::storage
