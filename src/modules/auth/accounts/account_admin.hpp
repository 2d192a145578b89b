// AccountAdmin: accounts shut, opened and let in again by whoever has users.manage. Refusals are
// those of refusal.hpp. `:id` is an id or an e-mail address.
//
//   POST /api/admin/users/:id/disable  → 200 with the user. Its sessions and tokens end at once,
//   and
//        nothing lets it in; 409 LAST_ADMIN when nobody else may administrate
//   POST /api/admin/users/:id/enable   → 200 with the user
//   POST /api/admin/users/:id/unlock   → 200 with the user, who has not to wait any more after
//        failed logins
//   POST /api/admin/users/:id/remove-second-factor → 200 with the user, whose password is enough
//        from now on
//
// The user has the member "disabled" beside those of /api/users.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/mfa/second_factors.hpp"
#include "modules/auth/session/login_gate.hpp"
#include "modules/auth/session/sessions.hpp"
#include "modules/auth/users_api/user_records.hpp"

#include <utility>
#include <vector>

namespace noded::auth {

// Thread-safe. All must outlive the routes.
class AccountAdmin {
 public:
  AccountAdmin(
      Authorizer& authorizer,
      Sessions& sessions,
      LoginGate& gate,
      database::Database& database,
      SecondFactors second_factors
  )
      : authorizer_(authorizer),
        sessions_(sessions),
        gate_(gate),
        database_(database),
        second_factors_(std::move(second_factors)) {}

  // The routes of one state.
  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  using Found = Result<std::optional<UserView>>;
  Task<http::Response> set_disabled(AuthStatePtr state, http::Request& request, bool is_disabled);
  Task<http::Response> unlock(AuthStatePtr state, http::Request& request);
  Task<http::Response> remove_second_factor(AuthStatePtr state, http::Request& request);
  Task<Found> find(const AuthState& state, const http::Request& request);

  Authorizer& authorizer_;
  Sessions& sessions_;
  LoginGate& gate_;
  database::Database& database_;
  const SecondFactors second_factors_;
};

}  // namespace noded::auth
