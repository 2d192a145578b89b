// The two structures of a TPM 2.0 attestation statement (TPM 2.0 Library, Part 2: §10.12.8
// TPMS_ATTEST, §12.2.4 TPMT_PUBLIC). Pure; views into the input.
#pragma once

#include "crypto/passkey/public_key.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace noded::passkey {

// What a TPM certified: that it holds an object of that name.
struct TpmCertification {
  std::string_view extra_data;
  std::string_view name;  // the hash algorithm's number (2 bytes), then the digest
};

// Empty: not made by a TPM (its magic number), no certification (TPM_ST_ATTEST_CERTIFY), cut short
// or with more bytes after it.
std::optional<TpmCertification> parse_tpm_certification(std::string_view bytes);

struct TpmPublicArea {
  std::uint16_t name_hash = 0;  // TPM_ALG_…
  PublicKey key;
};

// Empty: neither RSA nor ECC on a curve that PublicKey takes, or malformed.
std::optional<TpmPublicArea> parse_tpm_public_area(std::string_view bytes);

// The digest a TPM_ALG_ID stands for; null when it is none of SHA-1, SHA-256, SHA-384, SHA-512.
const EVP_MD* tpm_digest(std::uint16_t algorithm) noexcept;

}  // namespace noded::passkey
