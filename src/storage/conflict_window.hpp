// ConflictWindow: which keys and tokens the recent commits wrote, for as long as some transaction
// is old enough to care.
#pragma once

#include "noded/engine.hpp"

#include "storage/key_hash.hpp"

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace noded::storage {

// Committer's thread only. Bounded: what does not fit is forgotten, oldest first, and transactions
// from before it conflict.
class ConflictWindow {
 public:
  // `capacity`: keys that are remembered at least before any is forgotten unasked. `start`: the
  // commit before the first.
  ConflictWindow(std::size_t capacity, Sequence start) : capacity_(capacity), floor_(start) {}

  // True when one of `keys` was written after `snapshot`, or when that is no longer known.
  bool conflicts(std::span<const KeyHash> keys, Sequence snapshot) const;
  // Whether `key` is known to have been written in commit `first` or later.
  bool was_written_since(KeyHash key, Sequence first) const;

  // `sequence` never falls. All keys of one commit are recorded before those of the next.
  void record(KeyHash key, Sequence sequence);
  // As if every key was written in `sequence`: for a commit of more keys than the window holds.
  void record_everything(Sequence sequence);
  // Nobody will ask about snapshots older than `oldest` any more.
  void forget_before(Sequence oldest);

  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t size() const noexcept { return size_; }

 private:
  // Some commits in a row: an open-addressed table of the last commit of each key.
  struct Slot {
    KeyHash key = 0;
    Sequence sequence = 0;  // 0: free
  };
  struct Generation {
    std::vector<Slot> slots;  // a power of two
    std::size_t used = 0;
    Sequence newest = 0;
  };
  static constexpr std::size_t kGenerationKeys = 4096;
  static constexpr std::size_t kGenerationSlots = 2 * kGenerationKeys;

  static Slot& slot_of(Generation& generation, KeyHash key);
  static Sequence written(const Generation& generation, KeyHash key);
  static void grow(Generation& generation);
  void start_generation();
  void drop_oldest();

  std::size_t capacity_;
  Sequence floor_;  // what was written up to here is not known
  std::size_t size_ = 0;
  std::deque<Generation> generations_;  // oldest first
  std::vector<Slot> spare_;             // cleared table of a dropped generation
};

}  // namespace noded::storage
