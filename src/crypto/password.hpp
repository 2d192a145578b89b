// Password hashes: Argon2id for new ones, bknd's plain, SHA-256 and bcrypt forms for verification.
// Slow on purpose: call on the hash lane only.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::crypto {

struct PasswordCost {
  std::uint64_t memory_bytes = 19 * 1024 * 1024;  // OWASP's Argon2id floor: 19 MiB, two passes
  std::uint64_t passes = 2;
};

// The encoded string $argon2id$v=19$…
Result<std::string> hash_password(std::string_view password, const PasswordCost& cost);

struct PasswordCheck {
  bool matches = false;
  bool needs_rehash = false;  // matches, but is weaker than `cost` asks
};
// The form is told by the stored text: $argon2id$…, $2a$/$2b$/$2y$ (bcrypt), 64 hex digits (SHA-256
// without salt), else plain if `allow_plain`. Comparison is in constant time.
PasswordCheck verify_password(
    std::string_view password, std::string_view stored, const PasswordCost& cost, bool allow_plain
);

}  // namespace noded::crypto
