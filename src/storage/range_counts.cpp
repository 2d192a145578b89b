#include "storage/range_counts.hpp"

#include "storage/key_ranges.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace noded::storage {
namespace {

constexpr std::int64_t kLargestInBuckets = 4;  // a bucket that grew to so many times is cut

template <class Buckets>
KeyRange range_of(const Buckets& buckets, std::size_t number, const KeyRange& whole) {
  const bool is_last = number + 1 == buckets.size();
  return {buckets[number].begin, is_last ? whole.end : buckets[number + 1].begin};
}

// Full buckets, an even number of them.
template <class Buckets>
void join_pairs(Buckets& buckets, std::int64_t& bucket_entries) {
  for (std::size_t pair = 0; pair < buckets.size() / 2; ++pair)
    buckets[pair] = std::move(buckets[2 * pair]);
  buckets.resize(buckets.size() / 2);
  bucket_entries *= 2;
  for (auto& bucket : buckets)
    bucket.count = bucket_entries;
}

}  // namespace

Result<std::optional<std::uint64_t>> RangeCounts::count(
    const KeyRange& range, const KeyRange& whole, Sequence snapshot, bool may_cut, const Scan& scan
) {
  auto known = outline(range, whole, snapshot);
  if (known && may_cut && !known->to_be_cut.empty()) {
    for (const KeyRange& bucket : known->to_be_cut) {
      auto pieces = cut(bucket, known->bucket_entries, scan);
      if (!pieces) return std::unexpected(std::move(pieces.error()));
      install(known->id, bucket, std::move(*pieces), snapshot);
    }
    known = outline(range, whole, snapshot);
  }
  if (!known) return std::nullopt;
  auto count = static_cast<std::uint64_t>(known->inside);
  for (const KeyRange& edge : known->edges) {
    const auto cursor = scan(edge);
    count += cursor->skip_rest();
    if (auto status = cursor->status(); !status) return std::unexpected(std::move(status.error()));
  }
  told_.fetch_add(1, std::memory_order_relaxed);
  return count;
}

Result<RangeCounts::Pieces> RangeCounts::cut(
    const KeyRange& bucket, std::int64_t bucket_entries, const Scan& scan
) const {
  Pieces pieces{.buckets = {{bucket.begin, 0}}, .bucket_entries = bucket_entries};
  const auto cursor = scan(bucket);
  while (cursor->next()) {
    if (pieces.buckets.back().count == pieces.bucket_entries) {
      if (pieces.buckets.size() == max_pieces_) join_pairs(pieces.buckets, pieces.bucket_entries);
      pieces.buckets.push_back({std::string(cursor->key()), 0});
    }
    ++pieces.buckets.back().count;
  }
  if (auto status = cursor->status(); !status) return std::unexpected(std::move(status.error()));
  return pieces;
}

// Empty when nothing is known of `whole` at `snapshot`.
std::optional<RangeCounts::Outline> RangeCounts::outline(
    const KeyRange& range, const KeyRange& whole, Sequence snapshot
) {
  const std::lock_guard lock(mutex_);
  const auto place = std::ranges::find_if(counted_, [&whole](const Counted& counted) {
    return is_same(counted.whole, whole);
  });
  if (place == counted_.end() || snapshot < place->oldest) return std::nullopt;
  Counted& counted = *place;
  counted.last_use = ++uses_;
  const std::vector<Bucket>& buckets = counted.buckets;
  Outline outline{.id = counted.id, .bucket_entries = counted.bucket_entries};
  const auto consider_cut = [&](std::size_t bucket) {
    const std::int64_t count = buckets[bucket].count;
    const bool is_large = count > kLargestInBuckets * counted.bucket_entries;
    if (count == kUnknown || is_large)
      outline.to_be_cut.push_back(range_of(buckets, bucket, whole));
  };
  // Buckets from `first` to before `last` lie in the range whole; they end before `limit`.
  const auto begins = std::ranges::lower_bound(buckets, range.begin, {}, &Bucket::begin);
  const auto first = static_cast<std::size_t>(begins - buckets.begin());
  if (first > 0 && (first == buckets.size() || buckets[first].begin != range.begin))
    consider_cut(first - 1);
  std::size_t limit = buckets.size();
  if (range.end != whole.end) {
    const auto behind = std::ranges::upper_bound(buckets, range.end, {}, &Bucket::begin);
    limit = static_cast<std::size_t>(behind - buckets.begin()) - 1;
  }
  std::size_t last = first;
  for (; last < limit && buckets[last].count != kUnknown; ++last) {
    consider_cut(last);
    outline.inside += buckets[last].count;
  }
  const bool reaches_on =
      last < buckets.size() && (range.end.empty() || buckets[last].begin < range.end);
  if (reaches_on) consider_cut(last);
  if (first == last) {
    outline.edges.push_back(range);
    return outline;
  }
  const KeyRange inside{buckets[first].begin, range_of(buckets, last - 1, whole).end};
  for (auto change = counted.recent.rbegin();
       change != counted.recent.rend() && change->sequence > snapshot;
       ++change) {
    if (holds(inside, change->key)) outline.inside -= change->difference;
  }
  if (range.begin < inside.begin) outline.edges.push_back({range.begin, inside.begin});
  if (reaches_on) outline.edges.push_back({inside.end, range.end});
  return outline;
}

void RangeCounts::learn(const KeyRange& whole) {
  const std::lock_guard lock(mutex_);
  const bool is_known = std::ranges::any_of(counted_, [&whole](const Counted& counted) {
    return is_same(counted.whole, whole);
  });
  if (is_known) return;
  if (counted_.size() == kMaxRanges)
    counted_.erase(std::ranges::min_element(counted_, {}, &Counted::last_use));
  counted_.push_back({
      .id = ++ids_,
      .whole = whole,
      .oldest = noted_,
      .buckets = {{whole.begin, kUnknown}},
      .bucket_entries = kBucketEntries,
      .recent = {},
      .key_bytes = whole.begin.size(),
      .last_use = ++uses_,
  });
}

// Puts `pieces`, walked at `snapshot`, in the place of `bucket` if that is still one.
void RangeCounts::install(
    std::uint64_t id, const KeyRange& bucket, Pieces pieces, Sequence snapshot
) {
  const std::lock_guard lock(mutex_);
  const auto place = std::ranges::find(counted_, id, &Counted::id);
  if (place == counted_.end() || snapshot < place->oldest) return;
  Counted& counted = *place;
  const auto old = std::ranges::find(counted.buckets, bucket.begin, &Bucket::begin);
  if (old == counted.buckets.end()) return;
  const auto number = static_cast<std::size_t>(old - counted.buckets.begin());
  if (!is_same(range_of(counted.buckets, number, counted.whole), bucket)) return;
  for (const Recent& change : counted.recent) {
    if (change.sequence <= snapshot || !holds(bucket, change.key)) continue;
    const auto behind = std::ranges::upper_bound(pieces.buckets, change.key, {}, &Bucket::begin);
    std::prev(behind)->count += change.difference;
  }
  counted.bucket_entries = std::max(counted.bucket_entries, pieces.bucket_entries);
  counted.key_bytes -= old->begin.size();
  for (const Bucket& piece : pieces.buckets)
    counted.key_bytes += piece.begin.size();
  ++cuts_;
  const auto next = counted.buckets.erase(old);
  counted.buckets.insert(
      next,
      std::make_move_iterator(pieces.buckets.begin()),
      std::make_move_iterator(pieces.buckets.end())
  );
}

void RangeCounts::note(const Batch& batch, Sequence sequence, const Snapshot& before) {
  std::vector<std::pair<std::uint64_t, KeyRange>> ranges;
  {
    const std::lock_guard lock(mutex_);
    noted_ = sequence;  // what is learned from now on begins behind it
    for (const Counted& counted : counted_)
      ranges.emplace_back(counted.id, counted.whole);
  }
  std::string value;
  for (const auto& [id, whole] : ranges) {
    bool is_lost = std::ranges::any_of(batch.erased, [&whole](const KeyRange& erased) {
      return overlaps(erased, whole);
    });
    std::vector<Recent> differences;
    auto change = std::ranges::lower_bound(batch.changes, whole.begin, {}, &Change::key);
    for (; !is_lost && change != batch.changes.end() && holds(whole, change->key); ++change) {
      const auto existed = before.get(change->key, value, Tier::kDisk);
      is_lost = !existed;
      if (existed && *existed != change->value.has_value())
        differences.push_back({sequence, std::string(change->key), *existed ? -1 : 1});
    }
    if (!is_lost && differences.empty()) continue;
    const std::lock_guard lock(mutex_);
    const auto place = std::ranges::find(counted_, id, &Counted::id);
    if (place == counted_.end()) continue;
    if (is_lost) {
      counted_.erase(place);
      continue;
    }
    for (Recent& difference : differences) {
      apply(*place, difference);
      place->key_bytes += difference.key.size();
      place->recent.push_back(std::move(difference));
    }
    while (place->recent.size() > kMaxRecent) {
      place->oldest = std::max(place->oldest, place->recent.front().sequence);
      place->key_bytes -= place->recent.front().key.size();
      place->recent.pop_front();
    }
  }
}

void RangeCounts::apply(Counted& counted, const Recent& change) {
  std::vector<Bucket>& buckets = counted.buckets;
  const auto bucket = std::prev(std::ranges::upper_bound(buckets, change.key, {}, &Bucket::begin));
  if (bucket->count == kUnknown) return;
  bucket->count += change.difference;
  if (change.difference > 0 || bucket == buckets.begin()) return;
  const auto previous = std::prev(bucket);  // what shrinks becomes one with what is before it
  if (previous->count == kUnknown || previous->count + bucket->count > counted.bucket_entries)
    return;
  previous->count += bucket->count;
  counted.key_bytes -= bucket->begin.size();
  buckets.erase(bucket);
}

RangeCounts::Usage RangeCounts::usage() const {
  const std::lock_guard lock(mutex_);
  Usage usage{
      .ranges = counted_.size(),
      .bytes = 0,
      .told = told_.load(std::memory_order_relaxed),
      .cuts = cuts_,
  };
  for (const Counted& counted : counted_) {
    usage.bytes += counted.key_bytes + counted.buckets.size() * sizeof(Bucket) +
                   counted.recent.size() * sizeof(Recent);
  }
  return usage;
}

}  // namespace noded::storage
