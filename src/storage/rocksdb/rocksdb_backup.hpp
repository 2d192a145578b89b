// Backups by RocksDB's BackupEngine; storage/backup.hpp says what they promise.
#pragma once

#include "noded/clock.hpp"

#include "storage/backup.hpp"
#include "storage/rocksdb/rocksdb_open.hpp"
#include "storage/rocksdb/rocksdb_snapshot.hpp"
#include "storage/storage_options.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace noded::storage {

// Does not hold the files open between backups. `clock` outlives it. `on_copied` is called every
// few mebibytes, on the thread that copies.
std::shared_ptr<BackupSource> make_backup_source(
    const std::shared_ptr<RocksdbFiles>& files,
    const Clock& clock,
    std::function<void()> on_copied = {}
);

// The files of a backup where they are, for reading. `settings.directory` is that of the backups.
// Errors are those of open_backup().
Result<OpenedStore> open_backup_files(
    const StorageSettings& settings, std::uint32_t id, const Clock& clock
);

}  // namespace noded::storage
