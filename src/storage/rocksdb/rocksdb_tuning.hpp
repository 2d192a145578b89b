// How RocksDB is set up: for small machines, one writer, point reads and short scans.
#pragma once

#include "storage/storage_options.hpp"

#include <rocksdb/options.h>

namespace noded::storage {

rocksdb::Options rocksdb_options(const StorageSettings& settings);

}  // namespace noded::storage
