#include "crypto/password.hpp"

#include "codec/text.hpp"
#include "crypto/argon2.hpp"
#include "crypto/crypto.hpp"

#include <crypt.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>

namespace noded::crypto {
namespace {

// What a stored hash may cost to check, whoever wrote it: more is a mistake or an attack, and does
// not match.
constexpr std::uint64_t kMaxMemoryKib = 1024 * 1024;
constexpr std::uint64_t kMaxPasses = 32;
constexpr unsigned kMaxBcryptCost = 16;

PasswordCheck verify_argon2(
    std::string_view password, std::string_view stored, const PasswordCost& cost
) {
  const auto used = argon2id_cost(stored);
  if (!used || used->memory_kib > kMaxMemoryKib || used->passes > kMaxPasses) return {};
  if (!verify_argon2id(password, stored)) return {};
  const bool is_weaker = used->memory_kib < cost.memory_bytes / 1024 || used->passes < cost.passes;
  return {.matches = true, .needs_rehash = is_weaker};
}

// $2b$12$ and 53 characters of its own base64.
bool is_bcrypt(std::string_view stored) {
  if (stored.size() != 60 || stored[0] != '$' || stored[1] != '2' || stored[3] != '$' ||
      stored[6] != '$') {
    return false;
  }
  return std::string_view("aby").contains(stored[2]);
}

PasswordCheck verify_bcrypt(std::string_view password, std::string_view stored) {
  unsigned cost = 0;
  const auto [end, fault] = std::from_chars(stored.data() + 4, stored.data() + 6, cost);
  if (fault != std::errc() || end != stored.data() + 6 || cost > kMaxBcryptCost) return {};
  if (password.contains('\0')) return {};  // crypt would compare what stands before it
  auto scratch = std::make_unique<crypt_data>();
  std::string key(password);
  const std::string setting(stored);
  const char* computed = crypt_rn(key.c_str(), setting.c_str(), scratch.get(), sizeof(crypt_data));
  const bool matches = computed != nullptr && equal_in_constant_time(computed, stored);
  sodium_memzero(key.data(), key.size());
  sodium_memzero(scratch.get(), sizeof(crypt_data));
  return {.matches = matches, .needs_rehash = matches};
}

}  // namespace

Result<std::string> hash_password(std::string_view password, const PasswordCost& cost) {
  return argon2id(password, {.memory_kib = cost.memory_bytes / 1024, .passes = cost.passes});
}

PasswordCheck verify_password(
    std::string_view password, std::string_view stored, const PasswordCost& cost, bool allow_plain
) {
  if (stored.starts_with("$argon2")) return verify_argon2(password, stored, cost);
  if (is_bcrypt(stored)) return verify_bcrypt(password, stored);
  if (stored.size() == 64) {
    if (const auto digest = codec::hex_decode(stored)) {
      const bool matches = equal_in_constant_time(sha256(password), *digest);
      return {.matches = matches, .needs_rehash = matches};
    }
  }
  if (!allow_plain || stored.empty()) return {};
  const bool matches = equal_in_constant_time(sha256(password), sha256(stored));
  return {.matches = matches, .needs_rehash = matches};
}

}  // namespace noded::crypto
