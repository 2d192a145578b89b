// The engine `rocksdb`: one RocksDB in one directory, one column family. A key of ours is stored
// behind one byte that keeps it apart from the store's own notes:
//   'd' + key   → value
//   'm' + name  → a note about the store (rocksdb_format.hpp)
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"

#include "storage/backend.hpp"
#include "storage/storage_options.hpp"

#include <cstdint>
#include <memory>

namespace noded::storage {

// Blocks. Errors are those of open_engine().
Result<std::unique_ptr<Backend>> open_rocksdb_backend(
    const StorageSettings& settings, const Clock& clock
);

// A backup where it is, for reading alone. Errors are those of open_backup().
Result<std::unique_ptr<Backend>> open_backup_backend(
    const StorageSettings& settings, std::uint32_t id, const Clock& clock
);

}  // namespace noded::storage
