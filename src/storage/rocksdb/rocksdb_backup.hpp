// Backups by RocksDB's BackupEngine; storage/backup.hpp says what they promise.
#pragma once

#include "storage/backup.hpp"
#include "storage/rocksdb/rocksdb_snapshot.hpp"

#include <memory>

namespace noded::storage {

// Does not hold the files open between backups.
std::shared_ptr<BackupSource> make_backup_source(const std::shared_ptr<RocksdbFiles>& files);

}  // namespace noded::storage
