#include "modules/auth/passkey/challenge_store.hpp"

#include "crypto/crypto.hpp"
#include "http/client_network.hpp"

#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kChallengeSize = 32;

}  // namespace

Result<std::string> ChallengeStore::open(Ceremony ceremony, std::string_view peer) {
  std::string challenge = crypto::random_bytes(kChallengeSize);
  const SteadyTime now = clock_.steady();
  const SteadyTime expires = now + limits_.lifetime;
  const std::scoped_lock lock(mutex_);
  if (!count(peer, now))
    return fail(Errc::kOverloaded, "too many sign-ins were begun from this address");
  forget(now);
  order_.push_back({challenge, expires});
  kept_.emplace(challenge, Kept{std::move(ceremony), expires});
  return challenge;
}

std::expected<Ceremony, ChallengeStore::Refusal> ChallengeStore::take(
    std::string_view challenge, CeremonyKind kind
) {
  const std::scoped_lock lock(mutex_);
  const auto found = kept_.find(challenge);
  if (found == kept_.end()) return std::unexpected(Refusal::kUnknown);
  const Kept kept = std::move(found->second);
  kept_.erase(found);
  if (kept.expires <= clock_.steady()) return std::unexpected(Refusal::kExpired);
  if (kept.ceremony.kind != kind) return std::unexpected(Refusal::kUnknown);
  return kept.ceremony;
}

std::size_t ChallengeStore::size() const {
  const std::scoped_lock lock(mutex_);
  return kept_.size();
}

// One window for all: an address may have twice as many around its end, which does no harm.
bool ChallengeStore::count(std::string_view peer, SteadyTime now) {
  if (now - minute_began_ >= std::chrono::minutes(1) || begun_.size() >= limits_.most) {
    begun_.clear();
    minute_began_ = now;
  }
  const std::string network = http::client_network(peer);
  return network.empty() || ++begun_[network] <= limits_.per_minute;
}

// What has expired for a while goes; one that has just expired is still told from an unknown one.
void ChallengeStore::forget(SteadyTime now) {
  const SteadyTime long_ago = now - limits_.lifetime;
  while (!order_.empty() && (order_.front().expires <= long_ago || order_.size() >= limits_.most)) {
    kept_.erase(order_.front().challenge);
    order_.pop_front();
  }
}

}  // namespace noded::auth
