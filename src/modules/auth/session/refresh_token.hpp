// Refresh tokens: "<session id>.<secret>". A successor follows from its predecessor by a key that
// only the store has, so that none has to be kept to be given out again. Pure functions but for the
// first of a family.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noded::auth {

struct RefreshToken {
  std::string id;      // the session's
  std::string secret;  // base64url, 256 bits

  std::string text() const { return id + "." + secret; }
  std::string hash() const;  // what the store keeps
};

// Empty when the text has not the form of one.
std::optional<RefreshToken> parse_refresh_token(std::string_view text);
RefreshToken first_refresh_token(std::string_view session_id);
RefreshToken successor_of(const RefreshToken& token, std::string_view key);

// What became of a token: when it was exchanged (0: not yet), and by whom.
struct RefreshUse {
  std::int64_t used_ms = 0;
  std::string client;
};
std::string encode(const RefreshUse& use);
RefreshUse decode_refresh_use(std::string_view text);  // what is damaged counts as used long ago

}  // namespace noded::auth
