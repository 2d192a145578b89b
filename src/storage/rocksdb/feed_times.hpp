// Format 1 to 2: an entry of a change feed has its time.
//   1: u8 1 · u8 kind · rest          2: u8 2 · u8 kind · i64 time, little-endian · rest
// Feeds are at 'd' + application u16, big-endian + 15 hex.
#pragma once

#include "storage/rocksdb/rocksdb_migration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::storage {

// The entry with that time in format 2; empty when it is not one of format 1.
std::optional<std::string> with_time(std::string_view entry, std::int64_t time_ms);

// Rewrites the entries of format 1 in all feeds. Others stay as they are.
Result<> add_feed_times(MigrationRun& run);

}  // namespace noded::storage
