#include "storage/rocksdb/rocksdb_tuning.hpp"

#include "storage/rocksdb/deletion_runs.hpp"
#include "storage/rocksdb/rocksdb_log.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>

namespace noded::storage {
namespace {

constexpr std::uint64_t kMebibyte = 1024 * 1024;

void tune_tables(rocksdb::Options& options, const StorageSettings& settings) {
  rocksdb::BlockBasedTableOptions tables;
  rocksdb::LRUCacheOptions cache;
  cache.capacity = settings.cache_bytes;
  cache.num_shard_bits = 2;
  cache.high_pri_pool_ratio = 0.3;
  tables.block_cache = rocksdb::NewLRUCache(cache);
  // Indices and filters count as cache, so that memory has one bound.
  tables.cache_index_and_filter_blocks = true;
  tables.cache_index_and_filter_blocks_with_high_priority = true;
  tables.pin_l0_filter_and_index_blocks_in_cache = true;
  tables.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  tables.optimize_filters_for_memory = true;
  tables.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  tables.block_restart_interval = 4;  // measured: a tenth off a point read
  tables.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(tables));
}

void tune_writes(rocksdb::Options& options, const StorageSettings& settings) {
  options.write_buffer_size = settings.write_buffer_bytes;
  options.arena_block_size = std::min<std::uint64_t>(settings.write_buffer_bytes / 8, 256 * 1024);
  options.max_write_buffer_number = 3;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  // The committer is the only writer.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  // A torn end of the log is what a power cut leaves; it was never answered for. Damage elsewhere
  // is found before (log_check.hpp).
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.max_total_wal_size =
      std::max<std::uint64_t>(64 * kMebibyte, 8 * settings.write_buffer_bytes);
  options.avoid_flush_during_recovery = true;
}

void tune_levels(rocksdb::Options& options, const StorageSettings& settings) {
  options.compression_per_level = {rocksdb::kNoCompression};
  options.compression_per_level.resize(
      static_cast<std::size_t>(options.num_levels), rocksdb::kLZ4Compression
  );
  options.level_compaction_dynamic_level_bytes = true;
  options.max_bytes_for_level_base =
      std::max<std::uint64_t>(32 * kMebibyte, 4 * settings.write_buffer_bytes);
  options.target_file_size_base =
      std::max<std::uint64_t>(8 * kMebibyte, settings.write_buffer_bytes);
  options.bytes_per_sync = kMebibyte;
  options.max_background_jobs = 2;
}

}  // namespace

rocksdb::Options rocksdb_options(const StorageSettings& settings) {
  rocksdb::Options options;
  options.info_log = make_rocksdb_log();
  options.max_open_files = static_cast<int>(settings.max_open_files);
  options.max_file_opening_threads = 2;
  options.max_manifest_file_size = 4 * kMebibyte;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // A loop that drops the last holder of a file must not be the one to delete it.
  options.avoid_unnecessary_blocking_io = true;
  tune_tables(options, settings);
  tune_writes(options, settings);
  tune_levels(options, settings);
  compact_deletion_runs(options);
  return options;
}

}  // namespace noded::storage
