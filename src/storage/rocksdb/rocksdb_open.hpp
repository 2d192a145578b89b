// Opening the files of the engine `rocksdb`: directory, lock, format, damage.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "storage/rocksdb/background_faults.hpp"
#include "storage/rocksdb/rocksdb_snapshot.hpp"
#include "storage/storage_options.hpp"

#include <memory>

namespace noded::storage {

struct OpenedStore {
  std::shared_ptr<RocksdbFiles> files;
  Sequence sequence = 0;  // of the last commit
  std::shared_ptr<BackgroundFaults> background;
  bool takes_writes = true;
};

// Of files that are open: which store of noded they are. Errors are those of open_engine().
Result<OpenedStore> recognise_store(
    std::shared_ptr<RocksdbFiles> files,
    const StorageSettings& settings,
    const Clock& clock,
    std::shared_ptr<BackgroundFaults> background
);

// Migrates an older store as the settings say. Errors are those of open_engine().
Result<OpenedStore> open_rocksdb(const StorageSettings& settings, const Clock& clock);

}  // namespace noded::storage
