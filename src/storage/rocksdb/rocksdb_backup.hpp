// Backups by RocksDB's BackupEngine; storage/backup.hpp says what they promise.
#pragma once

#include "noded/clock.hpp"

#include "storage/backup.hpp"
#include "storage/rocksdb/rocksdb_snapshot.hpp"

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

}  // namespace noded::storage
