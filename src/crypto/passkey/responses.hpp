// What a client posts when a ceremony is done (WebAuthn §5.1, RegistrationResponseJSON and
// AuthenticationResponseJSON), read strictly: byte strings are base64url without padding, `id`
// equals `rawId`, `type` is "public-key". Members that are not needed are ignored, also the
// browser's own reading of the attestation (authenticatorData, publicKey). Pure.
//
// The caller takes the challenge out of its store between parsing and verifying: it is in
// `client_data.challenge`.
#pragma once

#include "crypto/passkey/client_data.hpp"
#include "crypto/passkey/refusal.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::passkey {

inline constexpr std::size_t kMaxResponseBytes = 64 * 1024;

struct RegistrationResponse {
  std::string id;  // decoded, as every byte string here
  ClientData client_data;
  std::string client_data_json;
  std::string attestation_object;
  std::vector<std::string> transports;  // "usb", "internal", …; in the client's words
};

struct AssertionResponse {
  std::string id;
  ClientData client_data;
  std::string client_data_json;
  std::string authenticator_data;
  std::string signature;
  std::optional<std::string> user_handle;
};

// All refuse with kMalformed.
Verdict<RegistrationResponse> parse_registration(std::string_view json);
Verdict<RegistrationResponse> parse_registration(const boost::json::object& body);
Verdict<AssertionResponse> parse_assertion(std::string_view json);
Verdict<AssertionResponse> parse_assertion(const boost::json::object& body);

}  // namespace noded::passkey
