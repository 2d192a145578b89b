#include "modules/auth/session/refresh_token.hpp"

#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "modules/auth/session/session.hpp"

#include <charconv>

namespace noded::auth {

std::string RefreshToken::hash() const {
  return crypto::sha256(secret);
}

std::optional<RefreshToken> parse_refresh_token(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot != 2 * kSessionIdSize || !codec::hex_decode(text.substr(0, dot))) return std::nullopt;
  RefreshToken token{.id = std::string(text.substr(0, dot)), .secret = {}};
  token.secret = text.substr(dot + 1);
  if (hash_of_session_token(token.secret).empty()) return std::nullopt;
  return token;
}

RefreshToken first_refresh_token(std::string_view session_id) {
  return {.id = std::string(session_id), .secret = make_session_token()};
}

RefreshToken successor_of(const RefreshToken& token, std::string_view key) {
  return {
      .id = token.id,
      .secret = codec::base64url_encode(crypto::hmac(crypto::Digest::kSha256, key, token.secret))
  };
}

std::string encode(const RefreshUse& use) {
  return std::to_string(use.used_ms) + " " + use.client;
}

RefreshUse decode_refresh_use(std::string_view text) {
  RefreshUse use{.used_ms = 1, .client = {}};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), use.used_ms);
  if (fault != std::errc() || end == text.data() + text.size() || *end != ' ') {
    return {.used_ms = 1, .client = {}};
  }
  use.client = text.substr(static_cast<std::size_t>(end - text.data()) + 1);
  return use;
}

}  // namespace noded::auth
