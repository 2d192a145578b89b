// The auth module's configuration: completing what an application left out, and reading it into
// typed rules (bknd's HTTP contract, chapters 7.1 to 7.4). Pure apart from the random secret.
#pragma once

#include "noded/result.hpp"

#include "codec/json_schema.hpp"
#include "crypto/jwt.hpp"
#include "modules/auth/cookie.hpp"
#include "modules/auth/oauth/oauth_provider.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <vector>

namespace noded::auth {

namespace json = boost::json;

// The strategy that is always there.
inline constexpr std::string_view kPasswordStrategy = "password";
// Ours beside bknd's.
inline constexpr std::string_view kPasskeyStrategy = "passkey";

// Fills in the defaults of `application.auth`, brings roles to their long form, makes jwt.secret
// when auth is enabled without one, and adds the users entity and its indices to
// `application.data`. With the strategy passkey accounts get a unique username and need no e-mail
// address. Errors: kInvalid.
Result<> complete_auth(json::object& application);

struct AuthRules {
  bool enabled = false;
  std::string basepath;
  std::string entity_name;
  bool allow_register = true;
  std::string default_role_register;  // empty: none
  crypto::JwtRules jwt;
  std::vector<std::string> claim_fields;
  CookieRules cookie;
  bool renew_cookie = true;
  std::string path_success;
  bool has_passkeys = false;             // the strategy is there and enabled
  std::vector<OAuthProvider> providers;  // other services to sign in with
  bool allow_plain_passwords = false;    // stored ones, for verification
  std::string strategies,
      all_strategies;                   // answers of the strategies route; all: also disabled ones
  std::string credentials_schema_text;  // of {email, password}
  std::shared_ptr<const codec::JsonSchema> credentials_schema;
};

// Of a completed application. Errors: kInvalid naming the member: basepath, a default role that is
// none.
Result<AuthRules> read_rules(const json::object& application);

}  // namespace noded::auth
