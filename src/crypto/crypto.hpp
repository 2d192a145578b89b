// Hashes, HMAC, randomness and constant-time comparison over OpenSSL and libsodium, wrapped once.
// Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace noded::crypto {

enum class Digest : std::uint8_t { kSha256, kSha384, kSha512 };

std::string sha256(std::string_view data);
std::string hmac(Digest digest, std::string_view key, std::string_view data);
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;
std::string random_bytes(std::size_t count);
std::string random_text(std::size_t length);  // [A-Za-z0-9], uniform

}  // namespace noded::crypto
