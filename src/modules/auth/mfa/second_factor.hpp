// SecondFactor: what an account asks for beside its password: codes of an authenticator app (TOTP,
// RFC 6238) or, when that is lost, recovery codes, each for one use. Pure but for randomness.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

inline constexpr std::size_t kRecoveryCodes = 10;

struct SecondFactor {
  std::string seed;  // raw bytes: what the app computes its codes from
  // Once a first code has shown that the app has the seed; before, nothing asks for it.
  bool is_on = false;
  std::optional<std::int64_t> used_period;  // of the last code: none is taken twice
  std::vector<std::string> recovery;        // SHA-256 of the recovery codes that are left

  static SecondFactor fresh();
};

// JSON text, and back. Errors: kInternal, it was not made by this.
std::string encode(const SecondFactor& factor);
Result<SecondFactor> decode_second_factor(std::string_view text);

enum class CodeKind : std::uint8_t { kWrong, kApp, kRecovery };
// Takes a code as a person typed it, with spaces and hyphens; a right one is used up.
CodeKind use_code(SecondFactor& factor, std::string_view typed, std::int64_t now_s);

// Replaces the recovery codes: ten of 50 random bits each, "7kq2m-x0v9d", to be shown once.
std::vector<std::string> renew_recovery_codes(SecondFactor& factor);

}  // namespace noded::auth
