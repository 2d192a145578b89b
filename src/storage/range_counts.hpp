// RangeCounts: how many entries lie in a part of a large range, without a walk over them all.
//
// A range that proved large is cut into buckets of some tens of entries or more, whose counts
// follow every commit. A count then takes the sum of the whole buckets inside and two short walks
// at its ends. Kept in memory alone: a walk over the range makes it anew.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "storage/backend.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded::storage {

// Thread-safe.
class RangeCounts {
 public:
  static constexpr std::size_t kMaxRanges = 16;       // the least recently asked for gives way
  static constexpr std::uint64_t kMinEntries = 1024;  // of a part that is worth it
  static constexpr std::int64_t kBucketEntries = 64;  // when cut, of ranges that are not huge
  static constexpr std::size_t kMaxPieces = 8192;     // into which a bucket is cut at most
  static constexpr std::size_t kMaxRecent = 8192;     // changes, for readers of older snapshots

  // `max_pieces`: an even number.
  explicit RangeCounts(std::size_t max_pieces = kMaxPieces) : max_pieces_(max_pieces) {}

  // Walks a range as the reader sees it.
  using Scan = std::function<std::unique_ptr<Cursor>(KeyRange range)>;

  // Entries of `range`, which lies in `whole`, for a reader of `snapshot`; empty when `whole` was
  // not learned or is not known as of then. `may_cut`: longer walks are allowed, by which later
  // counts in `whole` become short. Errors are those of the walks.
  Result<std::optional<std::uint64_t>> count(
      const KeyRange& range,
      const KeyRange& whole,
      Sequence snapshot,
      bool may_cut,
      const Scan& scan
  );
  // From now on counts in `whole` can be told, once a reader who may cut asks for one.
  void learn(const KeyRange& whole);

  // Committer's thread, before `sequence` is published: what it changed, ascending by key, and the
  // state before it.
  void note(const Batch& batch, Sequence sequence, const Snapshot& before);

  struct Usage {
    std::uint64_t ranges = 0, bytes = 0;  // of memory, about
    std::uint64_t told = 0;               // counts
    std::uint64_t cuts = 0;               // walks over buckets that cut them
  };
  Usage usage() const;

 private:
  struct Bucket {
    std::string begin;   // ends where the next one begins
    std::int64_t count;  // kUnknown until it was walked
  };
  struct Recent {
    Sequence sequence;
    std::string key;
    std::int64_t difference;  // 1 or -1
  };
  struct Counted {
    std::uint64_t id;
    KeyRange whole;
    Sequence oldest;  // the first snapshot whose readers can be served
    std::vector<Bucket> buckets;
    std::int64_t bucket_entries;  // when cut; twice as many each time that the pieces are too many
    std::deque<Recent> recent;    // changes by the commits behind `oldest`
    std::uint64_t key_bytes;      // of the buckets and of the recent changes
    std::uint64_t last_use;
  };
  // What can be told of a part at once.
  struct Outline {
    std::uint64_t id;
    std::int64_t bucket_entries;
    std::int64_t inside = 0;            // entries of the whole buckets
    std::vector<KeyRange> edges{};      // to be walked
    std::vector<KeyRange> to_be_cut{};  // buckets that are unknown or too large
  };
  struct Pieces {
    std::vector<Bucket> buckets;
    std::int64_t bucket_entries;
  };
  static constexpr std::int64_t kUnknown = -1;

  std::optional<Outline> outline(const KeyRange& range, const KeyRange& whole, Sequence snapshot);
  Result<Pieces> cut(const KeyRange& bucket, std::int64_t bucket_entries, const Scan& scan) const;
  void install(std::uint64_t id, const KeyRange& bucket, Pieces pieces, Sequence snapshot);
  static void apply(Counted& counted, const Recent& change);

  const std::size_t max_pieces_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Counted> counted_;
  Sequence noted_ = 0;  // the last commit of which it was told, or is being told
  std::uint64_t uses_ = 0, ids_ = 0;
  std::uint64_t cuts_ = 0;
  std::atomic<std::uint64_t> told_ = 0;
};

}  // namespace noded::storage
