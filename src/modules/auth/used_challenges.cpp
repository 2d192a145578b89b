#include "modules/auth/used_challenges.hpp"

namespace noded::auth {

bool UsedChallenges::use(const std::string& state, std::int64_t expires_ms, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  const auto forget_oldest = [this] {
    used_.erase(order_.front().first);
    order_.pop_front();
  };
  while (!order_.empty() && order_.front().second <= now_ms)
    forget_oldest();
  if (!used_.insert(state).second) return false;
  if (order_.size() >= most_) forget_oldest();
  order_.emplace_back(state, expires_ms);
  return true;
}

}  // namespace noded::auth
