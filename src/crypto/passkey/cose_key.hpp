// A credential's public key as authenticators write it: COSE_Key (RFC 9052 §7, RFC 9053 §7, RFC
// 8230 §4), in the forms WebAuthn §5.8.5 allows. Pure.
#pragma once

#include "codec/cbor.hpp"
#include "crypto/passkey/public_key.hpp"
#include "crypto/passkey/refusal.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::passkey {

struct CoseKey {
  Algorithm algorithm = Algorithm::kEs256;
  PublicKey key;
  // A point of P-256, P-384 or P-521, uncompressed (SEC 1 §2.3.3: 04, x, y); empty for other keys.
  std::string point;
  bool has_usual_exponent = true;  // false: RSA with another exponent than 65537
};

// kAlgorithmNotAllowed: an algorithm that no credential may have. kAttestationInvalid: the key does
// not fit its algorithm, has further members, or is no good key (PublicKey says which are).
Verdict<CoseKey> read_cose_key(const codec::CborValue& value);
// The same from the bytes that a credential is stored with.
Verdict<CoseKey> parse_cose_key(std::string_view bytes);

}  // namespace noded::passkey
