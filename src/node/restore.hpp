// A store from a backup, in a data directory without one. No node runs meanwhile.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "storage/backup.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace noded::node {

struct RestoredStore {
  storage::BackupInfo backup;
  std::filesystem::path store;
  Sequence last_commit = 0;
};

// Copies that backup, or the newest, opens the copy once to see that it is a store of noded, syncs
// it and only then gives it its name: until then it is "store.restoring", which no node opens and
// the next restore removes. Blocks. kExists: the data directory has a store; kConflict: another
// restore is under way; the others are those of storage::copy_backup and storage::open_engine.
Result<RestoredStore> restore_store(
    const std::filesystem::path& backups,
    std::optional<std::uint32_t> id,
    const std::filesystem::path& data
);

// storage::list_backups and storage::verify_backup.
Result<std::vector<storage::BackupInfo>> list_backups(const std::filesystem::path& backups);
Result<storage::BackupInfo> check_backup(
    const std::filesystem::path& backups, std::optional<std::uint32_t> id
);

}  // namespace noded::node
