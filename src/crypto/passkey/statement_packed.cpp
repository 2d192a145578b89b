// WebAuthn §8.2: signed by a certified key of the authenticator, or by the credential's own.
#include "crypto/passkey/statements.hpp"

#include <openssl/obj_mac.h>

#include <algorithm>

namespace noded::passkey {
namespace {

constexpr std::string_view kUnit = "Authenticator Attestation";

bool is_upper_case(char c) {
  return c >= 'A' && c <= 'Z';
}

// §8.2.1: C, O, OU and CN, of which two are given.
bool has_required_subject(const Certificate& leaf) {
  const auto country = leaf.subject(NID_countryName);
  const auto organization = leaf.subject(NID_organizationName);
  const auto name = leaf.subject(NID_commonName);
  return country && country->size() == 2 && std::ranges::all_of(*country, is_upper_case) &&
         organization && !organization->empty() && name && !name->empty() &&
         leaf.subject(NID_organizationalUnitName) == kUnit;
}

Verdict<Statement> verify_certified(
    const CborValue& statement,
    const Attested& attested,
    Algorithm algorithm,
    std::string_view signature
) {
  if (!has_exactly(statement, {"alg", "sig", "x5c"})) {
    return refuse_statement("packed: the statement is not alg, sig and x5c");
  }
  auto chain = chain_at(statement);
  if (chain.empty()) return refuse_statement("packed: a certificate cannot be read");
  const Certificate& leaf = chain.front();
  const auto key = leaf.key();
  if (!key || !key->verify(algorithm, signed_bytes(attested), signature)) {
    return refuse_statement("packed: the certificate's key did not sign the statement");
  }
  if (!leaf.is_version_3() || !leaf.is_leaf() || !has_required_subject(leaf)) {
    return refuse_statement("packed: the certificate is not that of an authenticator");
  }
  if (!fits_aaguid(leaf, attested)) {
    return refuse_statement("packed: the certificate is for another model of authenticator");
  }
  return Statement{.type = AttestationType::kBasic, .chain = std::move(chain)};
}

}  // namespace

Verdict<Statement> verify_packed(const CborValue& statement, const Attested& attested) {
  const auto algorithm = algorithm_at(statement);
  const auto signature = bytes_at(statement, "sig");
  if (!algorithm || !signature) {
    return refuse_statement("packed: the statement lacks a known algorithm or a signature");
  }
  if (statement.find("x5c")) return verify_certified(statement, attested, *algorithm, *signature);
  if (!has_exactly(statement, {"alg", "sig"})) {
    return refuse_statement("packed: the statement is not alg and sig");
  }
  if (*algorithm != attested.key.algorithm) {
    return refuse_statement("packed: the statement's algorithm is not the credential's");
  }
  if (!attested.key.key.verify(*algorithm, signed_bytes(attested), *signature)) {
    return refuse_statement("packed: the credential's key did not sign the statement");
  }
  return Statement{.type = AttestationType::kSelf, .chain = {}};
}

}  // namespace noded::passkey
