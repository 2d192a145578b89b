#include "modules/auth/session/login_storm.hpp"

namespace noded::auth {
namespace {

constexpr std::int64_t kWindow_ms = 1000;

}  // namespace

void LoginStorm::count() {
  const std::int64_t now = now_ms();
  const std::scoped_lock lock(mutex_);
  while (!recent_.empty() && recent_.front() <= now - kWindow_ms)
    recent_.pop_front();
  recent_.push_back(now);
  if (recent_.size() < failures_) return;
  recent_.pop_front();  // each further failure that follows as fast counts
  until_ms_ = now + std::chrono::milliseconds(kCalm).count();
}

std::int64_t LoginStorm::left_s() const {
  const std::int64_t now = now_ms();
  const std::scoped_lock lock(mutex_);
  return until_ms_ <= now ? 0 : (until_ms_ - now + 999) / 1000;
}

std::optional<ProofDemand> LoginStorm::ask(std::string_view proof, std::string_view network) {
  if (left_s() == 0) return std::nullopt;
  if (proofs_.take(proof, network)) {
    shown_.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  asked_.fetch_add(1, std::memory_order_relaxed);
  return proofs_.demand(network);
}

std::optional<ProofDemand> LoginStorm::offer(std::string_view network) const {
  if (left_s() == 0) return std::nullopt;
  return proofs_.demand(network);
}

}  // namespace noded::auth
