#include "storage/rocksdb/rocksdb_snapshot.hpp"

#include "storage/rocksdb/deletion_runs.hpp"
#include "telemetry/log.hpp"

#include <rocksdb/iterator.h>

#include <utility>

namespace noded::storage {
namespace {

// Erased and overwritten entries that one move may step over on the loop.
constexpr std::uint64_t kMostSkipped = 1024;

class RocksdbCursor final : public Cursor {
 public:
  RocksdbCursor(
      rocksdb::DB& db,
      RangeStarts& starts,
      Sequence sequence,
      rocksdb::ReadOptions reads,
      KeyRange range,
      Direction direction,
      Tier tier
  )
      : db_(db),
        starts_(starts),
        sequence_(sequence),
        tier_(tier),
        wanted_(std::move(range)),
        range_(direction == Direction::kForward ? behind_deletions(wanted_) : wanted_),
        lower_bound_(range_.begin()),
        upper_bound_(range_.end()),
        is_forward_(direction == Direction::kForward) {
    reads.iterate_lower_bound = &lower_bound_;
    reads.iterate_upper_bound = &upper_bound_;
    iterator_.reset(db.NewIterator(reads));
  }

  bool next() override {
    if (is_at_end_) return false;
    move();
    is_at_end_ = !iterator_->Valid();
    if (is_at_end_) return false;
    key_ = iterator_->key().ToStringView().substr(1);
    value_ = iterator_->value().ToStringView();
    return true;
  }
  Result<> status() const override {
    const rocksdb::Status status = iterator_->status();
    if (!status.ok()) return std::unexpected(read_error(status));
    return {};
  }

 private:
  KeyRange behind_deletions(const KeyRange& range) const {
    KeyRange part{starts_.find(range.begin, sequence_), range.end};
    if (!part.end.empty() && part.end < part.begin) part.begin = part.end;
    return part;
  }
  void move() {
    const bool is_first = !is_placed_;
    const std::uint64_t skipped_before = skipped_deletions();
    step();
    const std::uint64_t skipped = skipped_deletions() - skipped_before;
    if (is_first && is_forward_ && skipped >= RangeStarts::kWorthTelling) tell_start();
    skipped_ += skipped;
    if (skipped_ < kManySkippedDeletions || tier_ == Tier::kMemory) return;
    note_skipped_deletions(db_);
    skipped_ = 0;
  }
  void tell_start() {
    if (iterator_->Valid()) {
      starts_.learn(wanted_.begin, iterator_->key().ToStringView().substr(1), sequence_);
    } else if (iterator_->status().ok() && !wanted_.end.empty()) {
      starts_.learn(wanted_.begin, wanted_.end, sequence_);
    }
  }
  void step() {
    if (std::exchange(is_placed_, true)) {
      is_forward_ ? iterator_->Next() : iterator_->Prev();
    } else {
      is_forward_ ? iterator_->SeekToFirst() : iterator_->SeekToLast();
    }
  }

  rocksdb::DB& db_;
  RangeStarts& starts_;
  Sequence sequence_;
  Tier tier_;
  const KeyRange wanted_;
  const StoredRange range_;
  rocksdb::Slice lower_bound_, upper_bound_;  // the iterator points to them
  bool is_forward_;
  bool is_placed_ = false;
  bool is_at_end_ = false;
  std::uint64_t skipped_ = 0;  // deletions, since they were told of
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace

RocksdbFiles::~RocksdbFiles() {
  const rocksdb::Status status = db_->Close();
  if (status.ok() || status.IsNotSupported()) return;
  telemetry::log(
      telemetry::Level::kError,
      "store closed with an error",
      telemetry::Fields().text("cause", status.ToString())
  );
}

RocksdbSnapshot::RocksdbSnapshot(
    std::shared_ptr<const RocksdbFiles> files,
    std::shared_ptr<RangeStarts> starts,
    Sequence sequence
)
    : Snapshot(sequence),
      files_(std::move(files)),
      starts_(std::move(starts)),
      snapshot_(files_->db().GetSnapshot()) {
  disk_reads_.snapshot = snapshot_;
  memory_reads_ = disk_reads_;
  memory_reads_.read_tier = rocksdb::kBlockCacheTier;
  memory_reads_.max_skippable_internal_keys = kMostSkipped;
}

RocksdbSnapshot::~RocksdbSnapshot() {
  files_->db().ReleaseSnapshot(snapshot_);
}

Result<bool> RocksdbSnapshot::get(std::string_view key, std::string& value, Tier tier) const {
  const StoredKey stored(key);
  rocksdb::DB& db = files_->db();
  rocksdb::PinnableSlice found(&value);
  const rocksdb::Status status =
      db.Get(reads(tier), db.DefaultColumnFamily(), stored.slice(), &found);
  if (status.ok()) {
    if (tier == Tier::kMemory && found.empty() && !is_known(stored.slice()))
      return fail(Errc::kWouldBlock, "not in memory");
    if (found.IsPinned()) value.assign(found.data(), found.size());
    return true;
  }
  if (status.IsNotFound()) return false;
  return std::unexpected(read_error(status));
}

bool RocksdbSnapshot::is_known(const rocksdb::Slice& key) const {
  rocksdb::DB& db = files_->db();
  std::string value;
  bool is_found = false;
  return db.KeyMayExist(memory_reads_, db.DefaultColumnFamily(), key, &value, &is_found) &&
         is_found;
}

std::unique_ptr<Cursor> RocksdbSnapshot::scan(KeyRange range, Direction direction, Tier tier)
    const {
  return std::make_unique<RocksdbCursor>(
      files_->db(), *starts_, sequence(), reads(tier), std::move(range), direction, tier
  );
}

Error read_error(const rocksdb::Status& status) {
  if (status.IsIncomplete()) return {Errc::kWouldBlock, "not in memory", {}, {}};
  if (status.IsCorruption())
    return {Errc::kInternal, "the store is damaged: " + status.ToString(), {}, {}};
  return {Errc::kUnavailable, "the store cannot be read: " + status.ToString(), {}, {}};
}

}  // namespace noded::storage
