// Who may administrate a node, and the one rule about it: where somebody who is enabled may before
// a change, somebody has to be able to afterwards. Whatever changes accounts, roles or the
// configuration asks here, within the transaction that makes the change.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "modules/auth/auth_config.hpp"
#include "modules/auth/guard.hpp"
#include "repository/database/database.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

// Error::type of the refusal to remove the last one who administrates.
inline constexpr std::string_view kLastOne = "auth.last_administrator";

// Of the guard's roles, those that administrate; first those that may do everything.
std::vector<std::string> administrating_roles(const Guard& guard);

// Of two transactions that change who administrates at once, the second runs again.
void watch_administrators(Transaction& transaction);
// Of one that gives somebody a role: a transaction at the same time that watches runs again.
void announce_role(Transaction& transaction);

// Whether somebody but `one` (empty: anybody) who is not disabled has one of `roles`.
Result<bool> has_administrator(
    Transaction& transaction,
    std::uint16_t application,
    const database::Entity& users,
    const std::vector<std::string>& roles,
    std::string_view one
);

// Whom one configuration lets administrate.
struct Administration {
  std::string users;               // the entity of the accounts
  std::vector<std::string> roles;  // that administrate
  bool has_accounts = false;       // somebody can sign in at all
  bool is_open = false;            // the guard is disabled, or the default role administrates
};
Administration administration_of(const AuthRules& rules, const Guard& guard);

// The rule over a change of the configuration. kConflict of type kLastOne. Accounts of which no
// role lets anybody administrate before are nobody's loss; what is open to everybody is no loss
// afterwards.
Result<> require_administrator(
    Transaction& transaction,
    const database::Database& database,
    const Administration& before,
    const Administration& after
);

}  // namespace noded::auth
