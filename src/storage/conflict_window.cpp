#include "storage/conflict_window.hpp"

#include <algorithm>
#include <utility>

namespace noded::storage {

bool ConflictWindow::conflicts(std::span<const KeyHash> keys, Sequence snapshot) const {
  if (snapshot < floor_) return true;
  for (auto generation = generations_.rbegin(); generation != generations_.rend(); ++generation) {
    if (generation->newest <= snapshot) return false;
    for (const KeyHash key : keys) {
      if (written(*generation, key) > snapshot) return true;
    }
  }
  return false;
}

bool ConflictWindow::was_written_since(KeyHash key, Sequence first) const {
  return first <= floor_ || conflicts(std::span(&key, 1), first - 1);
}

void ConflictWindow::record(KeyHash key, Sequence sequence) {
  if (generations_.empty() ||
      (generations_.back().used >= kGenerationKeys && generations_.back().newest != sequence)) {
    start_generation();
  }
  Generation& generation = generations_.back();
  if (2 * (generation.used + 1) > generation.slots.size()) grow(generation);
  Slot& slot = slot_of(generation, key);
  if (slot.sequence == 0) {
    slot.key = key;
    ++generation.used;
    ++size_;
  }
  slot.sequence = sequence;
  generation.newest = sequence;
}

void ConflictWindow::record_everything(Sequence sequence) {
  generations_.clear();
  size_ = 0;
  floor_ = sequence;
}

void ConflictWindow::forget_before(Sequence oldest) {
  // The newest generation goes too once it is worth it: an idle window is a small one.
  while (!generations_.empty() && generations_.front().newest <= oldest &&
         (generations_.size() > 1 || generations_.front().used >= kGenerationKeys)) {
    drop_oldest();
  }
}

void ConflictWindow::start_generation() {
  while (!generations_.empty() && size_ >= capacity_)
    drop_oldest();
  Generation generation;
  generation.slots = std::exchange(spare_, {});
  if (generation.slots.empty()) generation.slots.resize(kGenerationSlots);
  generations_.push_back(std::move(generation));
}

void ConflictWindow::drop_oldest() {
  Generation& oldest = generations_.front();
  floor_ = std::max(floor_, oldest.newest);
  size_ -= oldest.used;
  if (oldest.slots.size() == kGenerationSlots) {
    spare_ = std::move(oldest.slots);
    std::ranges::fill(spare_, Slot{});
  }
  generations_.pop_front();
}

ConflictWindow::Slot& ConflictWindow::slot_of(Generation& generation, KeyHash key) {
  const std::size_t mask = generation.slots.size() - 1;
  std::size_t place = static_cast<std::size_t>(key) & mask;
  while (generation.slots[place].sequence != 0 && generation.slots[place].key != key)
    place = (place + 1) & mask;
  return generation.slots[place];
}

Sequence ConflictWindow::written(const Generation& generation, KeyHash key) {
  const std::size_t mask = generation.slots.size() - 1;
  for (std::size_t place = static_cast<std::size_t>(key) & mask;; place = (place + 1) & mask) {
    const Slot& slot = generation.slots[place];
    if (slot.sequence == 0) return 0;
    if (slot.key == key) return slot.sequence;
  }
}

void ConflictWindow::grow(Generation& generation) {
  Generation larger;
  larger.slots.resize(2 * generation.slots.size());
  for (const Slot& slot : generation.slots) {
    if (slot.sequence != 0) slot_of(larger, slot.key) = slot;
  }
  generation.slots = std::move(larger.slots);
}

}  // namespace noded::storage
