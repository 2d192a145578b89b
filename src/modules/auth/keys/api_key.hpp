// API keys: their text, "nd_<id>_<secret>", and what the store keeps of one (docs/api_keys.md).
// Pure but for make_key_text().
#pragma once

#include "noded/identity.hpp"
#include "noded/result.hpp"

#include "modules/auth/keys/network.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

inline constexpr std::string_view kKeyPrefix = "nd_";
inline constexpr std::size_t kKeyIdSize = 12;      // of [A-Za-z0-9]
inline constexpr std::size_t kKeySecretSize = 43;  // the same: 256 bits

struct KeyText {
  std::string id;
  std::string secret;

  std::string text() const;
  std::string hash() const;  // SHA-256 of text(): what the store keeps
};
// Empty when the text has not exactly the form of one.
std::optional<KeyText> parse_key_text(std::string_view text);
KeyText make_key_text(std::string id = {});  // empty: a new one

struct ApiKey {
  std::string id;
  std::string owner;  // text of the account's primary key
  std::string name;
  std::string role;                      // what it may do at most; empty: `permissions`
  std::vector<std::string> permissions;  // the same
  std::int64_t created_ms = 0;
  std::int64_t expires_ms = 0;     // 0: never
  std::vector<std::string> cidrs;  // as given; empty: from everywhere
  std::int64_t rate = 0;           // requests a minute; 0: any
  std::string hash;                // of its text
  std::string old_hash;            // of its text before the last rotation; may be empty
  std::int64_t old_until_ms = 0;   // until when that is valid
  std::int64_t last_used_ms = 0;   // to about a minute; 0: never
};

// JSON text of the store, and back. Errors: kInternal, it was not made by this.
std::string encode(const ApiKey& key);
Result<ApiKey> decode_key(std::string_view id, std::string_view text);

// For a person: {"id","name","user","role"|"permissions","created_at","expires_at","cidrs","rate",
// "last_used_at","old_valid_until"?}; what there is not is null. No secret.
std::string to_json(const ApiKey& key);

}  // namespace noded::auth
