// FederatedAccounts: accounts that sign in by another service. Such an account is known by the
// strategy and the subject that the service calls it; its e-mail address never links it to another.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/oauth/oauth_exchange.hpp"
#include "repository/audit/actor.hpp"
#include "repository/database/database.hpp"

#include <optional>
#include <string>

namespace noded::auth {

class FederatedAccounts {
 public:
  // Both outlive it.
  FederatedAccounts(database::Database& database, const AuthState& state)
      : database_(database), state_(state) {}

  Task<Result<std::optional<Account>>> find(
      const std::string& strategy, const OAuthProfile& profile, SteadyTime deadline
  ) const;
  // Errors: kExists when the address or the subject has an account; those of writes.
  Task<Result<Account>> create(
      const std::string& strategy,
      const OAuthProfile& profile,
      audit::Actor actor,
      SteadyTime deadline
  ) const;

 private:
  database::Database& database_;
  const AuthState& state_;
};

}  // namespace noded::auth
