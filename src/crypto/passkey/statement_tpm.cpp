// WebAuthn §8.3: a TPM certifies that it holds the credential's key.
#include "crypto/crypto.hpp"
#include "crypto/passkey/statements.hpp"
#include "crypto/passkey/tpm_structures.hpp"

#include <array>

namespace noded::passkey {
namespace {

// Object identifiers of the Trusted Computing Group.
constexpr const char* kManufacturer = "2.23.133.2.1";
constexpr const char* kModel = "2.23.133.2.2";
constexpr const char* kVersion = "2.23.133.2.3";
constexpr const char* kAikCertificate = "2.23.133.8.3";

std::string digest(const EVP_MD* kind, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (EVP_Digest(data.data(), data.size(), out.data(), &size, kind, nullptr) != 1) return {};
  return {reinterpret_cast<const char*>(out.data()), size};
}

// §8.3.1. Which manufacturers are good is for the trust anchors to say.
bool is_aik_certificate(const Certificate& leaf) {
  return leaf.is_version_3() && leaf.is_leaf() && !leaf.has_subject() &&
         leaf.has_alternative_attribute(kManufacturer) && leaf.has_alternative_attribute(kModel) &&
         leaf.has_alternative_attribute(kVersion) && leaf.has_usage(kAikCertificate);
}

// Whether the certification names the object whose public area this is (Part 1, §16).
bool is_name_of(std::string_view name, std::uint16_t hash, std::string_view public_area) {
  const EVP_MD* kind = tpm_digest(hash);
  if (!kind || name.size() < 2) return false;
  const auto high = static_cast<unsigned char>(name[0]);
  const auto low = static_cast<unsigned char>(name[1]);
  return (high << 8 | low) == hash &&
         crypto::equal_in_constant_time(name.substr(2), digest(kind, public_area));
}

}  // namespace

Verdict<Statement> verify_tpm(const CborValue& statement, const Attested& attested) {
  const auto algorithm = algorithm_at(statement);
  const auto signature = bytes_at(statement, "sig");
  const auto certification_bytes = bytes_at(statement, "certInfo");
  const auto public_bytes = bytes_at(statement, "pubArea");
  if (!has_exactly(statement, {"ver", "alg", "x5c", "sig", "certInfo", "pubArea"}) || !algorithm ||
      !signature || !certification_bytes || !public_bytes) {
    return refuse_statement("tpm: a member is missing, too many or of another type");
  }
  if (statement.find("ver")->text() != "2.0") return refuse_statement("tpm: not version 2.0");
  const EVP_MD* signed_digest = digest_of(*algorithm);
  if (!signed_digest) return refuse_statement("tpm: an algorithm without a digest");

  const auto public_area = parse_tpm_public_area(*public_bytes);
  if (!public_area || public_area->key != attested.key.key) {
    return refuse_statement("tpm: the public area is not the credential's key");
  }
  const auto certification = parse_tpm_certification(*certification_bytes);
  if (!certification) return refuse_statement("tpm: what was signed is no certification");
  if (!crypto::equal_in_constant_time(
          certification->extra_data, digest(signed_digest, signed_bytes(attested))
      )) {
    return refuse_statement("tpm: the certification is of another ceremony");
  }
  if (!is_name_of(certification->name, public_area->name_hash, *public_bytes)) {
    return refuse_statement("tpm: the certification names another key");
  }

  auto chain = chain_at(statement);
  if (chain.empty()) return refuse_statement("tpm: a certificate cannot be read");
  const Certificate& leaf = chain.front();
  const auto key = leaf.key();
  if (!key || !key->verify(*algorithm, *certification_bytes, *signature)) {
    return refuse_statement("tpm: the certificate's key did not sign the certification");
  }
  if (!is_aik_certificate(leaf)) {
    return refuse_statement("tpm: the certificate is not that of an attestation key");
  }
  if (!fits_aaguid(leaf, attested)) {
    return refuse_statement("tpm: the certificate is for another model of authenticator");
  }
  return Statement{.type = AttestationType::kAttCa, .chain = std::move(chain)};
}

}  // namespace noded::passkey
