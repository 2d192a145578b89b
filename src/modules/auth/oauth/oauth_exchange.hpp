// OAuthExchange: from the code of a callback to who signed in: the token endpoint, the ID token,
// the userinfo endpoint (RFC 6749 §4.1.3, RFC 7636, OpenID Connect Core §3.1.3, §5.3).
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "client/client.hpp"
#include "modules/auth/oauth/issuers.hpp"
#include "modules/auth/oauth/oauth_challenge.hpp"
#include "modules/auth/oauth/oauth_provider.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace noded::auth {

// Who somebody is at a provider.
struct OAuthProfile {
  std::string subject;  // never changes there
  std::string email;
};

// What a token endpoint answered.
struct OAuthTokens {
  std::string access_token;
  std::string id_token;  // empty: none
};
// Errors: kUnauthorized: the endpoint refuses; kInvalid: this is no such answer.
Result<OAuthTokens> parse_tokens(int status, std::string_view body);

// Of an ID token's claims or a userinfo endpoint's answer; `email` may be empty. Errors: kInvalid:
// there is no subject; kForbidden: the provider says that the address is not verified.
Result<OAuthProfile> read_profile(const boost::json::object& claims);
// The primary address that GitHub has verified. Errors: kInvalid, kForbidden: there is none.
Result<std::string> read_github_email(std::string_view body);

class OAuthExchange {
 public:
  // All outlive it.
  OAuthExchange(client::Client& client, Issuers& issuers, const Clock& clock)
      : client_(client), issuers_(issuers), clock_(clock) {}

  // The messages of errors are for the log, except that of kForbidden. kUnauthorized and kInvalid:
  // the code or what came of it is no good; others: the provider cannot be asked.
  Task<Result<OAuthProfile>> redeem(
      const OAuthProvider& provider,
      const OAuthChallenge& challenge,
      std::string code,
      SteadyTime deadline
  );

 private:
  Task<Result<OAuthTokens>> ask_for_tokens(
      const OAuthProvider& provider,
      const std::string& endpoint,
      const OAuthChallenge& challenge,
      const std::string& code,
      SteadyTime deadline
  );
  Task<Result<boost::json::object>> verify_id_token(
      const OAuthProvider& provider,
      const IssuerMetadata& metadata,
      const OAuthChallenge& challenge,
      const OAuthTokens& tokens,
      SteadyTime deadline
  );
  Task<Result<std::string>> get(
      std::string url, const std::string& access_token, SteadyTime deadline
  );
  Task<Result<OAuthProfile>> ask_who(
      const std::string& endpoint, const std::string& access_token, SteadyTime deadline
  );
  Task<Result<OAuthProfile>> complete(
      const IssuerMetadata& metadata,
      const boost::json::object& claims,
      const std::string& access_token,
      SteadyTime deadline
  );

  client::Client& client_;
  Issuers& issuers_;
  const Clock& clock_;
};

}  // namespace noded::auth
