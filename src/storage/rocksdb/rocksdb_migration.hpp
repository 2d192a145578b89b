// Migration of a store of an older format to the present one, before anything else reads it: a
// backup beside the store, then the steps in order. A process that is killed meanwhile leaves a
// store whose next opening goes on.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"

#include "storage/rocksdb/rocksdb_snapshot.hpp"
#include "storage/storage_options.hpp"

#include <rocksdb/write_batch.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace noded::storage {

class MigrationRun;

// From one format to the next. `run` may be called again after having been cut off between any two
// writes: it finds out what is done, or does it again to the same effect.
struct MigrationStep {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::string_view sentence;  // for a person: "what it does"
  Result<> (*run)(MigrationRun&) = nullptr;
};

// All of them, from format 1 to kStoreFormat without a gap.
std::span<const MigrationStep> migration_steps();

// What a step is handed. Of the thread that opens the store.
class MigrationRun {
 public:
  static constexpr std::size_t kBatchBytes = std::size_t{1} << 20;  // a step writes about so much

  // All outlive it. `last`: the format that ends the migration.
  MigrationRun(
      rocksdb::DB& db,
      const StorageSettings& settings,
      const Clock& clock,
      const MigrationStep& step,
      std::uint32_t last
  );

  rocksdb::DB& db() const { return db_; }
  // Of the beginning, in milliseconds since 1970.
  std::int64_t now_ms() const { return now_ms_; }

  // Writes what `batch` holds, synced, and empties it; `entries` were changed by it.
  Result<> write(rocksdb::WriteBatch& batch, std::uint64_t entries);
  // The same for the last batch of the step, with the stamp of the new format in it.
  Result<> finish(rocksdb::WriteBatch& batch, std::uint64_t entries);
  // A read failed.
  Error read_failure(const rocksdb::Status& status) const;

 private:
  void tell();

  rocksdb::DB& db_;
  const StorageSettings& settings_;
  const Clock& clock_;
  const MigrationStep& step_;
  const std::uint32_t last_;
  const std::int64_t now_ms_;
  std::uint64_t entries_ = 0;
  SteadyTime logged_;
};

// Where the backup before a migration to kStoreFormat is, beside the store. It stays until the
// operator removes it.
std::filesystem::path migration_backup(const std::filesystem::path& store);

// Brings the store from `format` to the last of `steps`. Errors: those of BackupSource::make;
// kUnavailable also when there is no room for the backup and what the steps write; kInternal when
// files are damaged.
Result<> migrate(
    const std::shared_ptr<RocksdbFiles>& files,
    std::uint32_t format,
    const StorageSettings& settings,
    const Clock& clock,
    std::span<const MigrationStep> steps
);

}  // namespace noded::storage
