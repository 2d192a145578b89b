// What an issuer tells about itself (OpenID Connect Discovery §3, RFC 8414). Pure.
#pragma once

#include "noded/result.hpp"

#include <string>
#include <string_view>

namespace noded::auth {

struct IssuerMetadata {
  std::string issuer;
  std::string authorization, token, userinfo;  // endpoints; the last may be empty
  std::string jwks;
  bool tells_issuer = false;  // in its answers too: authorization_response_iss_parameter_supported
};

// Of a document's text. Errors: kInvalid when it is of another issuer than the one that was asked,
// or lacks an endpoint, or names one that may not be asked (client::is_safe_url).
Result<IssuerMetadata> parse_metadata(std::string_view text, std::string_view issuer);
// Where it lies.
std::string metadata_url(std::string_view issuer);

}  // namespace noded::auth
