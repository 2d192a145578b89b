// One-time passwords of an authenticator app: RFC 6238 over RFC 4226, with HMAC-SHA-1, since apps
// ignore any other digest that an otpauth URI names. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::crypto {

inline constexpr std::size_t kTotpSecretSize = 20;  // bytes: as many as SHA-1 gives

struct TotpRules {
  unsigned digits = 6;         // at most 9
  std::int64_t period_s = 30;  // how long a code lives
  std::int64_t window = 1;     // periods before and after now that are taken too
};

// RFC 4226 §5.3.
std::string hotp(std::string_view secret, std::uint64_t counter, unsigned digits);
// The code at a time (seconds since the epoch).
std::string totp(std::string_view secret, std::int64_t now_s, const TotpRules& rules = {});

// The period whose code it is, to be kept: a code is for one use, and `after` is the period of the
// last that was used (RFC 6238 §5.2). Empty: wrong, too old or used. In constant time for codes of
// the right length.
std::optional<std::int64_t> verify_totp(
    std::string_view secret,
    std::string_view code,
    std::int64_t now_s,
    std::optional<std::int64_t> after,
    const TotpRules& rules = {}
);

// The secret as people type it into an app: base32 (RFC 4648 §6) without padding.
std::string totp_secret_text(std::string_view secret);

// otpauth://totp/Issuer:account?secret=…, as apps read it from a QR code. Holds the secret.
std::string totp_uri(
    std::string_view issuer,
    std::string_view account,
    std::string_view secret,
    const TotpRules& rules = {}
);

}  // namespace noded::crypto
