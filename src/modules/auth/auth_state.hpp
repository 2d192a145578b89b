// AuthState: everything about one configuration in force: rules, guard, known tokens. Immutable but
// for its caches; a request keeps the one that it began with.
#pragma once

#include "noded/clock.hpp"
#include "noded/node.hpp"
#include "noded/secret_box.hpp"

#include "modules/auth/auth_config.hpp"
#include "modules/auth/guard.hpp"
#include "modules/auth/guard_access.hpp"
#include "modules/auth/keys/key_options.hpp"
#include "modules/auth/mfa/mfa_options.hpp"
#include "modules/auth/passwords.hpp"
#include "modules/auth/recovery/recovery_options.hpp"
#include "modules/auth/session/login_limits.hpp"
#include "modules/auth/session/session_options.hpp"
#include "modules/auth/token_cache.hpp"
#include "modules/auth/users.hpp"
#include "repository/database/database.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noded::mail {
class Outbox;
}

namespace noded::auth {

class ApiKeys;
class Sessions;

// What the module works with; all must outlive it.
struct AuthServices {
  database::Database& database;
  http::Router& router;
  Lane& hash_lane;
  const Clock& clock;
  Node::Logger& log;
  SecretBox& secrets;
  crypto::PasswordCost cost;
  SessionRules sessions{};
  LoginLimits logins{};
  MfaRules mfa{};
  RecoveryRules recovery{};
  mail::Outbox* outbox = nullptr;  // null: no mail is configured
  KeyRules keys{};
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

// Who sent the request, by its API key, else its Authorization field, else the cookie of a session,
// else the application's cookie. Anything wrong with it is the anonymous identity.
IdentityPtr identify(
    const AuthState& state,
    Sessions& sessions,
    const ApiKeys& keys,
    const http::Request& request,
    std::int64_t now_s
);

// The identity of a verified token's payload, and when it expires (0: never). Null when the payload
// is no object.
std::pair<IdentityPtr, std::int64_t> identity_of(std::string payload, bool by_cookie);

// The members of an account's row that jwt.fields names, as JSON object text. Errors: kInternal.
Result<std::string> claims_of(const AuthRules& rules, const Account& account);

// What a token says of the session that it belongs to. Members that are empty are left out.
struct TokenSession {
  std::string id;
  std::int64_t version = 0;  // of the account's sessions: the token ends when it is raised
  std::vector<std::string> amr{};
  std::int64_t auth_time_s = 0;
  std::int64_t lifetime_s = 0;  // of the token; 0: what jwt.expires says
  std::string impersonator{};   // id of who acts as the account: the claim act (RFC 8693 §4.1)
};

// A signed token that shows `claims`, which claims_of gave.
std::string sign_token(
    const AuthRules& rules, std::string_view claims, std::int64_t now_s, const TokenSession& session
);

// A signed token for an account, and the claims that it shows of it.
struct SignedIn {
  std::string claims;  // JSON object text
  std::string token;
};
Result<SignedIn> sign_in(
    const AuthRules& rules, const Account& account, std::int64_t now_s, const TokenSession& session
);

std::int64_t seconds(const Clock& clock);

// Whether somebody has signed in, or proved themselves again, within the last five minutes, as is
// asked of who changes what an account is opened by.
bool has_proved_recently(const Identity& identity, std::int64_t now_s);

}  // namespace noded::auth
