#include "storage/memory/memory_map.hpp"

#include <mutex>
#include <utility>

namespace noded::storage {

MemoryMap::Value MemoryMap::visible(const Versions& versions, Sequence sequence) {
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->sequence <= sequence) return version->value;
  }
  return nullptr;
}

MemoryMap::Value MemoryMap::find(std::string_view key, Sequence sequence) const {
  const std::shared_lock lock(mutex_);
  const auto entry = entries_.find(key);
  return entry == entries_.end() ? nullptr : visible(entry->second, sequence);
}

std::vector<MemoryMap::Entry> MemoryMap::read(
    const KeyRange& range,
    Direction direction,
    const std::string* last,
    Sequence sequence,
    std::size_t count
) const {
  std::vector<Entry> found;
  found.reserve(count);
  const std::shared_lock lock(mutex_);
  const bool is_forward = direction == Direction::kForward;
  auto first = is_forward && last != nullptr ? entries_.upper_bound(*last)
                                             : entries_.lower_bound(range.begin);
  auto end = range.end.empty() ? entries_.end() : entries_.lower_bound(range.end);
  if (!is_forward && last != nullptr) end = entries_.lower_bound(*last);
  while (first != end && found.size() < count) {
    const auto entry = is_forward ? first++ : --end;
    if (Value value = visible(entry->second, sequence))
      found.push_back({entry->first, std::move(value)});
  }
  return found;
}

void MemoryMap::apply(const Batch& batch, Sequence sequence, Sequence oldest_read) {
  const std::unique_lock lock(mutex_);
  for (const KeyRange& range : batch.erased)
    erase(range, sequence);
  for (const Change& change : batch.changes)
    write(change, sequence);
  prune(oldest_read);
}

void MemoryMap::erase(const KeyRange& range, Sequence sequence) {
  const auto end = range.end.empty() ? entries_.end() : entries_.lower_bound(range.end);
  for (auto place = entries_.lower_bound(range.begin); place != end; ++place) {
    if (place->second.back().value != nullptr) set(place, nullptr, sequence);
  }
}

void MemoryMap::write(const Change& change, Sequence sequence) {
  auto place = entries_.lower_bound(change.key);
  const bool is_known = place != entries_.end() && place->first == change.key;
  if (!is_known && !change.value) return;
  if (!is_known) place = entries_.emplace_hint(place, change.key, Versions{});
  set(place, change.value ? std::make_shared<const std::string>(*change.value) : nullptr, sequence);
}

void MemoryMap::set(Entries::iterator place, Value value, Sequence sequence) {
  auto& [key, versions] = *place;
  if (!versions.empty() && versions.back().value != nullptr)
    bytes_ -= key.size() + versions.back().value->size();
  const bool is_erased = value == nullptr;
  if (!is_erased) bytes_ += key.size() + value->size();
  if (!versions.empty() && versions.back().sequence == sequence) {
    versions.back().value = std::move(value);
  } else {
    versions.push_back({sequence, std::move(value)});
  }
  if (versions.size() > 1 || is_erased) superseded_.push_back({sequence, key});
}

void MemoryMap::prune(Sequence oldest_read) {
  for (; !superseded_.empty() && superseded_.front().since <= oldest_read;
       superseded_.pop_front()) {
    const auto entry = entries_.find(superseded_.front().key);
    if (entry == entries_.end()) continue;
    Versions& versions = entry->second;
    std::size_t unused = 0;  // versions hidden from oldest_read by a later one
    while (unused + 1 < versions.size() && versions[unused + 1].sequence <= oldest_read)
      ++unused;
    versions.erase(versions.begin(), versions.begin() + static_cast<std::ptrdiff_t>(unused));
    if (versions.size() == 1 && versions.front().value == nullptr) entries_.erase(entry);
  }
}

}  // namespace noded::storage
