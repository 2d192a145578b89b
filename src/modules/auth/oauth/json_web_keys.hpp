// JsonWebKeys: the public keys of an issuer (RFC 7517, 7518, 8037), and the signatures that ID
// tokens may bear: RS256, ES256 and EdDSA with Ed25519. Immutable; thread-safe.
#pragma once

#include "noded/result.hpp"

#include "crypto/passkey/public_key.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

enum class JwsAlgorithm : std::uint8_t { kRs256, kEs256, kEdDsa };
// By its name in a header; empty for every other, "none" and those with a shared secret among them.
std::optional<JwsAlgorithm> find_jws_algorithm(std::string_view name) noexcept;

class JsonWebKeys {
 public:
  // Text of a JWK set. Keys of other kinds, for encryption, or that are no good are left out.
  // Errors: kInvalid when it is no such set or has more than 64 keys.
  static Result<JsonWebKeys> parse(std::string_view text);

  enum class Verdict : std::uint8_t { kGood, kBadSignature, kUnknownKey };
  // `kid` empty: the token names none; then the issuer must have one key for the algorithm.
  Verdict verify(
      JwsAlgorithm algorithm,
      std::string_view kid,
      std::string_view data,
      std::string_view signature
  ) const;

  std::size_t size() const noexcept { return keys_.size(); }

 private:
  struct Key {
    std::string kid;
    JwsAlgorithm algorithm;
    passkey::PublicKey key;
  };
  const Key* find(JwsAlgorithm algorithm, std::string_view kid) const;

  std::vector<Key> keys_;
};

}  // namespace noded::auth
