// RangeCache: images of the ranges that are walked again and again between changes, such as the
// rows of an entity under a condition without an index.
//
// A range that was walked to its end is watched. The committer notes when a commit changed
// something in a watched range, before readers can see that commit. A walk that finds the range
// unchanged since the walk before it is recorded; the image serves all readers whose snapshot is
// not older than the last change of the range, until the next change.
//
// Lookups of single keys in a range make an image of it as well, once so many came since its last
// change that they took twice as long as a walk: an engine's lookup takes as long as eight moves of
// its iterator (2 and 0.25 µs), one in an image a tenth of it. So a walk that the next change makes
// useless adds half at most to what the lookups before it had cost.
#pragma once

#include "noded/engine.hpp"

#include "storage/backend.hpp"
#include "storage/range_image.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace noded::storage {

// Thread-safe.
class RangeCache {
 public:
  static constexpr std::size_t kMaxWatched = 16;         // ranges
  static constexpr std::size_t kMinEntries = 256;        // of a range worth watching
  static constexpr std::uint64_t kEntriesPerLookup = 4;  // which one makes worth walking
  static constexpr std::uint64_t kMinEntryBytes = 32;    // taken for an entry's in an image

  // `capacity_bytes`: of all images together.
  explicit RangeCache(std::uint64_t capacity_bytes)
      : capacity_bytes_(std::min(capacity_bytes, RangeImage::kMaxBytes)) {}

  // An image that holds all of `range` as a reader of `snapshot` sees it; null if there is none.
  std::shared_ptr<const RangeImage> find(const KeyRange& range, Sequence snapshot);

  // `engine`, of all of `range` at `snapshot`, such that walking it to its end is noticed.
  std::unique_ptr<Cursor> watch(
      std::unique_ptr<Cursor> engine, KeyRange range, Direction direction, Sequence snapshot
  );

  // Whether a reader of `snapshot`, who looks up `lookups` keys of `range` next, should walk all of
  // it first, so that it is recorded. `entries`: what it holds, about; 0 when that is not known.
  // One who may not walk is told once that somebody should; the next one who may does.
  bool wants_image(
      const KeyRange& range,
      Sequence snapshot,
      std::uint64_t lookups,
      std::uint64_t entries,
      bool may_walk
  );

  // Committer's thread, before `sequence` is published: what it changed, the changes ascending by
  // key.
  void note(const Batch& batch, Sequence sequence);

  struct Usage {
    std::uint64_t images = 0, bytes = 0;
    std::uint64_t served = 0;  // walks, and lookups told of at once, that it answered
  };
  Usage usage() const;

 private:
  class WatchingCursor;
  struct Watched {
    KeyRange range;
    Sequence changed = 0;       // the last commit that may have changed it
    Sequence walked = 0;        // the newest snapshot of a whole walk
    std::uint64_t lookups = 0;  // since then, without an image
    bool is_wanted = false;     // the lookups were enough for an image
    bool is_recording = false;
    bool is_too_large = false;
    std::shared_ptr<const RangeImage> image;
    std::uint64_t last_use = 0;
  };

  // Whether the walk that begins now should be recorded; if so, one of the next two follows.
  bool begin_recording(const KeyRange& range, Sequence snapshot);
  void finish_walk(
      const KeyRange& range,
      Sequence snapshot,
      std::size_t entries,
      std::shared_ptr<const RangeImage> image  // null unless it was recorded
  );
  void abandon_recording(const KeyRange& range, bool is_too_large);

  Watched* find_watched(const KeyRange& range);
  Watched& add_watched(
      const KeyRange& range, std::vector<std::shared_ptr<const RangeImage>>& dropped
  );
  void drop_image(Watched& watched, std::vector<std::shared_ptr<const RangeImage>>& dropped);

  const std::uint64_t capacity_bytes_;
  std::atomic<std::uint64_t> images_{0};  // changes under the mutex; spares readers it when 0

  mutable std::mutex mutex_;  // guards what follows
  std::vector<Watched> watched_;
  Sequence noted_ = 0;
  std::uint64_t bytes_ = 0, uses_ = 0, served_ = 0;
};

}  // namespace noded::storage
