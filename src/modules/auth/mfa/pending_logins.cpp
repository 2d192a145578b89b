#include "modules/auth/mfa/pending_logins.hpp"

#include "codec/text.hpp"
#include "crypto/crypto.hpp"

#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kTokenSize = 32;

}  // namespace

std::string PendingLogins::open(std::string user_id, std::string amr) {
  std::string token = codec::base64url_encode(crypto::random_bytes(kTokenSize));
  const SteadyTime now = clock_.steady();
  const SteadyTime expires = now + limits_.lifetime;
  const std::scoped_lock lock(mutex_);
  forget(now);
  order_.push_back({token, expires});
  kept_.emplace(
      token, Kept{.login = {std::move(user_id), std::move(amr)}, .expires = expires, .tries = 0}
  );
  return token;
}

std::optional<PendingLogins::Login> PendingLogins::attempt(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  const auto found = kept_.find(token);
  if (found == kept_.end()) return std::nullopt;
  Kept& kept = found->second;
  if (kept.expires <= clock_.steady() || ++kept.tries > limits_.tries) {
    kept_.erase(found);
    return std::nullopt;
  }
  return kept.login;
}

bool PendingLogins::close(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  const auto found = kept_.find(token);
  if (found == kept_.end()) return false;
  kept_.erase(found);
  return true;
}

void PendingLogins::forget(SteadyTime now) {
  while (!order_.empty() && (order_.front().expires <= now || order_.size() >= limits_.most)) {
    kept_.erase(order_.front().token);
    order_.pop_front();
  }
}

}  // namespace noded::auth
