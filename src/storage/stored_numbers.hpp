// StoredNumbers: counters and high marks as the committer knows them, so that a group of commits
// writes each only once.
#pragma once

#include "noded/engine.hpp"

#include "storage/backend.hpp"
#include "storage/key_hash.hpp"
#include "storage/number.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace noded::storage {

// Committer's thread only. A cache: what was stored can be dropped at any time between groups.
class StoredNumbers {
 public:
  // What the number is without this cache: read from the store, or from an earlier commit of the
  // group.
  using Read = std::function<Result<std::optional<std::string>>(std::string_view key)>;

  explicit StoredNumbers(Read read) : read_(std::move(read)) {}

  // Makes the number known. kInternal when what is stored is no number, and the errors of reading.
  Result<> load(std::string_view key);
  // These three only of loaded ones.
  bool is_changed(std::string_view key) const { return known_.find(key)->second.is_changed; }
  void add(std::string_view key, std::int64_t delta);
  void raise(std::string_view key, std::int64_t mark);
  // A transaction put or erased a key, which may be one of these. Counting goes on from there.
  void replace(std::string_view key, const std::optional<std::string>& value);

  // Appends what changed since the last store() or clear(). Views hold until the next call of
  // either.
  void append_changes(std::vector<Change>& changes);
  // The changes were stored.
  void store();
  // They were not: nothing that is known here is true any more.
  void clear();

 private:
  struct Number {
    std::int64_t value = 0;
    bool is_changed = false;
    NumberBytes bytes{};
  };
  using Known = std::unordered_map<std::string, Number, TextHash, std::equal_to<>>;
  static constexpr std::size_t kMostKnown = 4096;

  void set(Known::value_type& known, std::int64_t value);

  Read read_;
  Known known_;
  std::vector<Known::value_type*> changed_;  // nodes of known_
};

}  // namespace noded::storage
