// AccessAdmin: who may do what, for whoever manages it. Refusals are those of refusal.hpp.
//
//   GET  /api/admin/roles            roles.manage  200 {"roles":[{"name","is_default",
//        "implicit_allow","permissions":[{"permission","effect","policies":[…]}]}]}
//   PUT  /api/admin/users/:id/role   users.manage  {"role":name|null} → 200 with the user, whose
//        sessions end; 409        LAST_ADMIN when nobody else may administrate
//   POST /api/admin/access/explain   roles.manage  {"user":id|null,"permission":name,
//        "resource":{"entity","id","module"}?,"ip":text?,"auth":{"kind","amr":[…],"age_s"}?} → 200
//        {"user":…,"permission":…,"circumstances":{"ip","auth","now"},"decision":…}, see
//        decision.hpp; without a user: of somebody who is not signed in. Who is asked about has no
//        session and no address here but those given; the time is that of the question.
#pragma once

#include "noded/http.hpp"
#include "noded/identity.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/session/sessions.hpp"
#include "modules/auth/users_api/user_records.hpp"

#include <string>
#include <vector>

namespace noded::auth {

// {"name","is_default","implicit_allow","permissions":[{"permission","effect","policies":[…]}]}
std::string to_json(const GuardRole& role);

// Thread-safe. All must outlive the routes.
class AccessAdmin {
 public:
  AccessAdmin(Authorizer& authorizer, Sessions& sessions, database::Database& database)
      : authorizer_(authorizer), sessions_(sessions), database_(database) {}

  // The routes of one state.
  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  using Handle = Task<http::Response> (AccessAdmin::*)(AuthStatePtr, http::Request&);
  http::Route route(
      const AuthStatePtr& state,
      http::Method method,
      std::string pattern,
      std::string_view permission,
      Handle handle
  );
  Task<http::Response> roles(AuthStatePtr state, http::Request& request);
  Task<http::Response> set_role(AuthStatePtr state, http::Request& request);
  Task<http::Response> explain_access(AuthStatePtr state, http::Request& request);

  Authorizer& authorizer_;
  Sessions& sessions_;
  database::Database& database_;
};

}  // namespace noded::auth
