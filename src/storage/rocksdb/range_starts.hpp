// RangeStarts: where ranges begin whose first entries were deleted, as those of a queue are. A walk
// from a range's begin would step over each deleted entry until a compaction drops it.
//
// A walk that stepped over many tells what it found first. Commits that put a key before that move
// the start back before anyone can see them; deletions leave it, for nothing lives before it still.
#pragma once

#include "noded/engine.hpp"

#include "storage/backend.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::storage {

// Thread-safe.
class RangeStarts {
 public:
  static constexpr std::size_t kMaxRanges = 16;       // the least recently used gives way
  static constexpr std::uint64_t kWorthTelling = 64;  // deletions, about 20 µs

  // `last`: the last commit that there was before any is noted.
  explicit RangeStarts(Sequence last) : noted_(last) {}

  // A key not less than `begin` such that a reader of `snapshot` sees none between the two.
  std::string find(std::string_view begin, Sequence snapshot);
  // A reader of `snapshot` found no key between `begin` and `first`.
  void learn(std::string_view begin, std::string_view first, Sequence snapshot);
  // Committer's thread, before anyone sees `sequence`: what it changes, ascending by key.
  void note(const Batch& batch, Sequence sequence);

 private:
  struct Start {
    std::string begin;
    std::string first;  // no key lies before it for readers of `since` and later ones
    Sequence since = 0;
    // The lowest key put by commits behind `watched`: what a reader of that or a later one finds
    // may lie behind it.
    std::optional<std::string> put{};
    Sequence watched = 0;
    std::uint64_t last_use = 0;
  };

  Start* find_start(std::string_view begin);
  Start& add_start(std::string_view begin);

  std::atomic<std::size_t> size_{0};  // of starts_; spares readers the mutex when 0

  std::mutex mutex_;  // guards what follows
  std::vector<Start> starts_;
  Sequence noted_;
  std::uint64_t uses_ = 0;
};

}  // namespace noded::storage
