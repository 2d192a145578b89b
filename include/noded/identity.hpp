// Who is asking, and what the gateway needs of authentication and authorisation; nothing more.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace noded {

namespace http {
class Request;
struct Response;
}  // namespace http

struct Identity {
  enum class Kind : std::uint8_t {
    kAnonymous,
    kUser,
    kLocalOperator,  // came through the admin socket: the operating-system user that owns the data
                     // directory, or root
  };
  Kind kind = Kind::kAnonymous;
  std::string user_id;  // text of the primary key; empty unless kUser
  std::string role;     // empty: none named; the guard then uses the default role
  std::string claims;   // the token's members as JSON object text; "{}" when there are none
  bool by_cookie = false;
  // Of the node's own sessions; all empty for a token that was made without one.
  std::string session;               // its id
  std::int64_t session_version = 0;  // of the account's sessions when this one was opened
  std::vector<std::string> amr;      // how the account was verified, RFC 8176
  std::int64_t auth_time_s = 0;      // when, since 1970
  // Of an API key, which may do what both its owner and it itself may; all empty without one.
  std::string key;                           // its id
  std::string key_role;                      // what it may: what this role may, …
  std::vector<std::string> key_permissions;  // … or, where there is no role, these
  // Id of the account whose user acts as this one; empty: nobody else does.
  std::string impersonator;
};
using IdentityPtr = std::shared_ptr<const Identity>;

// Tells who sends a request. Loop threads, concurrently; never blocks. A bad token is the anonymous
// identity, not an error.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  virtual IdentityPtr authenticate(const http::Request& request) = 0;
};

// Decides whether an identity may use a route that names a permission (rows are filtered below, by
// the record layer).
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // kForbidden with the wire type and members of the guard.
  virtual Result<> authorize(
      const Identity& identity, std::string_view permission, const http::Request& request
  ) = 0;
};

}  // namespace noded
