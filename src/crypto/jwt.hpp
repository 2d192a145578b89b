// JWT: HMAC-signed tokens (RFC 7519, RFC 8725: one algorithm, chosen by the verifier). Thread-safe.
#pragma once

#include "noded/result.hpp"

#include "crypto/crypto.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::crypto {

struct JwtRules {
  Digest digest = Digest::kSha256;  // HS256, HS384, HS512
  std::string secret;
  std::string issuer;           // empty: not written, not checked
  std::int64_t lifetime_s = 0;  // 0: no exp
};

// `claims` is JSON object text; iat, iss and exp are added behind its members, in that order.
std::string sign_jwt(const JwtRules& rules, std::string_view claims, std::int64_t now_s);
// The payload's JSON object text. kUnauthorized for every cause: form, algorithm, signature, exp,
// nbf, issuer.
Result<std::string> verify_jwt(const JwtRules& rules, std::string_view token, std::int64_t now_s);

}  // namespace noded::crypto
