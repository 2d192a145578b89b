#include "storage/transaction.hpp"

#include "storage/high_marks.hpp"
#include "storage/key_ranges.hpp"
#include "storage/number.hpp"
#include "storage/range_cache.hpp"
#include "storage/range_counts.hpp"
#include "storage/sieved_cursor.hpp"
#include "storage/transaction_cursor.hpp"

#include <algorithm>

namespace noded::storage {

Error limit_error(Errc code) {
  const char* message = code == Errc::kTimeout ? "the deadline passed before the read was done"
                                               : "more work than may be done at once";
  return Error{code, message, {}, {}};
}

Result<bool> StoreTransaction::get(std::string_view key, std::string& value) {
  reads_.push_back(hash_key(key));
  return peek(key, value);
}

Result<bool> StoreTransaction::peek(std::string_view key, std::string& value) {
  if (const auto* own = writes_.find(key); own != nullptr) {
    if (!own->has_value()) return false;
    value.assign(**own);
    return true;
  }
  if (const auto refused = limit_.charge_read()) return std::unexpected(limit_error(*refused));
  for (const Kept* kept : {&looked_up_, &scanned_}) {
    if (kept->image == nullptr || !holds(kept->range, key)) continue;
    const std::size_t place = kept->image->lower_bound(key);
    if (place == kept->image->size() || kept->image->key(place) != key) return false;
    value.assign(kept->image->value(place));
    return true;
  }
  return snapshot_->get(key, value, limit_.tier());
}

std::unique_ptr<Cursor> StoreTransaction::scan(KeyRange range, Direction direction) {
  return scan_sieved(std::move(range), direction, nullptr);
}

std::unique_ptr<Cursor> StoreTransaction::scan_sieved(
    KeyRange range, Direction direction, Sieve* sieve
) {
  if (is_empty(range)) return std::make_unique<EmptyCursor>();
  std::unique_ptr<OwnWrites::View> own;
  if (!writes_.empty()) {
    own = std::make_unique<OwnWrites::View>(writes_, range, direction);
    if (own->at_end()) own.reset();
  }
  std::unique_ptr<Cursor> stored;
  if (find_image(range, scanned_)) {
    // A sieve's columns are made of the whole image: on the loop only if it is small.
    if (own == nullptr && sieve != nullptr && limit_.has_steps(scanned_.image->size()))
      return std::make_unique<SievedCursor>(scanned_.image, range, direction, limit_, *sieve);
    WorkLimit* const limit = own == nullptr ? &limit_ : nullptr;
    stored = std::make_unique<ImageCursor>(scanned_.image, range, direction, limit);
    if (own == nullptr) return stored;
  } else {
    stored = snapshot_->scan(range, direction, limit_.tier());
    if (range_cache_ != nullptr && limit_.tier() == Tier::kDisk)
      stored = range_cache_->watch(std::move(stored), std::move(range), direction, snapshot());
    if (own == nullptr) return std::make_unique<StoredCursor>(std::move(stored), limit_);
  }
  return std::make_unique<MergingCursor>(std::move(stored), std::move(own), direction, limit_);
}

std::unique_ptr<Cursor> StoreTransaction::scan_unordered(
    KeyRange range, Direction wish, Sieve* sieve
) {
  // An engine steps backward more slowly, an image does not.
  const Direction direction = find_image(range, scanned_) ? wish : Direction::kForward;
  return scan_sieved(std::move(range), direction, sieve);
}

Result<> StoreTransaction::expect_lookups(
    const KeyRange& range, std::uint64_t lookups, std::uint64_t entries
) {
  if (range_cache_ == nullptr || is_empty(range) || find_image(range, looked_up_)) return {};
  const bool may_walk = limit_.tier() == Tier::kDisk;
  if (!range_cache_->wants_image(range, snapshot(), lookups, entries, may_walk)) return {};
  if (!may_walk) return fail(Errc::kWouldBlock, "the range is to be walked and kept in memory");
  if (auto made = make_image(range); !made) return made;
  static_cast<void>(find_image(range, looked_up_));  // unless it changed meanwhile
  return {};
}

Result<> StoreTransaction::make_image(const KeyRange& range) {
  auto stored = snapshot_->scan(range, Direction::kForward, limit_.tier());
  auto watched = range_cache_->watch(std::move(stored), range, Direction::kForward, snapshot());
  StoredCursor cursor(std::move(watched), limit_);
  cursor.skip_rest();
  return cursor.status();
}

Result<std::uint64_t> StoreTransaction::count(const KeyRange& range, const KeyRange& whole) {
  if (is_empty(range)) return 0;
  const bool may_walk_far = limit_.tier() == Tier::kDisk;
  if (writes_.empty() && !find_image(range, scanned_)) {
    const auto known = range_counts_->count(
        range,
        whole,
        snapshot(),
        may_walk_far,
        [this](KeyRange part) -> std::unique_ptr<Cursor> {
          auto stored = snapshot_->scan(std::move(part), Direction::kForward, limit_.tier());
          return std::make_unique<StoredCursor>(std::move(stored), limit_);
        }
    );
    if (!known) return std::unexpected(known.error());
    if (*known) return **known;
  }
  const auto cursor = scan(range, Direction::kForward);
  const std::uint64_t walked = cursor->skip_rest();
  if (auto status = cursor->status(); !status) return std::unexpected(std::move(status.error()));
  if (may_walk_far && walked >= RangeCounts::kMinEntries) range_counts_->learn(whole);
  return walked;
}

bool StoreTransaction::find_image(const KeyRange& range, Kept& kept) {
  if (range_cache_ == nullptr) return false;
  if (kept.image != nullptr && is_same(range, kept.range)) return true;
  auto image = range_cache_->find(range, snapshot());
  if (image == nullptr) return false;
  kept = {std::move(image), range};
  return true;
}

void StoreTransaction::put(std::string_view key, std::string_view value) {
  reads_.push_back(hash_key(key));
  writes_.put(key, value);
}

void StoreTransaction::erase(std::string_view key) {
  reads_.push_back(hash_key(key));
  writes_.erase(key);
}

void StoreTransaction::add(std::string_view counter_key, std::int64_t delta) {
  auto place = additions_.lower_bound(counter_key);
  if (place == additions_.end() || place->first != counter_key) {
    place = additions_.emplace_hint(place, counter_key, 0);
    bytes_ += counter_key.size() + sizeof(NumberBytes);
  }
  place->second = add_saturated(place->second, delta);
}

Result<std::int64_t> StoreTransaction::read_counter(std::string_view counter_key) {
  std::string bytes;
  const auto found = peek(counter_key, bytes);
  if (!found) return std::unexpected(found.error());
  std::int64_t number = 0;
  if (*found) {
    const auto decoded = decode_number(bytes);
    if (!decoded) return fail(Errc::kInternal, "a stored counter is not a number");
    number = *decoded;
  }
  if (const auto added = additions_.find(counter_key); added != additions_.end()) {
    number = add_saturated(number, added->second);
  }
  if (const auto mark = allocated_.find(counter_key); mark != allocated_.end()) {
    number = std::max(number, mark->second);
  }
  return number;
}

Result<std::int64_t> StoreTransaction::allocate(std::string_view counter_key, std::int64_t count) {
  const auto first = marks_->allocate(counter_key, count, limit_.tier());
  if (!first) return first;
  const std::int64_t highest = *first + (count - 1);
  auto place = allocated_.lower_bound(counter_key);
  if (place == allocated_.end() || place->first != counter_key) {
    allocated_.emplace_hint(place, counter_key, highest);
    bytes_ += counter_key.size() + sizeof(NumberBytes);
  } else {
    place->second = std::max(place->second, highest);
  }
  return first;
}

void StoreTransaction::append(std::string_view prefix, std::string_view value) {
  bytes_ += prefix.size() + value.size();
  appends_.push_back({std::string(prefix), std::string(value)});
}

void StoreTransaction::erase_range(KeyRange range) {
  if (is_empty(range)) return;
  bytes_ += range.begin.size() + range.end.size();
  erased_.push_back(std::move(range));
}

bool StoreTransaction::has_writes() const {
  return !writes_.empty() || !additions_.empty() || !allocated_.empty() || !appends_.empty() ||
         !announced_.empty() || !erased_.empty();
}

}  // namespace noded::storage
