// WebAuthn §8.6: made by keys of the older U2F protocol.
#include "crypto/passkey/statements.hpp"

namespace noded::passkey {

Verdict<Statement> verify_fido_u2f(const CborValue& statement, const Attested& attested) {
  const auto signature = bytes_at(statement, "sig");
  if (!has_exactly(statement, {"sig", "x5c"}) || !signature) {
    return refuse_statement("fido-u2f: the statement is not sig and x5c");
  }
  auto chain = chain_at(statement);
  if (chain.size() != 1) return refuse_statement("fido-u2f: not one certificate");
  const auto key = chain.front().key();
  if (!key || key->curve() != Curve::kP256) {
    return refuse_statement("fido-u2f: the certificate's key is not on P-256");
  }
  if (attested.key.algorithm != Algorithm::kEs256) {
    return refuse_statement("fido-u2f: the credential's key is not on P-256");
  }
  std::string data(1, '\0');
  data.append(attested.rp_id_hash).append(attested.client_data_hash);
  data.append(attested.credential.id).append(attested.key.point);
  if (!key->verify(Algorithm::kEs256, data, *signature)) {
    return refuse_statement("fido-u2f: the certificate's key did not sign the statement");
  }
  return Statement{.type = AttestationType::kBasic, .chain = std::move(chain)};
}

}  // namespace noded::passkey
