#include "storage/rocksdb/deletion_runs.hpp"

#include <rocksdb/perf_context.h>
#include <rocksdb/utilities/table_properties_collectors.h>

namespace noded::storage {
namespace {

// A run: so many deletions among so many neighbours of one file. Fewer take a walk less than a
// millisecond; an index whose values change has half of them at most.
constexpr std::size_t kNeighbours = 1024;
constexpr std::size_t kDeletions = 768;

}  // namespace

void compact_deletion_runs(rocksdb::Options& options) {
  options.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(kNeighbours, kDeletions)
  );
}

std::uint64_t skipped_deletions() noexcept {
  return rocksdb::get_perf_context()->internal_delete_skipped_count;
}

void note_skipped_deletions(rocksdb::DB& db) {
  std::uint64_t buffered = 0;
  if (!db.GetIntProperty(rocksdb::DB::Properties::kNumDeletesActiveMemTable, &buffered)) return;
  if (buffered < kManySkippedDeletions / 2) return;
  rocksdb::FlushOptions options;
  options.wait = false;
  options.allow_write_stall = true;  // it would wait otherwise
  // When it fails the store tells with the next write.
  db.Flush(options).PermitUncheckedError();
}

}  // namespace noded::storage
