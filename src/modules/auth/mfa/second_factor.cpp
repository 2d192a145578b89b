#include "modules/auth/mfa/second_factor.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "crypto/totp.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace noded::auth {
namespace {

namespace json = boost::json;

// Crockford's base32: nothing in it looks like something else.
constexpr std::string_view kAlphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kCodeLength = 10;
constexpr std::size_t kLongestTyped = 64;

std::string plain(std::string_view typed) {
  std::string code;
  for (const char c : typed.substr(0, kLongestTyped)) {
    if (c != ' ' && c != '-') code += codec::to_lower(c);
  }
  return code;
}

std::string random_code() {
  std::string code;
  for (const char byte : crypto::random_bytes(kCodeLength)) {
    code += kAlphabet[static_cast<unsigned char>(byte) % kAlphabet.size()];
  }
  return code;
}

std::optional<std::string> bytes_of(const json::value& text) {
  if (!text.is_string()) return std::nullopt;
  auto bytes = codec::base64url_decode(text.get_string());
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

}  // namespace

SecondFactor SecondFactor::fresh() {
  SecondFactor factor;
  factor.seed = crypto::random_bytes(crypto::kTotpSecretSize);
  return factor;
}

std::string encode(const SecondFactor& factor) {
  json::array recovery;
  for (const std::string& hash : factor.recovery)
    recovery.emplace_back(codec::base64url_encode(hash));
  json::object text{
      {"seed", codec::base64url_encode(factor.seed)},
      {"on", factor.is_on},
      {"recovery", std::move(recovery)}
  };
  if (factor.used_period) text["used"] = *factor.used_period;
  return codec::to_json_text(text);
}

Result<SecondFactor> decode_second_factor(std::string_view text) {
  const auto damaged = [] {
    return fail(Errc::kInternal, "the record of a second factor cannot be read");
  };
  const auto parsed = codec::parse_json(text, "second factor");
  if (!parsed || !parsed->is_object()) return damaged();
  const json::object& members = parsed->get_object();
  const json::value* seed = members.if_contains("seed");
  const json::value* is_on = members.if_contains("on");
  const json::value* recovery = members.if_contains("recovery");
  if (seed == nullptr || is_on == nullptr || !is_on->is_bool() || recovery == nullptr ||
      !recovery->is_array()) {
    return damaged();
  }
  SecondFactor factor;
  auto bytes = bytes_of(*seed);
  if (!bytes) return damaged();
  factor.seed = std::move(*bytes);
  factor.is_on = is_on->get_bool();
  if (const json::value* used = members.if_contains("used"); used != nullptr) {
    if (!used->is_int64()) return damaged();
    factor.used_period = used->get_int64();
  }
  for (const json::value& hash : recovery->get_array()) {
    bytes = bytes_of(hash);
    if (!bytes) return damaged();
    factor.recovery.push_back(std::move(*bytes));
  }
  return factor;
}

CodeKind use_code(SecondFactor& factor, std::string_view typed, std::int64_t now_s) {
  const std::string code = plain(typed);
  if (const auto period = crypto::verify_totp(factor.seed, code, now_s, factor.used_period)) {
    factor.used_period = *period;
    return CodeKind::kApp;
  }
  if (code.size() != kCodeLength) return CodeKind::kWrong;
  const std::string hash = crypto::sha256(code);
  const auto found = std::ranges::find_if(factor.recovery, [&hash](const std::string& known) {
    return crypto::equal_in_constant_time(known, hash);
  });
  if (found == factor.recovery.end()) return CodeKind::kWrong;
  factor.recovery.erase(found);
  return CodeKind::kRecovery;
}

std::vector<std::string> renew_recovery_codes(SecondFactor& factor) {
  factor.recovery.clear();
  std::vector<std::string> shown;
  for (std::size_t count = 0; count < kRecoveryCodes; ++count) {
    std::string code = random_code();
    factor.recovery.push_back(crypto::sha256(code));
    shown.push_back(code.insert(kCodeLength / 2, "-"));
  }
  return shown;
}

}  // namespace noded::auth
