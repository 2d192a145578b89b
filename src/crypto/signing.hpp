// Signatures of the node's own: Ed25519 (RFC 8032) by libsodium. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace noded::crypto {

inline constexpr std::size_t kSigningSeedSize = 32;  // bytes
inline constexpr std::size_t kPublicKeySize = 32;
inline constexpr std::size_t kSignatureSize = 64;

// A new seed: the secret from which the key pair is made.
std::string make_signing_seed();
// Both throw std::invalid_argument for a seed of another size.
std::string public_key_of(std::string_view seed);
std::string sign(std::string_view seed, std::string_view message);
// False also for keys and signatures of another size.
bool is_signed(
    std::string_view public_key, std::string_view message, std::string_view signature
) noexcept;

}  // namespace noded::crypto
