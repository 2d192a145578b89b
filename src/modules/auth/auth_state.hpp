// AuthState: everything about one configuration in force: rules, guard, known tokens. Immutable but
// for its caches; a request keeps the one that it began with.
#pragma once

#include "noded/clock.hpp"
#include "noded/node.hpp"

#include "modules/auth/auth_config.hpp"
#include "modules/auth/guard.hpp"
#include "modules/auth/guard_access.hpp"
#include "modules/auth/passwords.hpp"
#include "modules/auth/token_cache.hpp"
#include "modules/auth/users.hpp"
#include "repository/database/database.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace noded::auth {

// What the module works with; all must outlive it.
struct AuthServices {
  database::Database& database;
  http::Router& router;
  Lane& hash_lane;
  const Clock& clock;
  Node::Logger& log;
  crypto::PasswordCost cost;
};

struct AuthState {
  AuthState(AuthRules r, std::shared_ptr<const Guard> g, database::Database& database)
      : rules(std::move(r)),
        guard(std::move(g)),
        users(database, rules.entity_name),
        filters(database) {}

  AuthRules rules;
  std::shared_ptr<const Guard> guard;
  Users users;
  mutable FilterCache filters;
  mutable TokenCache bearer_tokens;  // by the token
  mutable TokenCache cookie_tokens;  // by the raw cookie value
};
using AuthStatePtr = std::shared_ptr<const AuthState>;

// Who sent the request, by its Authorization field or else its cookie. Anything wrong with either
// is the anonymous identity.
IdentityPtr identify(const AuthState& state, const http::Request& request, std::int64_t now_s);

// The identity of a verified token's payload, and when it expires (0: never). Null when the payload
// is no object.
std::pair<IdentityPtr, std::int64_t> identity_of(std::string payload, bool by_cookie);

// A signed token for an account, and the claims in it: the members of its row that jwt.fields
// names.
struct SignedIn {
  std::string claims;  // JSON object text
  std::string token;
};
// `proof`: claims of the token alone that tell how the account was proven (RFC 9470, RFC 8176), as
// JSON members without braces.
Result<SignedIn> sign_in(
    const AuthRules& rules, const Account& account, std::int64_t now_s, std::string_view proof = {}
);

std::int64_t seconds(const Clock& clock);

}  // namespace noded::auth
