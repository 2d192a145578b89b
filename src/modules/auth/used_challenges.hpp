// UsedChallenges: which challenges were used, until they expire; bounded. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

namespace noded::auth {

class UsedChallenges {
 public:
  explicit UsedChallenges(std::size_t most = 100'000) : most_(most) {}
  // False: it was used before. `now_ms` and `expires_ms` since the epoch.
  bool use(const std::string& state, std::int64_t expires_ms, std::int64_t now_ms);

 private:
  const std::size_t most_;
  std::mutex mutex_;  // guards what follows
  std::unordered_set<std::string> used_;
  std::deque<std::pair<std::string, std::int64_t>> order_;
};

}  // namespace noded::auth
