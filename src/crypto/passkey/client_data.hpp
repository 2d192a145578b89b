// What the browser says about a ceremony (WebAuthn §5.8.1, CollectedClientData). Pure.
#pragma once

#include "crypto/passkey/refusal.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace noded::passkey {

struct ClientData {
  std::string type;       // "webauthn.create" or "webauthn.get"
  std::string challenge;  // decoded: the bytes that were sent
  std::string origin;
  bool is_cross_origin = false;
  std::optional<std::string> top_origin;
};

// `json` is clientDataJSON, decoded from base64url. Members other than the five are ignored.
// kMalformed: not a JSON object in UTF-8, a member twice, a member of another type, no challenge.
Verdict<ClientData> parse_client_data(std::string_view json);

}  // namespace noded::passkey
