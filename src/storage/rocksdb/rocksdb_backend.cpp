#include "storage/rocksdb/rocksdb_backend.hpp"

#include "storage/number.hpp"
#include "storage/rocksdb/range_starts.hpp"
#include "storage/rocksdb/rocksdb_backup.hpp"
#include "storage/rocksdb/rocksdb_format.hpp"
#include "storage/rocksdb/rocksdb_open.hpp"
#include "storage/rocksdb/rocksdb_snapshot.hpp"
#include "storage/rocksdb/rocksdb_upkeep.hpp"
#include "telemetry/log.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>

#include <array>
#include <filesystem>
#include <utility>

namespace noded::storage {
namespace {

constexpr std::size_t kKeptBatchBytes = 1024 * 1024;
// More than this in the log is written to a sorted file at closing, so that the next start need not
// replay it.
constexpr std::uint64_t kReplayedBytes = 1024 * 1024;

class RocksdbBackend final : public Backend {
 public:
  RocksdbBackend(OpenedStore opened, const StorageSettings& settings, const Clock& clock)
      : files_(std::move(opened.files)),
        background_(std::move(opened.background)),
        stored_sequence_(opened.sequence),
        directory_(settings.directory),
        has_log_(settings.durability != "none"),
        takes_writes_(opened.takes_writes),
        clock_(clock) {
    writes_.sync = settings.durability == "synced";
    writes_.disableWAL = !has_log_;
  }

  Sequence stored_sequence() const override { return stored_sequence_; }

  std::expected<void, WriteFault> apply(
      const Batch& batch, Sequence last, Sequence /*oldest_read*/
  ) override {
    starts_->note(batch, last);
    batch_.Clear();
    rocksdb::Status status;
    for (const KeyRange& range : batch.erased) {
      status = erase(range);
      if (!status.ok()) break;
    }
    for (const Change& change : batch.changes) {
      if (!status.ok()) break;
      status = add(change);
    }
    const NumberBytes sequence = encode_number(static_cast<std::int64_t>(last));
    if (status.ok())
      status = batch_.Put(kSequenceNote, rocksdb::Slice(sequence.data(), sequence.size()));
    if (status.ok()) status = files_->db().Write(writes_, &batch_);
    if (batch_.GetDataSize() > kKeptBatchBytes) batch_ = rocksdb::WriteBatch();
    if (status.ok()) return {};
    has_failed_ = true;
    return std::unexpected(WriteFault{kind_of(status), status.ToString()});
  }

  std::unique_ptr<Snapshot> snapshot(Sequence sequence) override {
    return std::make_unique<RocksdbSnapshot>(files_, starts_, sequence);
  }

  Usage usage() override {
    Usage usage;
    struct statvfs disk{};
    if (::statvfs(directory_.c_str(), &disk) == 0)
      usage.free_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    usage.stored_bytes = property(rocksdb::DB::Properties::kEstimateLiveDataSize) +
                         property(rocksdb::DB::Properties::kCurSizeActiveMemTable);
    usage.met_full_disk = background_->met_full_disk();
    return usage;
  }

  std::shared_ptr<RangeUpkeep> range_upkeep() override { return make_range_upkeep(files_); }

  std::shared_ptr<BackupSource> backup_source() override {
    return make_backup_source(files_, clock_);
  }

  void close() override {
    if (files_ == nullptr) return;
    // After a fault the log holds what was confirmed, and a flush might never end.
    const bool is_sound = !has_failed_ && !background_->has_any();
    if (takes_writes_ && is_sound &&
        (!has_log_ || property(rocksdb::DB::Properties::kCurSizeActiveMemTable) > kReplayedBytes)) {
      const rocksdb::Status status = files_->db().Flush(rocksdb::FlushOptions());
      if (!status.ok()) {
        telemetry::log(
            telemetry::Level::kError,
            "store closed without flushing",
            telemetry::Fields().text("cause", status.ToString())
        );
      }
    }
    files_.reset();
  }

 private:
  WriteFault::Kind kind_of(const rocksdb::Status& status) const {
    // Incomplete: not begun, since the work that it would have waited for had failed before.
    const bool was_behind_full_disk = status.IsIncomplete() && background_->met_full_disk();
    if (status.IsNoSpace() || was_behind_full_disk) return WriteFault::Kind::kNoSpace;
    return status.IsCorruption() ? WriteFault::Kind::kDamaged : WriteFault::Kind::kBroken;
  }

  std::uint64_t property(const std::string& name) const {
    std::uint64_t number = 0;
    return files_->db().GetIntProperty(name, &number) ? number : 0;
  }

  rocksdb::Status erase(const KeyRange& range) {
    const StoredRange stored(range);
    return batch_.DeleteRange(stored.begin(), stored.end());
  }

  rocksdb::Status add(const Change& change) {
    static constexpr char kSpace[] = {kDataSpace};
    const std::array<rocksdb::Slice, 2> key{rocksdb::Slice(kSpace, 1), rocksdb::Slice(change.key)};
    const rocksdb::SliceParts parts(key.data(), static_cast<int>(key.size()));
    if (!change.value) return batch_.Delete(parts);
    const rocksdb::Slice value(*change.value);
    return batch_.Put(parts, rocksdb::SliceParts(&value, 1));
  }

  std::shared_ptr<RocksdbFiles> files_;
  std::shared_ptr<BackgroundFaults> background_;
  Sequence stored_sequence_;
  std::shared_ptr<RangeStarts> starts_ = std::make_shared<RangeStarts>(stored_sequence_);
  std::filesystem::path directory_;
  bool has_log_;
  bool takes_writes_;
  const Clock& clock_;
  bool has_failed_ = false;
  rocksdb::WriteOptions writes_;
  rocksdb::WriteBatch batch_;
};

}  // namespace

Result<std::unique_ptr<Backend>> open_rocksdb_backend(
    const StorageSettings& settings, const Clock& clock
) {
  auto opened = open_rocksdb(settings, clock);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return std::make_unique<RocksdbBackend>(std::move(*opened), settings, clock);
}

Result<std::unique_ptr<Backend>> open_backup_backend(
    const StorageSettings& settings, std::uint32_t id, const Clock& clock
) {
  auto opened = open_backup_files(settings, id, clock);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return std::make_unique<RocksdbBackend>(std::move(*opened), settings, clock);
}

}  // namespace noded::storage
