// The statement formats (WebAuthn §8.2 to §8.8), a file each. Each takes the statement's map.
#pragma once

#include "crypto/passkey/attestation.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::passkey {

using codec::CborValue;

Verdict<Statement> verify_none(const CborValue& statement, const Attested& attested);
Verdict<Statement> verify_packed(const CborValue& statement, const Attested& attested);
Verdict<Statement> verify_tpm(const CborValue& statement, const Attested& attested);
Verdict<Statement> verify_android_key(const CborValue& statement, const Attested& attested);
Verdict<Statement> verify_apple(const CborValue& statement, const Attested& attested);
Verdict<Statement> verify_fido_u2f(const CborValue& statement, const Attested& attested);

// What several of them need.
inline auto refuse_statement(std::string reason) {
  return refuse(RefusalCode::kAttestationInvalid, std::move(reason));
}
// Whether the map has these members and no others.
bool has_exactly(const CborValue& statement, std::initializer_list<std::string_view> members);
std::optional<std::string_view> bytes_at(const CborValue& statement, std::string_view member);
// The algorithm in `alg`, when it is known.
std::optional<Algorithm> algorithm_at(const CborValue& statement);
// The certificates of `x5c`. Empty when there are none, more than eight, or one cannot be read.
std::vector<Certificate> chain_at(const CborValue& statement);
// authenticatorData and the client data's hash, one after the other: what most formats sign.
std::string signed_bytes(const Attested& attested);
// Whether the certificate, if it names an authenticator's model (id-fido-gen-ce-aaguid), names that
// of the credential.
bool fits_aaguid(const Certificate& leaf, const Attested& attested);

}  // namespace noded::passkey
