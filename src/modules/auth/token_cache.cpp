#include "modules/auth/token_cache.hpp"

#include <utility>

namespace noded::auth {

IdentityPtr TokenCache::find(std::string_view token, std::int64_t now_s) {
  Shard& shard = shard_of(token);
  const std::scoped_lock lock(shard.mutex);
  const auto found = shard.known.find(token);
  if (found == shard.known.end()) return nullptr;
  if (found->second.expires_s != 0 && found->second.expires_s <= now_s) {
    shard.known.erase(found);
    return nullptr;
  }
  return found->second.identity;
}

void TokenCache::store(std::string_view token, IdentityPtr identity, std::int64_t expires_s) {
  Shard& shard = shard_of(token);
  const std::scoped_lock lock(shard.mutex);
  if (shard.known.size() >= per_shard_) shard.known.erase(shard.known.begin());
  shard.known.insert_or_assign(
      std::string(token), Known{.identity = std::move(identity), .expires_s = expires_s}
  );
}

std::size_t TokenCache::size() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.mutex);
    count += shard.known.size();
  }
  return count;
}

}  // namespace noded::auth
