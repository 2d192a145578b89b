// TokenCache: tokens whose signature was checked, so that a client that comes again costs a
// look-up. Holds only tokens that verified, so nobody without the secret can fill it. Bounded;
// thread-safe. One per set of rules: it dies with them.
#pragma once

#include "noded/identity.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace noded::auth {

class TokenCache {
 public:
  // At most this many per shard; a full one forgets any one of them.
  explicit TokenCache(std::size_t per_shard = 256) : per_shard_(per_shard) {}

  // Null when unknown or expired.
  IdentityPtr find(std::string_view token, std::int64_t now_s);
  // `expires_s` 0: never.
  void store(std::string_view token, IdentityPtr identity, std::int64_t expires_s);
  std::size_t size() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Known {
    IdentityPtr identity;
    std::int64_t expires_s = 0;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Known, Hash, std::equal_to<>> known;
  };
  Shard& shard_of(std::string_view token) { return shards_[Hash()(token) % shards_.size()]; }

  std::size_t per_shard_;
  std::array<Shard, 16> shards_;
};

}  // namespace noded::auth
