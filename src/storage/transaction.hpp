// StoreTransaction: the one Transaction, the same over every backend: a snapshot, own writes above
// it, and what the committer must know to decide whether it wins.
#pragma once

#include "noded/engine.hpp"

#include "storage/backend.hpp"
#include "storage/key_hash.hpp"
#include "storage/own_writes.hpp"
#include "storage/range_image.hpp"
#include "storage/work_limit.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::storage {

class HighMarks;
class RangeCache;
class RangeCounts;

class StoreTransaction final : public Transaction {
 public:
  using Numbers = std::map<std::string, std::int64_t, std::less<>>;
  struct Append {
    std::string prefix, value;
  };

  // The shared parts belong to the engine; `range_cache` may be null.
  StoreTransaction(
      std::shared_ptr<const Snapshot> snapshot,
      std::shared_ptr<HighMarks> marks,
      std::shared_ptr<RangeCache> range_cache,
      std::shared_ptr<RangeCounts> range_counts,
      const BeginOptions& options
  )
      : snapshot_(std::move(snapshot)),
        marks_(std::move(marks)),
        range_cache_(std::move(range_cache)),
        range_counts_(std::move(range_counts)),
        limit_(options) {}

  Result<bool> get(std::string_view key, std::string& value) override;
  Result<bool> peek(std::string_view key, std::string& value) override;
  std::unique_ptr<Cursor> scan(KeyRange range, Direction direction) override;
  bool has_steps(std::uint64_t entries) const override { return limit_.has_steps(entries); }
  std::unique_ptr<Cursor> scan_sieved(KeyRange range, Direction direction, Sieve* sieve) override;
  std::unique_ptr<Cursor> scan_unordered(KeyRange range, Direction wish, Sieve* sieve) override;
  Result<> expect_lookups(const KeyRange& range, std::uint64_t lookups, std::uint64_t entries)
      override;
  Result<std::uint64_t> count(const KeyRange& range, const KeyRange& whole) override;
  void put(std::string_view key, std::string_view value) override;
  void erase(std::string_view key) override;
  void add(std::string_view counter_key, std::int64_t delta) override;
  Result<std::int64_t> read_counter(std::string_view counter_key) override;
  Result<std::int64_t> allocate(std::string_view counter_key, std::int64_t count) override;
  void append(std::string_view prefix, std::string_view value) override;
  void erase_range(KeyRange range) override;
  void observe(std::string_view token) override { reads_.push_back(hash_token(token)); }
  void announce(std::string_view token) override { announced_.push_back(hash_token(token)); }
  Sequence snapshot() const override { return snapshot_->sequence(); }
  bool has_writes() const override;

  // For the committer.
  std::span<const KeyHash> reads() const noexcept {
    return reads_;
  }  // keys read or written, tokens observed
  std::span<const KeyHash> announced() const noexcept { return announced_; }
  const OwnWrites& writes() const noexcept { return writes_; }
  const Numbers& additions() const noexcept { return additions_; }
  const Numbers& allocated() const noexcept {
    return allocated_;
  }  // key → highest integer handed out
  // Whether a key that was put or erased is one of those numbers too.
  bool counts(std::string_view key) const {
    return additions_.contains(key) || allocated_.contains(key);
  }
  const std::vector<Append>& appends() const noexcept { return appends_; }
  std::span<const KeyRange> erased() const noexcept { return erased_; }
  std::size_t bytes() const noexcept {
    return bytes_ + writes_.bytes();
  }  // of what would be written, about
  const HighMarks* marks() const noexcept {
    return marks_.get();
  }  // tells whose transaction this is

 private:
  // All of a range at this snapshot, once it was found.
  struct Kept {
    std::shared_ptr<const RangeImage> image;
    KeyRange range;
  };

  // Whether all of `range` is in an image, which then is in `kept`.
  bool find_image(const KeyRange& range, Kept& kept);
  // Walks all of `range` for the image that is wanted of it.
  Result<> make_image(const KeyRange& range);

  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<HighMarks> marks_;
  std::shared_ptr<RangeCache> range_cache_;
  std::shared_ptr<RangeCounts> range_counts_;
  Kept scanned_;    // what a scan found is often fetched next
  Kept looked_up_;  // what lookups are expected in; scans of an index beside them leave it
  WorkLimit limit_;
  OwnWrites writes_;
  std::vector<KeyHash> reads_, announced_;
  Numbers additions_, allocated_;
  std::vector<Append> appends_;
  std::vector<KeyRange> erased_;
  std::size_t bytes_ = 0;  // of counters, appends and erased ranges
};

}  // namespace noded::storage
