#include "modules/auth/keys/live_keys.hpp"

#include "codec/json.hpp"
#include "crypto/crypto.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;

// Use within this time of the last one is not noted.
constexpr std::int64_t kCoarseness_ms = 60'000;
constexpr double kMinute_ms = 60'000;

IdentityPtr identity_of(const ApiKey& key, const Identity& owner) {
  auto identity = std::make_shared<Identity>(owner);
  identity->key = key.id;
  identity->key_role = key.role;
  identity->key_permissions = key.permissions;
  return identity;
}

std::string with_role(const std::string& claims, const std::string& role) {
  auto parsed = codec::parse_json(claims, "claims");
  if (!parsed || !parsed->is_object() || !parsed->get_object().contains("role")) return claims;
  parsed->get_object()["role"] = role.empty() ? json::value() : json::value(role);
  return codec::to_json_text(*parsed);
}

}  // namespace

void LiveKeys::put(ApiKey key, const Identity& owner) {
  Live live;
  live.identity = identity_of(key, owner);
  for (const std::string& cidr : key.cidrs) {
    if (auto network = Network::parse(cidr)) live.networks.push_back(std::move(*network));
  }
  live.tokens = static_cast<double>(key.rate);
  live.key = std::move(key);
  const std::scoped_lock lock(mutex_);
  std::string id = live.key.id;
  keys_.insert_or_assign(std::move(id), std::move(live));
}

bool LiveKeys::renew(const ApiKey& key) {
  const std::scoped_lock lock(mutex_);
  const auto found = keys_.find(key.id);
  if (found == keys_.end()) return false;
  found->second.key.hash = key.hash;
  found->second.key.old_hash = key.old_hash;
  found->second.key.old_until_ms = key.old_until_ms;
  return true;
}

void LiveKeys::remove(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = keys_.find(id); found != keys_.end()) keys_.erase(found);
}

void LiveKeys::remove_all(std::string_view owner) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(keys_, [owner](const auto& entry) { return entry.second.key.owner == owner; });
}

void LiveKeys::set_role(std::string_view owner, const std::string& role) {
  const std::scoped_lock lock(mutex_);
  for (auto& [id, live] : keys_) {
    if (live.key.owner != owner) continue;
    auto changed = std::make_shared<Identity>(*live.identity);
    changed->role = role;
    changed->claims = with_role(changed->claims, role);
    live.identity = std::move(changed);
  }
}

IdentityPtr LiveKeys::find(const KeyText& text, std::int64_t now_ms) const {
  const std::string hash = text.hash();
  const std::scoped_lock lock(mutex_);
  const auto found = keys_.find(text.id);
  if (found == keys_.end()) return nullptr;
  const ApiKey& key = found->second.key;
  if (key.expires_ms != 0 && key.expires_ms <= now_ms) return nullptr;
  const bool is_old = now_ms < key.old_until_ms && !key.old_hash.empty() &&
                      crypto::equal_in_constant_time(key.old_hash, hash);
  if (!is_old && !crypto::equal_in_constant_time(key.hash, hash)) return nullptr;
  return found->second.identity;
}

LiveKeys::Admission LiveKeys::admit(
    std::string_view id, std::string_view peer, std::int64_t now_ms
) {
  using Outcome = Admission::Outcome;
  const std::scoped_lock lock(mutex_);
  const auto found = keys_.find(id);
  if (found == keys_.end()) return {};  // removed meanwhile: this request began before
  Live& live = found->second;
  const auto contains = [peer](const Network& network) {
    return network.contains(peer);
  };
  // A key whose networks cannot be read is one for nowhere.
  if (!live.key.cidrs.empty() && std::ranges::none_of(live.networks, contains))
    return {.outcome = Outcome::kWrongNetwork};
  if (live.key.rate > 0) {
    const auto most = static_cast<double>(live.key.rate);
    const auto passed_ms = static_cast<double>(std::max<std::int64_t>(0, now_ms - live.filled_ms));
    live.tokens = std::min(most, live.tokens + passed_ms * most / kMinute_ms);
    live.filled_ms = now_ms;
    if (live.tokens < 1) {
      const double wait_ms = (1 - live.tokens) * kMinute_ms / most;
      return {
          .outcome = Outcome::kTooOften,
          .retry_after_s = static_cast<std::int64_t>(std::ceil(wait_ms / 1000))
      };
    }
    live.tokens -= 1;
  }
  if (now_ms - live.key.last_used_ms >= kCoarseness_ms) {
    live.key.last_used_ms = now_ms;
    live.is_use_unwritten = true;
  }
  return {};
}

std::optional<ApiKey> LiveKeys::get(std::string_view id) const {
  const std::scoped_lock lock(mutex_);
  const auto found = keys_.find(id);
  if (found == keys_.end()) return std::nullopt;
  return found->second.key;
}

std::vector<ApiKey> LiveKeys::list(std::string_view owner) const {
  std::vector<ApiKey> listed;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, live] : keys_) {
      if (owner.empty() || live.key.owner == owner) listed.push_back(live.key);
    }
  }
  std::ranges::sort(listed, [](const ApiKey& a, const ApiKey& b) {
    return std::pair(b.created_ms, std::string_view(b.id)) <
           std::pair(a.created_ms, std::string_view(a.id));
  });
  return listed;
}

std::size_t LiveKeys::size() const {
  const std::scoped_lock lock(mutex_);
  return keys_.size();
}

std::size_t LiveKeys::count(std::string_view owner) const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(keys_, [owner](const auto& entry) {
    return entry.second.key.owner == owner;
  }));
}

std::vector<ApiKey> LiveKeys::take_used() {
  std::vector<ApiKey> used;
  const std::scoped_lock lock(mutex_);
  for (auto& [id, live] : keys_) {
    if (std::exchange(live.is_use_unwritten, false)) used.push_back(live.key);
  }
  return used;
}

}  // namespace noded::auth
