#include "storage/rocksdb/range_starts.hpp"

#include <algorithm>
#include <utility>

namespace noded::storage {

std::string RangeStarts::find(std::string_view begin, Sequence snapshot) {
  if (size_.load(std::memory_order_acquire) == 0) return std::string(begin);
  const std::lock_guard lock(mutex_);
  Start* const start = find_start(begin);
  if (start == nullptr || snapshot < start->since) return std::string(begin);
  start->last_use = ++uses_;
  return start->first;
}

void RangeStarts::learn(std::string_view begin, std::string_view first, Sequence snapshot) {
  const std::lock_guard lock(mutex_);
  Start* start = find_start(begin);
  if (start == nullptr) start = &add_start(begin);
  start->last_use = ++uses_;
  if (snapshot < start->watched)
    return;  // what was put since then is not known: the next one tells
  start->first = start->put ? std::min<std::string_view>(*start->put, first) : first;
  start->since = snapshot;
  start->put.reset();
  start->watched = noted_;
}

void RangeStarts::note(const Batch& batch, Sequence sequence) {
  const std::lock_guard lock(mutex_);
  noted_ = sequence;
  for (Start& start : starts_) {
    auto change = std::ranges::lower_bound(batch.changes, start.begin, {}, &Change::key);
    while (change != batch.changes.end() && !change->value)
      ++change;
    if (change == batch.changes.end()) continue;
    if (change->key < start.first) start.first = change->key;
    if (!start.put || change->key < *start.put) start.put = change->key;
  }
}

RangeStarts::Start* RangeStarts::find_start(std::string_view begin) {
  const auto place = std::ranges::find(starts_, begin, &Start::begin);
  return place == starts_.end() ? nullptr : &*place;
}

// Of which nothing is known yet.
RangeStarts::Start& RangeStarts::add_start(std::string_view begin) {
  Start fresh{.begin = std::string(begin), .first = std::string(begin)};
  fresh.watched = noted_;
  if (starts_.size() < kMaxRanges) {
    starts_.push_back(std::move(fresh));
    size_.store(starts_.size(), std::memory_order_release);
    return starts_.back();
  }
  Start& oldest = *std::ranges::min_element(starts_, {}, &Start::last_use);
  return oldest = std::move(fresh);
}

}  // namespace noded::storage
