// AccountChange: what goes along with a write that decides who may sign in, and as what: the end of
// sessions and tokens, the removal of what belongs to an account that goes, the entry in the audit
// chain, and the rule that somebody stays who may administrate. All of it is part of the
// transaction that writes.
//
//   AccountChange change(sessions, actor);
//   … in the transaction: change.role(transaction, entity, key, before, after);
//   … once it was committed: change.take_effect();
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "modules/auth/accounts/administrators.hpp"
#include "modules/auth/session/sessions.hpp"
#include "repository/audit/actor.hpp"
#include "repository/database/schema.hpp"
#include "repository/database/value.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

// How many accounts have a role.
Result<std::uint64_t> count_users(
    Transaction& transaction,
    std::uint16_t application,
    const database::Entity& users,
    std::string_view role
);

// One caller at a time. A transaction that runs again begins anew here too. Errors: those of the
// engine; kConflict of type kLastOne: nobody else who is not disabled may administrate.
class AccountChange {
 public:
  // `sessions` outlives it.
  AccountChange(Sessions& sessions, audit::Actor actor)
      : sessions_(sessions), actor_(std::move(actor)) {}

  // Empty texts: no role.
  Result<> role(
      Transaction& transaction,
      const database::Entity& users,
      const database::RowKey& key,
      const std::string& before,
      const std::string& after
  );
  // Everything beside the row itself.
  Result<> erase(
      Transaction& transaction,
      const database::Entity& users,
      const database::RowKey& key,
      const std::string& role
  );
  // False: it was so already, and nothing was changed.
  Result<bool> disable(
      Transaction& transaction,
      const database::Entity& users,
      const database::RowKey& key,
      const std::string& role
  );
  Result<bool> enable(Transaction& transaction, const database::RowKey& key);
  Result<> password(Transaction& transaction, const database::RowKey& key);
  // Other fields of its row.
  Result<> fields(
      Transaction& transaction,
      const database::RowKey& key,
      const std::vector<std::string_view>& names
  );

  // Once the transaction was committed.
  void take_effect();

 private:
  struct Effect {
    std::optional<std::int64_t> version;  // of the sessions
    std::optional<std::string> role;
    std::optional<bool> is_disabled;
    bool is_gone = false;
  };

  Effect& effect(Transaction& transaction, const database::RowKey& key);
  // Once somebody of that role can administrate no more.
  Result<> require_another(
      Transaction& transaction,
      const database::Entity& users,
      const database::RowKey& key,
      const std::string& role
  );
  Result<> end_sessions(Transaction& transaction, const database::RowKey& key);
  Result<> record(
      Transaction& transaction,
      std::string_view action,
      const database::RowKey& key,
      const boost::json::object& details = {}
  ) const;

  Sessions& sessions_;
  audit::Actor actor_;
  Sequence snapshot_ = 0;  // of the transaction that effects_ are of
  std::map<std::string, Effect> effects_;
};

}  // namespace noded::auth
