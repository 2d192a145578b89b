// Runs of deleted entries. A walk steps over each of them until a compaction drops them, so that a
// range whose first entries are deleted again and again becomes slow. They are found and compacted
// early.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <cstdint>

namespace noded::storage {

// Files that hold a run are compacted soon, down to the level where nothing is left to delete.
void compact_deletion_runs(rocksdb::Options& options);

// Deleted entries that walks on this thread have stepped over so far.
std::uint64_t skipped_deletions() noexcept;

// What a walk should not step over without telling: it takes about two milliseconds.
inline constexpr std::uint64_t kManySkippedDeletions = 4096;
// A walk stepped over that many. When they may be in the write buffer it is written to a file,
// which tells RocksDB of the run. Does not wait for that, but may block for as long as a write
// does.
void note_skipped_deletions(rocksdb::DB& db);

}  // namespace noded::storage
