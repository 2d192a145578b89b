// Backend: what an engine must offer beneath transactions. Everything that makes transactions (own
// writes, conflicts, counters, sequences, groups) is above it and shared by all engines; see
// committer.hpp.
#pragma once

#include "noded/engine.hpp"

#include "storage/backup.hpp"

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace noded::storage {

// All keys and values as of one commit. Immutable; any number of threads may read at once. Cursors
// must not outlive it.
class Snapshot {
 public:
  explicit Snapshot(Sequence sequence) : sequence_(sequence) {}
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  virtual ~Snapshot() = default;

  Sequence sequence() const noexcept { return sequence_; }

  // True and the value copied, or false if absent. kWouldBlock in the memory tier, kUnavailable,
  // kInternal (damaged).
  virtual Result<bool> get(std::string_view key, std::string& value, Tier tier) const = 0;
  // `range` is not empty. Statuses as those of get.
  virtual std::unique_ptr<Cursor> scan(KeyRange range, Direction direction, Tier tier) const = 0;

 private:
  Sequence sequence_;
};

// One key set or, without a value, removed.
struct Change {
  std::string_view key;
  std::optional<std::string_view> value;
};

// What is applied at once: first the ranges are erased, then the changes made.
struct Batch {
  std::span<const Change> changes;
  std::span<const KeyRange> erased = {};  // none of them empty
};

// Why a batch was not applied.
struct WriteFault {
  enum class Kind : std::uint8_t {
    kNoSpace,  // nothing was written; a restart cures it once there is room
    kDamaged,  // nothing was written, because files of the store are damaged; reads may go on
    kBroken,   // what reached the disk is not known; only a restart can tell
  };
  Kind kind = Kind::kBroken;
  std::string message;
};

// Work on ranges beside reads and commits. Thread-safe; blocks. Does not keep a closed backend's
// files open.
class RangeUpkeep {
 public:
  virtual ~RangeUpkeep() = default;
  // As Engine's.
  virtual Result<std::uint64_t> approximate_bytes(const KeyRange& range) const = 0;
  virtual Result<> reclaim(const KeyRange& range, std::stop_token stop) = 0;
};

// All calls come from the thread that opened it until the committer starts, then from the
// committer's thread, then (close) from the owner's again.
class Backend {
 public:
  virtual ~Backend() = default;

  // The last commit found at opening; 0 in a new store.
  virtual Sequence stored_sequence() const = 0;
  // All of `batch` in this order or none, and `last` as the stored sequence; durable as the
  // settings say. No snapshot older than `oldest_read` will be read again, but for those already
  // being read.
  virtual std::expected<void, WriteFault> apply(
      const Batch& batch, Sequence last, Sequence oldest_read
  ) = 0;
  // Everything applied so far.
  virtual std::unique_ptr<Snapshot> snapshot(Sequence sequence) = 0;
  struct Usage {
    std::optional<std::uint64_t> free_bytes;  // of the file system; empty when there is none
    std::uint64_t stored_bytes = 0;           // live data, estimated
    bool met_full_disk = false;               // in work behind the writes: as kNoSpace
  };
  virtual Usage usage() = 0;

  // Called before the committer starts.
  virtual std::shared_ptr<RangeUpkeep> range_upkeep() = 0;

  // Null: nothing is kept that could be copied. Called before the committer starts.
  virtual std::shared_ptr<BackupSource> backup_source() { return nullptr; }

  // Lets go of the files. Snapshots that are still alive keep them open until they go.
  virtual void close() = 0;
};

}  // namespace noded::storage
