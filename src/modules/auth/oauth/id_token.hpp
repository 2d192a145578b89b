// ID tokens: who signed in, as an issuer tells it (OpenID Connect Core §2, §3.1.3.7; RFC 7519, RFC
// 8725). Pure.
#pragma once

#include "noded/result.hpp"

#include "modules/auth/oauth/json_web_keys.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::auth {

// What a token has to say.
struct IdTokenRules {
  std::string_view issuer;
  std::string_view client_id;
  std::string_view nonce;
  std::string_view access_token;  // that came with it; at_hash is checked when it is there
  std::int64_t now_s = 0;
};

// The parts of a token before anything about it is verified.
struct IdToken {
  JwsAlgorithm algorithm{};
  std::string kid;  // empty: none
  std::string_view signed_text;
  std::string signature;
  boost::json::object claims;
};
// `token` must outlive what is returned. kInvalid says what is wrong: form, an algorithm that is
// not taken, a critical extension, another kind of token.
Result<IdToken> parse_id_token(std::string_view token);

// Of a token whose signature is good. kInvalid says which claim is wrong.
Result<> check_claims(const IdToken& token, const IdTokenRules& rules);

}  // namespace noded::auth
