#include "crypto/signing.hpp"

#include "codec/sodium.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

namespace noded::crypto {
namespace {

static_assert(kSigningSeedSize == crypto_sign_SEEDBYTES);
static_assert(kPublicKeySize == crypto_sign_PUBLICKEYBYTES);
static_assert(kSignatureSize == crypto_sign_BYTES);

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data() == nullptr ? "" : text.data());
}

// Wiped when it goes.
struct KeyPair {
  explicit KeyPair(std::string_view seed) {
    if (seed.size() != kSigningSeedSize) throw std::invalid_argument("a signing seed has 32 bytes");
    codec::start_sodium();
    crypto_sign_seed_keypair(public_key.data(), secret_key.data(), bytes_of(seed));
  }
  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;
  ~KeyPair() { sodium_memzero(secret_key.data(), secret_key.size()); }

  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key{};
};

template <std::size_t kSize>
std::string text_of(const std::array<unsigned char, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string make_signing_seed() {
  codec::start_sodium();
  std::string seed(kSigningSeedSize, '\0');
  codec::fill_random(seed.data(), seed.size());
  return seed;
}

std::string public_key_of(std::string_view seed) {
  return text_of(KeyPair(seed).public_key);
}

std::string sign(std::string_view seed, std::string_view message) {
  const KeyPair keys(seed);
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_detached(
      signature.data(), nullptr, bytes_of(message), message.size(), keys.secret_key.data()
  );
  return text_of(signature);
}

bool is_signed(
    std::string_view public_key, std::string_view message, std::string_view signature
) noexcept {
  return public_key.size() == kPublicKeySize && signature.size() == kSignatureSize &&
         crypto_sign_verify_detached(
             bytes_of(signature), bytes_of(message), message.size(), bytes_of(public_key)
         ) == 0;
}

}  // namespace noded::crypto
