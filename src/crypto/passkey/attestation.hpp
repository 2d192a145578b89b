// Attestation objects and the statements in them (WebAuthn §6.5, §8): what an authenticator says
// about itself. Pure; slow when certificates are involved.
#pragma once

#include "codec/cbor.hpp"
#include "crypto/passkey/authenticator_data.hpp"
#include "crypto/passkey/certificate.hpp"
#include "crypto/passkey/cose_key.hpp"
#include "crypto/passkey/refusal.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace noded::passkey {

// Views are into the bytes that were parsed.
struct AttestationObject {
  std::string_view format;
  codec::CborValue statement;  // a map
  std::string_view authenticator_data;
};

// kAttestationInvalid: not a map of exactly fmt, attStmt and authData.
Verdict<AttestationObject> parse_attestation_object(std::string_view bytes);

// Who vouches (WebAuthn §6.5.3).
enum class AttestationType : std::uint8_t {
  kNone,
  kSelf,    // the credential's own key
  kBasic,   // a key that authenticators of one model share, or one of its batch
  kAttCa,   // a certification authority that knows the authenticator
  kAnonCa,  // one that certifies each credential by itself
};
// "none", "self", "basic", "attca", "anonca".
std::string_view to_text(AttestationType type) noexcept;

// What a statement is about.
struct Attested {
  std::string_view authenticator_data;  // as it was signed
  std::string_view client_data_hash;
  std::string_view rp_id_hash;
  const AttestedCredential& credential;
  const CoseKey& key;
};

struct Statement {
  AttestationType type = AttestationType::kNone;
  std::vector<Certificate> chain;  // the leaf first; whether it is trusted is not said
};

// Checks the statement by its format. kAttestationInvalid: a format that is not known, or a check
// that fails.
Verdict<Statement> verify_statement(
    std::string_view format, const codec::CborValue& statement, const Attested& attested
);

}  // namespace noded::passkey
