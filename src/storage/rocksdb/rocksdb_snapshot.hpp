// Reading side of the engine `rocksdb`.
#pragma once

#include "noded/result.hpp"

#include "storage/backend.hpp"
#include "storage/rocksdb/range_starts.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace noded::storage {

inline constexpr char kDataSpace = 'd';
inline constexpr char kNoteSpace = 'm';

// The files, held open by the backend and by each snapshot; the last one closes them.
class RocksdbFiles {
 public:
  explicit RocksdbFiles(std::unique_ptr<rocksdb::DB> db) : db_(std::move(db)) {}
  RocksdbFiles(const RocksdbFiles&) = delete;
  RocksdbFiles& operator=(const RocksdbFiles&) = delete;
  ~RocksdbFiles();

  rocksdb::DB& db() const noexcept { return *db_; }

 private:
  std::unique_ptr<rocksdb::DB> db_;
};

// A key as it is stored; short ones take no allocation.
class StoredKey {
 public:
  explicit StoredKey(std::string_view key) : size_(key.size() + 1) {
    char* bytes = size_ <= near_.size() ? near_.data() : (far_.resize(size_), far_.data());
    bytes[0] = kDataSpace;
    if (!key.empty()) std::memcpy(bytes + 1, key.data(), key.size());
  }
  rocksdb::Slice slice() const noexcept {
    return {size_ <= near_.size() ? near_.data() : far_.data(), size_};
  }

 private:
  std::size_t size_;
  std::array<char, 128> near_;
  std::string far_;
};

// A range as it is stored: its end is never open.
class StoredRange {
 public:
  explicit StoredRange(const KeyRange& range)
      : begin_(1, kDataSpace), end_(1, range.end.empty() ? char{kDataSpace + 1} : kDataSpace) {
    begin_.append(range.begin);
    end_.append(range.end);
  }
  rocksdb::Slice begin() const noexcept { return begin_; }
  rocksdb::Slice end() const noexcept { return end_; }

 private:
  std::string begin_, end_;
};

class RocksdbSnapshot final : public Snapshot {
 public:
  RocksdbSnapshot(
      std::shared_ptr<const RocksdbFiles> files,
      std::shared_ptr<RangeStarts> starts,
      Sequence sequence
  );
  ~RocksdbSnapshot() override;

  Result<bool> get(std::string_view key, std::string& value, Tier tier) const override;
  std::unique_ptr<Cursor> scan(KeyRange range, Direction direction, Tier tier) const override;

 private:
  // False when RocksDB only guesses in the memory tier: for a sorted file that is not open, Get()
  // says OK and gives an empty value.
  bool is_known(const rocksdb::Slice& key) const;
  const rocksdb::ReadOptions& reads(Tier tier) const noexcept {
    return tier == Tier::kMemory ? memory_reads_ : disk_reads_;
  }

  std::shared_ptr<const RocksdbFiles> files_;
  std::shared_ptr<RangeStarts> starts_;
  const rocksdb::Snapshot* snapshot_;
  rocksdb::ReadOptions memory_reads_, disk_reads_;
};

// What a failed read is to the caller: kWouldBlock, kInternal (damaged) or kUnavailable.
Error read_error(const rocksdb::Status& status);

}  // namespace noded::storage
