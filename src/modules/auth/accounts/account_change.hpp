// AccountChange: what goes along with a write that decides who may sign in, and as what: the end of
// sessions and tokens, the removal of what belongs to an account that goes, the entry in the audit
// chain, and the rule that somebody stays who may administrate. All of it is part of the
// transaction that writes.
//
//   AccountChange change(sessions, administrating_roles(guard), actor);
//   … in the transaction: change.role(transaction, entity, key, before, after);
//   … once it was committed: change.take_effect();
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

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

// Error::type of the refusal to remove the last one who administrates.
inline constexpr std::string_view kLastOne = "auth.last_administrator";

// Of two transactions that would take each other's last administrator away, the second runs again.
void watch_administrators(Transaction& transaction);
// Whether somebody but `one` (empty: anybody) who is not disabled has one of `roles`.
Result<bool> has_administrator(
    Transaction& transaction,
    std::uint16_t application,
    const database::Entity& users,
    const std::vector<std::string>& roles,
    std::string_view one
);

// One caller at a time. A transaction that runs again begins anew here too. Errors: those of the
// engine; kConflict of type kLastOne: nobody else who is not disabled may administrate.
class AccountChange {
 public:
  // `administrating`: the roles that may. `sessions` outlives it.
  AccountChange(Sessions& sessions, std::vector<std::string> administrating, audit::Actor actor)
      : sessions_(sessions), administrating_(std::move(administrating)), actor_(std::move(actor)) {}

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
  bool administrates(const std::string& role) const;
  Result<> require_another(
      Transaction& transaction, const database::Entity& users, const database::RowKey& key
  );
  Result<> end_sessions(Transaction& transaction, const database::RowKey& key);
  Result<> record(
      Transaction& transaction,
      std::string_view action,
      const database::RowKey& key,
      const boost::json::object& details = {}
  ) const;

  Sessions& sessions_;
  std::vector<std::string> administrating_;
  audit::Actor actor_;
  Sequence snapshot_ = 0;  // of the transaction that effects_ are of
  std::map<std::string, Effect> effects_;
};

}  // namespace noded::auth
