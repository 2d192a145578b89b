// LiveKeys: the API keys of the node in memory, so that telling who asks never waits. Bounded by
// whoever adds; thread-safe.
#pragma once

#include "noded/identity.hpp"

#include "modules/auth/keys/api_key.hpp"
#include "modules/auth/keys/network.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace noded::auth {

class LiveKeys {
 public:
  // `owner` is as a token of the account has it; the key narrows it. Replaces one of the same id.
  void put(ApiKey key, const Identity& owner);
  // The secrets of a key that is there; false: it is not.
  bool renew(const ApiKey& key);
  void remove(std::string_view id);
  // All of an account.
  void remove_all(std::string_view owner);
  // The owner's role from now on.
  void set_role(std::string_view owner, const std::string& role);

  // Who asks with that key; null unless it is one that is valid now.
  IdentityPtr find(const KeyText& text, std::int64_t now_ms) const;

  // Whether a key may be used now from there. Counts as use of it.
  struct Admission {
    enum class Outcome : std::uint8_t { kAdmitted, kWrongNetwork, kTooOften };
    Outcome outcome = Outcome::kAdmitted;
    std::int64_t retry_after_s = 0;
  };
  Admission admit(std::string_view id, std::string_view peer, std::int64_t now_ms);

  std::optional<ApiKey> get(std::string_view id) const;
  // Of one account, or all; the newest first.
  std::vector<ApiKey> list(std::string_view owner) const;
  std::size_t size() const;
  std::size_t count(std::string_view owner) const;
  // Keys whose use the store does not know yet.
  std::vector<ApiKey> take_used();

 private:
  struct Live {
    ApiKey key;
    IdentityPtr identity;
    std::vector<Network> networks;
    double tokens = 0;           // requests that may come at once
    std::int64_t filled_ms = 0;  // when they were counted
    bool is_use_unwritten = false;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>()(text);
    }
  };
  mutable std::mutex mutex_;  // guards keys_
  std::unordered_map<std::string, Live, Hash, std::equal_to<>> keys_;
};

}  // namespace noded::auth
