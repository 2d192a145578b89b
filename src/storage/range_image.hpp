// RangeImage: all entries of one key range as of one commit, one after the other in memory. Walking
// it costs nanoseconds an entry where an engine's own iterator merges its levels at each step.
#pragma once

#include "noded/engine.hpp"

#include "storage/work_limit.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::storage {

// Its entries are immutable once finished; then any number of threads may read it.
class RangeImage {
 public:
  // Entries of an image lie within 32-bit offsets.
  static constexpr std::uint64_t kMaxBytes = 0xffff'ffff;
  // Columns for sieves that are kept; those that were asked for first.
  static constexpr std::size_t kMaxColumns = 4;

  // The next entry of a walk.
  void append(std::string_view key, std::string_view value);
  // After the last entry of a walk in `walked`.
  void finish(Direction walked);

  std::size_t size() const noexcept { return entries_.size(); }
  // Of memory, about, with all the columns there may be.
  std::uint64_t bytes() const noexcept {
    constexpr std::size_t kEach = sizeof(Entry) + kMaxColumns * sizeof(std::uint64_t);
    return bytes_.size() + entries_.size() * kEach;
  }
  std::string_view key(std::size_t i) const noexcept {
    return {bytes_.data() + entries_[i].offset, entries_[i].key_size};
  }
  std::string_view value(std::size_t i) const noexcept {
    const Entry& entry = entries_[i];
    return {bytes_.data() + entry.offset + entry.key_size, entry.value_size};
  }
  // The first entry whose key is not less than `key`; size() if there is none.
  std::size_t lower_bound(std::string_view key) const noexcept;
  // What `sieve` wants to see, made now where nobody wanted it before; null where there is no room
  // for it.
  std::vector<std::shared_ptr<const Sieve::Column>> columns(const Sieve& sieve) const;

 private:
  struct Entry {
    std::uint32_t offset, key_size, value_size;
  };

  using KeptColumn = std::pair<std::uint16_t, std::shared_ptr<const Sieve::Column>>;

  std::shared_ptr<const Sieve::Column> find_column(std::uint16_t id) const;
  bool has_room() const;
  // The column kept under `id` from now on; null if there is no room.
  std::shared_ptr<const Sieve::Column> keep(
      std::uint16_t id, std::shared_ptr<const Sieve::Column> column
  ) const;

  std::string bytes_;  // each entry's key, then its value
  std::vector<Entry> entries_;
  mutable std::mutex mutex_;  // guards what follows
  mutable std::vector<KeptColumn> columns_;
};

// Walks the part of an image that lies in a range.
class ImageCursor final : public Cursor {
 public:
  // `limit` is charged for each move; null when the caller does that. It outlives the cursor.
  ImageCursor(
      std::shared_ptr<const RangeImage> image,
      const KeyRange& range,
      Direction direction,
      WorkLimit* limit
  );

  bool next() override {
    if (refused_) return false;
    if (limit_ != nullptr) refused_ = limit_->charge_memory_step();
    if (refused_ || begin_ == end_) return false;
    const std::size_t place = is_forward_ ? begin_++ : --end_;
    key_ = image_->key(place);
    value_ = image_->value(place);
    return true;
  }
  std::uint64_t skip_rest() override { return refused_ ? 0 : end_ - std::exchange(begin_, end_); }
  Result<> status() const override {
    if (refused_) return std::unexpected(limit_error(*refused_));
    return {};
  }

 private:
  std::shared_ptr<const RangeImage> image_;
  WorkLimit* limit_;
  std::size_t begin_, end_;  // what is left to walk
  bool is_forward_;
  std::optional<Errc> refused_;
};

}  // namespace noded::storage
