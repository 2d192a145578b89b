// A store from a backup, in a data directory without one. No node runs meanwhile.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/result.hpp"
#include "noded/role.hpp"

#include "node/backup_keys.hpp"
#include "storage/backup.hpp"

#include <filesystem>
#include <optional>
#include <vector>

namespace noded::node {

struct RestoreWish {
  std::optional<std::uint32_t> id;  // of the backup; none: the newest, or the one that `at` needs
  std::optional<WallTime> at;       // records as they were then; none: as the backup has them
  std::filesystem::path key_file;   // of the node that is restored to
  bool may_lack_keys = false;       // restored also when keys are nowhere; they come before a start
};

struct RestoredStore {
  storage::BackupInfo backup;
  std::filesystem::path store;
  Sequence last_commit = 0;
  std::uint64_t taken_back = 0;  // changes that were made behind RestoreWish::at
  BackupKeys keys;               // those beside the backups are in the key file now
};

// The backup that such a wish means: for a point in time the oldest that was begun then or later.
// kNotFound: there is none; kInvalid: it is older than the point in time or has no times of
// changes; kInternal: it is damaged. Others as those of storage::list_backups. Blocks, as the
// others here.
Result<storage::BackupInfo> choose_backup(
    const std::filesystem::path& backups, const RestoreWish& wish
);

// Copies that backup, opens the copy once to see that it is a store of noded, lets `roles` take
// back what was done behind the point in time, syncs it and only then gives it its name: until then
// it is "store.restoring", which no node opens and the next restore removes. kExists: the data
// directory has a store; kNotFound: a key that its secrets need is nowhere; kConflict: another
// restore is under way; the others are those of choose_backup, storage::copy_backup,
// storage::open_engine and RoleDescriptor::rewind.
Result<RestoredStore> restore_store(
    const std::filesystem::path& backups,
    const RestoreWish& wish,
    const std::filesystem::path& data,
    const std::vector<const RoleDescriptor*>& roles
);

struct CheckedBackup {
  storage::BackupInfo backup;
  std::optional<WallTime> oldest;  // that can be restored from it; of a wish for a point in time
  std::optional<BackupKeys> keys;  // none: of a store of an older format, which is not opened
};

// Reads all of that backup, compares it with its checksums and looks for its keys; for a point in
// time then asks `roles` how far back they reach in it, where it is. kInvalid also when that is not
// far enough, with the oldest time that is. The others are those of choose_backup,
// storage::verify_backup and storage::open_backup.
Result<CheckedBackup> check_backup(
    const std::filesystem::path& backups,
    const RestoreWish& wish,
    const std::vector<const RoleDescriptor*>& roles
);

// storage::list_backups.
Result<std::vector<storage::BackupInfo>> list_backups(const std::filesystem::path& backups);

}  // namespace noded::node
