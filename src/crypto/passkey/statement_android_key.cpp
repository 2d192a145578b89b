// WebAuthn §8.4: Android's key store describes the key in an extension of its certificate.
#include "crypto/crypto.hpp"
#include "crypto/passkey/der_reader.hpp"
#include "crypto/passkey/statements.hpp"

namespace noded::passkey {
namespace {

// https://source.android.com/docs/security/features/keystore/attestation
constexpr const char* kKeyDescription = "1.3.6.1.4.1.11129.2.1.17";
constexpr std::uint32_t kPurpose = 1;  // tags of AuthorizationList
constexpr std::uint32_t kAllApplications = 600;
constexpr std::uint32_t kOrigin = 702;
constexpr std::string_view kSign("\x02", 1);       // KM_PURPOSE_SIGN
constexpr std::string_view kGenerated("\x00", 1);  // KM_ORIGIN_GENERATED

// Whether every member of a SET OF INTEGER is the purpose to sign, and there is one.
bool is_set_of_sign(std::string_view content) {
  const auto set = only_der_item(content, kDerConstructed, kDerSet);
  if (!set || set->empty()) return false;
  DerReader purposes(*set);
  while (!purposes.is_at_end()) {
    if (purposes.next(kDerUniversal, kDerInteger) != kSign) return false;
  }
  return true;
}

// Whether an AuthorizationList says nothing that a credential's key may not have. Lists may leave
// out where the key comes from and what it is for: W3C's own test vector has two empty ones.
bool is_acceptable(std::string_view list) {
  DerReader reader(list);
  while (!reader.is_at_end()) {
    const auto item = reader.next();
    if (!item || item->kind != kDerContext || item->number == kAllApplications) return false;
    if (item->number == kPurpose && !is_set_of_sign(item->content)) return false;
    if (item->number == kOrigin &&
        only_der_item(item->content, kDerUniversal, kDerInteger) != kGenerated) {
      return false;
    }
  }
  return true;
}

// The extension's value for this ceremony: a key made in the key store, for signing, for this
// application alone.
bool describes(std::string_view value, std::string_view client_data_hash) {
  const auto description = only_der_item(value, kDerConstructed, kDerSequence);
  if (!description) return false;
  DerReader reader(*description);
  const bool has_versions =
      reader.next(kDerUniversal, kDerInteger) && reader.next(kDerUniversal, kDerEnumerated) &&
      reader.next(kDerUniversal, kDerInteger) && reader.next(kDerUniversal, kDerEnumerated);
  if (!has_versions) return false;
  const auto challenge = reader.next(kDerUniversal, kDerOctets);
  const auto unique_id = reader.next(kDerUniversal, kDerOctets);
  const auto by_software = reader.next(kDerConstructed, kDerSequence);
  const auto by_hardware = reader.next(kDerConstructed, kDerSequence);
  if (!challenge || !unique_id || !by_software || !by_hardware) return false;
  return crypto::equal_in_constant_time(*challenge, client_data_hash) &&
         is_acceptable(*by_software) && is_acceptable(*by_hardware);
}

}  // namespace

Verdict<Statement> verify_android_key(const CborValue& statement, const Attested& attested) {
  const auto algorithm = algorithm_at(statement);
  const auto signature = bytes_at(statement, "sig");
  if (!has_exactly(statement, {"alg", "sig", "x5c"}) || !algorithm || !signature) {
    return refuse_statement("android-key: the statement is not alg, sig and x5c");
  }
  auto chain = chain_at(statement);
  if (chain.empty()) return refuse_statement("android-key: a certificate cannot be read");
  const Certificate& leaf = chain.front();
  const auto key = leaf.key();
  if (!key || !key->verify(*algorithm, signed_bytes(attested), *signature)) {
    return refuse_statement("android-key: the certificate's key did not sign the statement");
  }
  if (*key != attested.key.key) {
    return refuse_statement("android-key: the certificate's key is not the credential's");
  }
  const auto extension = leaf.extension(kKeyDescription);
  if (!extension || !describes(extension->value, attested.client_data_hash)) {
    return refuse_statement("android-key: the certificate does not describe such a key");
  }
  return Statement{.type = AttestationType::kBasic, .chain = std::move(chain)};
}

}  // namespace noded::passkey
