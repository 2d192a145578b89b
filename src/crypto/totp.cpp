#include "crypto/totp.hpp"

#include "codec/text.hpp"
#include "crypto/crypto.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace noded::crypto {
namespace {

constexpr std::size_t kCounterSize = 8;

// RFC 4648 §6, without padding.
std::string base32(std::string_view bytes) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  unsigned pending = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    pending = (pending << 8 | static_cast<unsigned char>(byte)) & 0xffff;
    for (bits += 8; bits >= 5; bits -= 5)
      out += kAlphabet[pending >> (bits - 5) & 0x1f];
  }
  if (bits > 0) out += kAlphabet[pending << (5 - bits) & 0x1f];
  return out;
}

}  // namespace

std::string hotp(std::string_view secret, std::uint64_t counter, unsigned digits) {
  std::array<unsigned char, kCounterSize> message{};
  for (std::size_t index = kCounterSize; index-- > 0; counter >>= 8) {
    message[index] = static_cast<unsigned char>(counter & 0xff);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  const char* key = secret.empty() ? "" : secret.data();
  if (!HMAC(
          EVP_sha1(),
          key,
          static_cast<int>(secret.size()),
          message.data(),
          message.size(),
          mac.data(),
          &size
      )) {
    throw std::runtime_error("OpenSSL cannot compute an HMAC");
  }
  const std::size_t offset = mac[size - 1] & 0x0fU;
  std::uint32_t number = 0;
  for (std::size_t index = 0; index < 4; ++index)
    number = number << 8 | mac[offset + index];
  number &= 0x7fffffff;
  std::string code(digits, '0');
  for (std::size_t index = digits; index-- > 0; number /= 10) {
    code[index] = static_cast<char>('0' + number % 10);
  }
  return code;
}

std::string totp(std::string_view secret, std::int64_t now_s, const TotpRules& rules) {
  return hotp(secret, static_cast<std::uint64_t>(now_s / rules.period_s), rules.digits);
}

std::optional<std::int64_t> verify_totp(
    std::string_view secret,
    std::string_view code,
    std::int64_t now_s,
    std::optional<std::int64_t> after,
    const TotpRules& rules
) {
  if (secret.empty() || code.size() != rules.digits) return std::nullopt;
  const std::int64_t now = now_s / rules.period_s;
  std::optional<std::int64_t> found;
  for (std::int64_t period = now - rules.window; period <= now + rules.window; ++period) {
    if (period < 0) continue;
    const std::string right = hotp(secret, static_cast<std::uint64_t>(period), rules.digits);
    const bool is_right = equal_in_constant_time(right, code);
    if (is_right && (!after || period > *after)) found = period;
  }
  return found;
}

std::string totp_secret_text(std::string_view secret) {
  return base32(secret);
}

std::string totp_uri(
    std::string_view issuer,
    std::string_view account,
    std::string_view secret,
    const TotpRules& rules
) {
  const std::string who = codec::percent_encode(issuer);
  std::string uri = "otpauth://totp/" + who + ':' + codec::percent_encode(account);
  uri += "?secret=" + base32(secret) + "&issuer=" + who + "&algorithm=SHA1";
  uri += "&digits=" + std::to_string(rules.digits);
  uri += "&period=" + std::to_string(rules.period_s);
  return uri;
}

}  // namespace noded::crypto
