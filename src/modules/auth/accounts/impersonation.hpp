// Impersonation: somebody who manages users acts as one of them for a while, to see what they see.
//
//   POST /api/admin/users/:id/impersonate → 200 {"token","token_type","expires_in","user",
//        "act":{"sub"}}; 401; 403 REAUTH_REQUIRED: signed in longer than five minutes ago; 403: not
//        allowed, or that user may do more; 404
//
// The token has the claim "act" (RFC 8693 §4.1) with who acts. It lasts 15 minutes, ends with the
// session of who acts, and gives no other token. in_person() (key_filter.hpp) keeps it from what
// somebody signs in with. Both names stand in the audit chain with everything that is done by it.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/session/sessions.hpp"

#include <vector>

namespace noded::auth {

// Thread-safe. All must outlive the routes.
class Impersonation {
 public:
  Impersonation(
      Authorizer& authorizer, Sessions& sessions, database::Database& database, const Clock& clock
  )
      : authorizer_(authorizer), sessions_(sessions), database_(database), clock_(clock) {}

  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  Task<http::Response> begin(AuthStatePtr state, http::Request& request);

  Authorizer& authorizer_;
  Sessions& sessions_;
  database::Database& database_;
  const Clock& clock_;
};

// Whether one role may do under all conditions what the other may under any. Null: none.
bool covers(const GuardRole* role, const GuardRole* other);

}  // namespace noded::auth
