// Upkeep of ranges in RocksDB; storage/backend.hpp says what it promises.
#pragma once

#include "storage/backend.hpp"
#include "storage/rocksdb/rocksdb_snapshot.hpp"

#include <memory>

namespace noded::storage {

std::shared_ptr<RangeUpkeep> make_range_upkeep(const std::shared_ptr<RocksdbFiles>& files);

}  // namespace noded::storage
