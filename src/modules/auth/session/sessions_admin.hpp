// SessionsAdmin: who is logged in, and the end of that: /api/admin/sessions. The local operator and
// who has the permission sessions.manage may see and end all; everybody else their own.
#pragma once

#include "noded/http.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/session/sessions.hpp"

#include <optional>
#include <string>
#include <vector>

namespace noded::auth {

class SessionsAdmin {
 public:
  explicit SessionsAdmin(Sessions& sessions) : sessions_(sessions) {}
  // GET and DELETE /api/admin/sessions?user= · DELETE /api/admin/sessions/:id
  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  Task<http::Response> list(AuthStatePtr state, http::Request& request);
  Task<http::Response> end(AuthStatePtr state, http::Request& request);
  Task<http::Response> end_all(AuthStatePtr state, http::Request& request);
  // Whose sessions are meant by ?user=, an id, an e-mail address or "me"; empty text: everybody's.
  // kForbidden: not the asker's to know.
  Task<Result<std::string>> user_of(const AuthState& state, const http::Request& request);

  Sessions& sessions_;
};

}  // namespace noded::auth
