// Public keys of credentials and of attestation certificates, and signatures under them: OpenSSL's
// EVP, with the algorithms of COSE. Immutable; thread-safe.
#pragma once

#include "crypto/passkey/openssl_handle.hpp"

#include <openssl/evp.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace noded::passkey {

// COSE algorithm identifiers (IANA registry "COSE Algorithms"). A credential signs with one of the
// first six; the others occur in attestation statements only.
enum class Algorithm : std::int32_t {
  kEs256 = -7,  // on P-256
  kEdDsa = -8,  // Ed25519
  kEs384 = -35,
  kEs512 = -36,
  kEd448 = -53,
  kRs256 = -257,  // PKCS #1 v1.5
  kRs384 = -258,
  kRs512 = -259,
  kRs1 = -65535,  // with SHA-1: what TPM 2.0 platforms sign their statements with
};

std::optional<Algorithm> find_algorithm(std::int64_t identifier) noexcept;
// The digest that the algorithm signs; null for those that take the message whole.
const EVP_MD* digest_of(Algorithm algorithm) noexcept;

enum class Curve : std::uint8_t { kP256, kP384, kP521 };
std::size_t coordinate_size(Curve curve) noexcept;  // bytes

enum class EdwardsCurve : std::uint8_t { kEd25519, kEd448 };

class PublicKey {
 public:
  // Big-endian coordinates of exactly coordinate_size(). Empty: not a point of the curve.
  static std::optional<PublicKey> on_curve(Curve curve, std::string_view x, std::string_view y);
  // Empty: of the wrong size, not the encoding of a point, or of small order (RFC 8032 §5).
  static std::optional<PublicKey> edwards(EdwardsCurve curve, std::string_view point);
  // Big-endian without leading zeros. Empty: a modulus outside 2048 to 8192 bits or even, an
  // exponent even, below 3 or over 64 bits.
  static std::optional<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  // Shares a key that OpenSSL decoded. Empty: of another kind or curve than those above.
  static std::optional<PublicKey> share(EVP_PKEY* key);

  // Signatures are ASN.1 DER for ECDSA, as WebAuthn §6.5.5 has them. False also when the key is of
  // another kind than the algorithm's.
  bool verify(Algorithm algorithm, std::string_view data, std::string_view signature) const;

  std::optional<Curve> curve() const noexcept { return curve_; }
  bool operator==(const PublicKey& other) const noexcept;

 private:
  // Keeps a key of one of the curves for the next point of it.
  struct Release {
    std::optional<Curve> made_on;
    void operator()(EVP_PKEY* key) const noexcept;
  };
  using Key = std::unique_ptr<EVP_PKEY, Release>;
  static Key make_on(Curve curve);  // its point is yet to be set
  PublicKey(Key key, std::optional<Curve> curve) : key_(std::move(key)), curve_(curve) {}

  Key key_;
  std::optional<Curve> curve_;
};

}  // namespace noded::passkey
