// KeysAdmin: API keys over HTTP. Whoever is signed in has their own; who has keys.manage, and the
// local operator, all of them. A key makes no keys, nor does somebody who acts as somebody else.
// Refusals are those of refusal.hpp; a key of others is none to who may not see it.
//
//   GET    /api/admin/keys?user=     200 {"keys":[…]}, newest first
//   POST   /api/admin/keys           201 with the key and "key", its text, shown this once; 403 for
//          what the asker may not do by itself; 422 with as many as may be
//   POST   /api/admin/keys/:id/rotate {"overlap_s"?} → 200 likewise; the old text goes on for so
//   long DELETE /api/admin/keys/:id       204
#pragma once

#include "noded/http.hpp"

#include "modules/auth/auth_state.hpp"
#include "modules/auth/keys/api_keys.hpp"
#include "modules/auth/keys/key_input.hpp"

#include <optional>
#include <string>
#include <vector>

namespace noded::auth {

// Thread-safe. Outlives its routes, and the keys outlive it.
class KeysAdmin {
 public:
  explicit KeysAdmin(ApiKeys& keys) : keys_(keys) {}
  std::vector<http::Route> routes(const AuthStatePtr& state);

 private:
  using Handle = Task<http::Response> (KeysAdmin::*)(AuthStatePtr, http::Request&);
  http::Route route(
      const AuthStatePtr& state, http::Method method, std::string pattern, Handle handle
  );
  Task<http::Response> list(AuthStatePtr state, http::Request& request);
  Task<http::Response> make(AuthStatePtr state, http::Request& request);
  Task<http::Response> rotate(AuthStatePtr state, http::Request& request);
  Task<http::Response> revoke(AuthStatePtr state, http::Request& request);

  // Whose keys `user`, an id, an e-mail address or empty, means; empty: all, where the asker may
  // see them.
  Task<Result<std::string>> owner_of(
      const AuthState& state, const http::Request& request, std::string user
  );
  // The key of the path when the asker may see it.
  std::optional<ApiKey> key_of(const AuthState& state, const http::Request& request) const;

  ApiKeys& keys_;
};

}  // namespace noded::auth
