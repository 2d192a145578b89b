// ApiKeys: made, rotated and revoked in the store, with the entry in the audit chain; all of them
// are in memory too, where find() and admit() look. What is answered has been synced to the store
// before. Thread-safe.
#pragma once

#include "noded/clock.hpp"
#include "noded/identity.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/keys/key_options.hpp"
#include "modules/auth/keys/live_keys.hpp"
#include "repository/audit/actor.hpp"
#include "repository/database/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

// All keys of an account that goes, as a part of that transaction.
Result<> erase_keys_of(Transaction& transaction, std::uint16_t application, std::string_view user);

class ApiKeys {
 public:
  // The references outlive it.
  ApiKeys(database::Database& database, const Clock& clock, const KeyRules& rules)
      : database_(database), clock_(clock), rules_(rules) {}

  // Before serving: takes from the store those whose owner is there.
  Task<Result<>> load(AuthStatePtr state);

  std::int64_t now_ms() const { return clock_.wall().time_since_epoch().count(); }
  // Who asks with a key's text; null: it is none that is valid.
  IdentityPtr find(std::string_view text) const;
  LiveKeys::Admission admit(std::string_view id, std::string_view peer) {
    return live_.admit(id, peer, now_ms());
  }
  std::optional<ApiKey> get(std::string_view id) const { return live_.get(id); }
  std::vector<ApiKey> list(std::string_view owner) const { return live_.list(owner); }
  std::size_t size() const { return live_.size(); }

  // A key and its text, which nobody can be told again.
  struct Made {
    ApiKey key;
    std::string text;
  };
  // `wanted` tells owner, name, what it may and its limits; `owner` is the account as its tokens
  // have it. kUnprocessable: the node or the owner has as many as may be.
  Task<Result<Made>> make(ApiKey wanted, Identity owner, audit::Actor actor, SteadyTime deadline);
  // A new secret; the old one goes on for `overlap_ms`, and one before that ends. Empty: there is
  // no such key.
  Task<Result<std::optional<Made>>> rotate(
      std::string id, std::int64_t overlap_ms, audit::Actor actor, SteadyTime deadline
  );
  // False when there is no such key.
  Task<Result<bool>> revoke(std::string id, audit::Actor actor, SteadyTime deadline);

  // The owner has another role (empty: none), or is gone. In force at once.
  void owner_changed(const std::string& user, const std::optional<std::string>& role);

  // Tells the store when keys were used. Now and then.
  Task<Result<>> keep(SteadyTime deadline);

  const KeyRules& rules() const { return rules_; }

 private:
  Result<> record(
      Transaction& transaction,
      const audit::Actor& actor,
      std::string_view action,
      const ApiKey& key
  ) const;
  Result<std::optional<ApiKey>> load_key(Transaction& transaction, std::string_view id) const;

  database::Database& database_;
  const Clock& clock_;
  const KeyRules rules_;
  LiveKeys live_;
};

}  // namespace noded::auth
