// HighMarks: the integers that allocate() hands out. Uniqueness is decided here, in memory, when
// they are handed out; the highest of a winning transaction is stored with its commit.
#pragma once

#include "noded/engine.hpp"

#include "storage/key_hash.hpp"
#include "storage/published.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace noded::storage {

// Thread-safe. One entry for each key that was ever allocated from since the start.
class HighMarks {
 public:
  explicit HighMarks(std::shared_ptr<const Published> published)
      : published_(std::move(published)) {}

  // The first of `count` integers never handed out for this key. The first call for a key reads its
  // stored mark, in `tier`. kInvalid: count below 1, or no integers left; kUnavailable: closed; and
  // the errors of reading.
  Result<std::int64_t> allocate(std::string_view key, std::int64_t count, Tier tier);

 private:
  Result<std::int64_t> stored_mark(std::string_view key, Tier tier) const;

  std::shared_ptr<const Published> published_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>> highest_;
};

}  // namespace noded::storage
