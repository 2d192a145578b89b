// UsersAdmin: accounts over the admin socket: /api/admin/users. Anybody but the local operator gets
// 404; while auth is disabled the answer is 503. A new password or role ends the account's sessions
// and tokens. Errors {"error":text}.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/passwords.hpp"

#include <vector>

namespace noded::auth {

class UsersAdmin {
 public:
  // Both outlive it.
  UsersAdmin(const Passwords& passwords, Sessions& sessions)
      : passwords_(passwords), sessions_(sessions) {}
  // GET /api/admin/users?offset= · POST · PATCH /api/admin/users/:email
  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  Task<http::Response> list(AuthStatePtr state, http::Request& request);
  Task<http::Response> create(AuthStatePtr state, http::Request& request);
  Task<http::Response> change(AuthStatePtr state, http::Request& request);
  Task<Result<Account>> make_account(const AuthState& state, http::Request& request);
  Task<Result<Account>> change_account(const AuthState& state, http::Request& request);

  const Passwords& passwords_;
  Sessions& sessions_;
};

}  // namespace noded::auth
