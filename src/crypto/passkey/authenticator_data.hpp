// What the authenticator says and signs (WebAuthn §6.1, §6.5.2). Pure.
#pragma once

#include "codec/cbor.hpp"
#include "crypto/passkey/refusal.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace noded::passkey {

using Aaguid = std::array<char, 16>;  // the authenticator's model; all zero: not told

struct AttestedCredential {
  Aaguid aaguid{};
  std::string_view id;
  std::string_view key_bytes;  // COSE_Key as it stands
  codec::CborValue key;
};

// Views are into the bytes that were parsed.
struct AuthenticatorData {
  std::string_view rp_id_hash;  // SHA-256
  bool user_present = false;
  bool user_verified = false;
  bool backup_eligible = false;
  bool backed_up = false;
  std::uint32_t sign_count = 0;
  std::optional<AttestedCredential> attested;  // there when the AT flag is set
};

// Extension outputs have to be a map that ends the bytes, there exactly when the ED flag is set;
// what is in them is not looked at. Refused with `code`, whatever is wrong.
Verdict<AuthenticatorData> parse_authenticator_data(std::string_view bytes, RefusalCode code);

}  // namespace noded::passkey
