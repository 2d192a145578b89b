#include "storage/memory/memory_backend.hpp"

#include "storage/memory/memory_map.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

namespace noded::storage {
namespace {

// Reads ahead a few entries at a time, so that the map is locked seldom and briefly.
class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(const MemoryMap& map, KeyRange range, Direction direction, Sequence sequence)
      : map_(map), range_(std::move(range)), direction_(direction), sequence_(sequence) {}

  bool next() override {
    if (++position_ >= entries_.size() && !read_ahead()) return false;
    key_ = entries_[position_].key;
    value_ = *entries_[position_].value;
    return true;
  }
  Result<> status() const override { return {}; }

 private:
  static constexpr std::size_t kMostAhead = 64;

  bool read_ahead() {
    if (is_at_end_) return false;
    const bool is_first = entries_.empty();
    const std::string last = is_first ? std::string() : std::move(entries_.back().key);
    entries_ = map_.read(range_, direction_, is_first ? nullptr : &last, sequence_, count_);
    is_at_end_ = entries_.size() < count_;
    count_ = std::min(2 * count_, kMostAhead);
    position_ = 0;
    return !entries_.empty();
  }

  const MemoryMap& map_;
  KeyRange range_;
  Direction direction_;
  Sequence sequence_;
  std::vector<MemoryMap::Entry> entries_;
  std::size_t position_ = 0;
  std::size_t count_ = 4;
  bool is_at_end_ = false;
};

class MemorySnapshot final : public Snapshot {
 public:
  MemorySnapshot(std::shared_ptr<const MemoryMap> map, Sequence sequence)
      : Snapshot(sequence), map_(std::move(map)) {}

  Result<bool> get(std::string_view key, std::string& value, Tier /*tier*/) const override {
    const auto found = map_->find(key, sequence());
    if (found == nullptr) return false;
    value.assign(*found);
    return true;
  }
  std::unique_ptr<Cursor> scan(KeyRange range, Direction direction, Tier /*tier*/) const override {
    return std::make_unique<MemoryCursor>(*map_, std::move(range), direction, sequence());
  }

 private:
  std::shared_ptr<const MemoryMap> map_;
};

class MemoryUpkeep final : public RangeUpkeep {
 public:
  explicit MemoryUpkeep(std::weak_ptr<const MemoryMap> map) : map_(std::move(map)) {}

  Result<std::uint64_t> approximate_bytes(const KeyRange& range) const override {
    const auto map = map_.lock();
    if (map == nullptr) return fail(Errc::kUnavailable, "the store is closed");
    std::uint64_t bytes = 0;
    MemoryCursor cursor(*map, range, Direction::kForward, std::numeric_limits<Sequence>::max());
    while (cursor.next())
      bytes += cursor.key().size() + cursor.value().size();
    return bytes;
  }
  // Nothing is left behind by what was erased.
  Result<> reclaim(const KeyRange& /*range*/, std::stop_token /*stop*/) override {
    if (map_.expired()) return fail(Errc::kUnavailable, "the store is closed");
    return {};
  }

 private:
  std::weak_ptr<const MemoryMap> map_;
};

class MemoryBackend final : public Backend {
 public:
  Sequence stored_sequence() const override { return 0; }
  std::expected<void, WriteFault> apply(const Batch& batch, Sequence last, Sequence oldest_read)
      override {
    map_->apply(batch, last, oldest_read);
    return {};
  }
  std::unique_ptr<Snapshot> snapshot(Sequence sequence) override {
    return std::make_unique<MemorySnapshot>(map_, sequence);
  }
  Usage usage() override { return {.free_bytes = std::nullopt, .stored_bytes = map_->bytes()}; }
  std::shared_ptr<RangeUpkeep> range_upkeep() override {
    return std::make_shared<MemoryUpkeep>(map_);
  }
  void close() override { map_.reset(); }

 private:
  std::shared_ptr<MemoryMap> map_ = std::make_shared<MemoryMap>();
};

}  // namespace

std::unique_ptr<Backend> make_memory_backend() {
  return std::make_unique<MemoryBackend>();
}

}  // namespace noded::storage
