#include "storage/high_marks.hpp"

#include "storage/number.hpp"

#include <limits>

namespace noded::storage {

Result<std::int64_t> HighMarks::allocate(std::string_view key, std::int64_t count, Tier tier) {
  if (count < 1) return fail(Errc::kInvalid, "a number of integers to allocate is at least 1");
  std::unique_lock lock(mutex_);
  auto entry = highest_.find(key);
  if (entry == highest_.end()) {
    // Nobody has allocated from this key since the start, so no commit can raise its mark while it
    // is read.
    lock.unlock();
    const auto mark = stored_mark(key, tier);
    if (!mark) return mark;
    lock.lock();
    entry = highest_.try_emplace(std::string(key), *mark).first;
  }
  std::int64_t& highest = entry->second;
  if (count > std::numeric_limits<std::int64_t>::max() - highest) {
    return fail(Errc::kInvalid, "all integers of this key were handed out");
  }
  const std::int64_t first = highest + 1;
  highest += count;
  return first;
}

Result<std::int64_t> HighMarks::stored_mark(std::string_view key, Tier tier) const {
  const auto snapshot = published_->get();
  if (snapshot == nullptr) return fail(Errc::kUnavailable, "the store is closed");
  std::string bytes;
  const auto found = snapshot->get(key, bytes, tier);
  if (!found) return std::unexpected(found.error());
  if (!*found) return 0;
  const auto mark = decode_number(bytes);
  if (!mark || *mark < 0) return fail(Errc::kInternal, "a stored counter is not a number");
  return *mark;
}

}  // namespace noded::storage
