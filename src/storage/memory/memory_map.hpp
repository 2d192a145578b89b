// MemoryMap: an ordered map that remembers older versions of its values for as long as somebody may
// read them.
#pragma once

#include "noded/engine.hpp"

#include "storage/backend.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace noded::storage {

// Any number of readers and one writer at once. A read sees the newest versions up to its sequence.
class MemoryMap {
 public:
  using Value = std::shared_ptr<const std::string>;
  struct Entry {
    std::string key;
    Value value;
  };

  // Null when absent.
  Value find(std::string_view key, Sequence sequence) const;
  // Up to `count` entries of `range` behind `last` (the first ones when null) in `direction`.
  std::vector<Entry> read(
      const KeyRange& range,
      Direction direction,
      const std::string* last,
      Sequence sequence,
      std::size_t count
  ) const;

  // Writer: makes `batch` visible from `sequence` on, then drops versions that reads at
  // `oldest_read` and later do not see.
  void apply(const Batch& batch, Sequence sequence, Sequence oldest_read);
  // Writer: keys and values of the newest versions.
  std::uint64_t bytes() const noexcept { return bytes_; }
  // Writer: keys held, those of erased entries included.
  std::size_t keys() const noexcept { return entries_.size(); }

 private:
  struct Version {
    Sequence sequence;
    Value value;  // null: erased
  };
  using Versions = std::vector<Version>;  // oldest first, never empty
  using Entries = std::map<std::string, Versions, std::less<>>;

  static Value visible(const Versions& versions, Sequence sequence);
  void erase(const KeyRange& range, Sequence sequence);
  void write(const Change& change, Sequence sequence);
  void set(Entries::iterator place, Value value, Sequence sequence);
  void prune(Sequence oldest_read);

  mutable std::shared_mutex mutex_;  // guards entries_
  Entries entries_;
  struct Superseded {
    Sequence since;
    std::string key;
  };
  std::deque<Superseded> superseded_;  // the writer's: keys with a version that fell out of use
  std::uint64_t bytes_ = 0;
};

}  // namespace noded::storage
