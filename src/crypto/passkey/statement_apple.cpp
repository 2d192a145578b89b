// WebAuthn §8.8: Apple certifies each credential's key, with a nonce of the ceremony.
#include "crypto/crypto.hpp"
#include "crypto/passkey/der_reader.hpp"
#include "crypto/passkey/statements.hpp"

namespace noded::passkey {
namespace {

constexpr const char* kNonce = "1.2.840.113635.100.8.2";
constexpr std::uint32_t kNonceTag = 1;

std::optional<std::string_view> nonce_of(const Certificate& leaf) {
  const auto extension = leaf.extension(kNonce);
  if (!extension) return std::nullopt;
  const auto sequence = only_der_item(extension->value, kDerConstructed, kDerSequence);
  if (!sequence) return std::nullopt;
  const auto tagged = only_der_item(*sequence, kDerContext, kNonceTag);
  return tagged ? only_der_item(*tagged, kDerUniversal, kDerOctets) : std::nullopt;
}

}  // namespace

Verdict<Statement> verify_apple(const CborValue& statement, const Attested& attested) {
  // Devices of the format's first year also say alg.
  if (!has_exactly(statement, {"x5c"}) && !has_exactly(statement, {"alg", "x5c"})) {
    return refuse_statement("apple: the statement is not x5c");
  }
  auto chain = chain_at(statement);
  if (chain.empty()) return refuse_statement("apple: a certificate cannot be read");
  const Certificate& leaf = chain.front();
  const auto nonce = nonce_of(leaf);
  if (!nonce || !crypto::equal_in_constant_time(*nonce, crypto::sha256(signed_bytes(attested)))) {
    return refuse_statement("apple: the certificate is of another ceremony");
  }
  const auto key = leaf.key();
  if (!key || *key != attested.key.key) {
    return refuse_statement("apple: the certificate's key is not the credential's");
  }
  return Statement{.type = AttestationType::kAnonCa, .chain = std::move(chain)};
}

}  // namespace noded::passkey
