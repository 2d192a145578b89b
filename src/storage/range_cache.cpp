#include "storage/range_cache.hpp"

#include "storage/key_ranges.hpp"

#include <algorithm>
#include <utility>

namespace noded::storage {
namespace {

bool covers(const KeyRange& outer, const KeyRange& inner) {
  if (inner.begin < outer.begin) return false;
  return outer.end.empty() || (!inner.end.empty() && inner.end <= outer.end);
}

bool touches(const Batch& batch, const KeyRange& range) {
  const auto first = std::ranges::lower_bound(batch.changes, range.begin, {}, &Change::key);
  if (first != batch.changes.end() && (range.end.empty() || first->key < range.end)) return true;
  return std::ranges::any_of(batch.erased, [&range](const KeyRange& erased) {
    return overlaps(erased, range);
  });
}

}  // namespace

// Counts what an engine's cursor walks and records it when that is wanted.
class RangeCache::WatchingCursor final : public Cursor {
 public:
  WatchingCursor(
      RangeCache& cache,
      std::unique_ptr<Cursor> engine,
      KeyRange range,
      Direction direction,
      Sequence snapshot
  )
      : cache_(cache),
        engine_(std::move(engine)),
        range_(std::move(range)),
        direction_(direction),
        snapshot_(snapshot) {
    if (cache_.begin_recording(range_, snapshot_)) image_ = std::make_shared<RangeImage>();
  }
  ~WatchingCursor() override {
    if (image_ != nullptr) cache_.abandon_recording(range_, false);
  }

  bool next() override {
    if (!engine_->next()) {
      if (!std::exchange(is_done_, true) && engine_->status()) finish();
      return false;
    }
    key_ = engine_->key();
    value_ = engine_->value();
    ++entries_;
    if (image_ != nullptr) record();
    return true;
  }
  Result<> status() const override { return engine_->status(); }

 private:
  void record() {
    if (image_->bytes() + key_.size() + value_.size() <= cache_.capacity_bytes_) {
      image_->append(key_, value_);
    } else {
      image_.reset();
      cache_.abandon_recording(range_, true);
    }
  }
  void finish() {
    if (image_ != nullptr) image_->finish(direction_);
    cache_.finish_walk(range_, snapshot_, entries_, std::move(image_));
  }

  RangeCache& cache_;
  std::unique_ptr<Cursor> engine_;
  KeyRange range_;
  Direction direction_;
  Sequence snapshot_;
  std::size_t entries_ = 0;
  bool is_done_ = false;
  std::shared_ptr<RangeImage> image_;
};

std::unique_ptr<Cursor> RangeCache::watch(
    std::unique_ptr<Cursor> engine, KeyRange range, Direction direction, Sequence snapshot
) {
  return std::make_unique<WatchingCursor>(
      *this, std::move(engine), std::move(range), direction, snapshot
  );
}

std::shared_ptr<const RangeImage> RangeCache::find(const KeyRange& range, Sequence snapshot) {
  if (images_.load(std::memory_order_acquire) == 0) return nullptr;
  const std::lock_guard lock(mutex_);
  for (Watched& watched : watched_) {
    if (watched.image == nullptr || watched.changed > snapshot || !covers(watched.range, range))
      continue;
    watched.last_use = ++uses_;
    ++served_;
    return watched.image;
  }
  return nullptr;
}

bool RangeCache::wants_image(
    const KeyRange& range,
    Sequence snapshot,
    std::uint64_t lookups,
    std::uint64_t entries,
    bool may_walk
) {
  const bool may_fit = entries <= capacity_bytes_ / kMinEntryBytes;
  if (entries < kMinEntries || !may_fit) return false;
  std::vector<std::shared_ptr<const RangeImage>> dropped;
  const std::lock_guard lock(mutex_);
  Watched* watched = find_watched(range);
  if (watched == nullptr) watched = &add_watched(range, dropped);
  watched->last_use = ++uses_;
  if (watched->image != nullptr || watched->is_recording || watched->is_too_large) return false;
  if (snapshot < watched->changed) return false;
  watched->lookups += lookups;
  const bool is_enough = watched->lookups >= entries / kEntriesPerLookup;
  if (is_enough) {
    watched->lookups = 0;
    watched->is_wanted = true;
  }
  return may_walk ? watched->is_wanted : is_enough;
}

void RangeCache::note(const Batch& batch, Sequence sequence) {
  std::vector<std::shared_ptr<const RangeImage>> dropped;  // freed outside of the lock
  const std::lock_guard lock(mutex_);
  noted_ = sequence;
  for (Watched& watched : watched_) {
    if (!touches(batch, watched.range)) continue;
    watched.changed = sequence;
    watched.lookups = 0;
    watched.is_wanted = false;
    drop_image(watched, dropped);
  }
}

RangeCache::Usage RangeCache::usage() const {
  const std::lock_guard lock(mutex_);
  return {.images = images_.load(std::memory_order_relaxed), .bytes = bytes_, .served = served_};
}

bool RangeCache::begin_recording(const KeyRange& range, Sequence snapshot) {
  const std::lock_guard lock(mutex_);
  Watched* watched = find_watched(range);
  if (watched == nullptr || watched->is_recording || watched->is_too_large) return false;
  if (snapshot < watched->changed) return false;
  if (watched->walked < watched->changed && !watched->is_wanted) return false;
  watched->is_wanted = false;
  watched->is_recording = true;
  return true;
}

void RangeCache::finish_walk(
    const KeyRange& range,
    Sequence snapshot,
    std::size_t entries,
    std::shared_ptr<const RangeImage> image
) {
  std::vector<std::shared_ptr<const RangeImage>> dropped;
  const std::lock_guard lock(mutex_);
  Watched* watched = find_watched(range);
  if (watched == nullptr) {
    if (entries < kMinEntries) return;
    watched = &add_watched(range, dropped);
  }
  watched->walked = std::max(watched->walked, snapshot);
  watched->last_use = ++uses_;
  if (image == nullptr) return;
  watched->is_recording = false;
  if (watched->changed > snapshot) return;
  drop_image(*watched, dropped);
  bytes_ += image->bytes();
  images_.fetch_add(1, std::memory_order_release);
  watched->image = std::move(image);
  while (bytes_ > capacity_bytes_) {
    Watched* oldest = nullptr;
    for (Watched& other : watched_) {
      if (other.image == nullptr || &other == watched) continue;
      if (oldest == nullptr || other.last_use < oldest->last_use) oldest = &other;
    }
    drop_image(oldest != nullptr ? *oldest : *watched, dropped);
  }
}

void RangeCache::abandon_recording(const KeyRange& range, bool is_too_large) {
  const std::lock_guard lock(mutex_);
  Watched* watched = find_watched(range);
  if (watched == nullptr) return;
  watched->is_recording = false;
  watched->is_too_large = is_too_large;
}

RangeCache::Watched* RangeCache::find_watched(const KeyRange& range) {
  const auto place = std::ranges::find_if(watched_, [&range](const Watched& watched) {
    return is_same(watched.range, range);
  });
  return place == watched_.end() ? nullptr : &*place;
}

RangeCache::Watched& RangeCache::add_watched(
    const KeyRange& range, std::vector<std::shared_ptr<const RangeImage>>& dropped
) {
  Watched fresh;
  fresh.range = range;
  fresh.changed = noted_;
  if (watched_.size() < kMaxWatched) return watched_.emplace_back(std::move(fresh));
  Watched& oldest = *std::ranges::min_element(watched_, {}, &Watched::last_use);
  drop_image(oldest, dropped);
  oldest = std::move(fresh);
  return oldest;
}

void RangeCache::drop_image(
    Watched& watched, std::vector<std::shared_ptr<const RangeImage>>& dropped
) {
  if (watched.image == nullptr) return;
  bytes_ -= watched.image->bytes();
  images_.fetch_sub(1, std::memory_order_release);
  dropped.push_back(std::move(watched.image));
}

}  // namespace noded::storage
