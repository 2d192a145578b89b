// Opening the files of the engine `rocksdb`: directory, lock, format, damage.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "storage/rocksdb/background_faults.hpp"
#include "storage/rocksdb/rocksdb_snapshot.hpp"
#include "storage/storage_options.hpp"

#include <memory>
#include <string_view>

namespace noded::storage {

inline constexpr std::string_view kFormatNote = "mformat";
inline constexpr std::string_view kSequenceNote = "msequence";

struct OpenedStore {
  std::shared_ptr<RocksdbFiles> files;
  Sequence sequence = 0;  // of the last commit
  std::shared_ptr<BackgroundFaults> background;
};

// Errors are those of open_engine().
Result<OpenedStore> open_rocksdb(const StorageSettings& settings);

}  // namespace noded::storage
