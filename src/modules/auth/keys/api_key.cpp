#include "modules/auth/keys/api_key.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "codec/json_members.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return texts;
  for (const json::value& text : value->get_array()) {
    if (text.is_string()) texts.emplace_back(std::string_view(text.get_string()));
  }
  return texts;
}

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::value time_or_null(std::int64_t unix_ms) {
  return unix_ms == 0 ? json::value() : json::value(codec::format_iso(unix_ms));
}

}  // namespace

std::string KeyText::text() const {
  return std::string(kKeyPrefix) + id + "_" + secret;
}

std::string KeyText::hash() const {
  return crypto::sha256(text());
}

std::optional<KeyText> parse_key_text(std::string_view text) {
  constexpr std::size_t kUnderscore = kKeyPrefix.size() + kKeyIdSize;
  if (text.size() != kUnderscore + 1 + kKeySecretSize || !text.starts_with(kKeyPrefix) ||
      text[kUnderscore] != '_')
    return std::nullopt;
  const std::string_view id = text.substr(kKeyPrefix.size(), kKeyIdSize);
  const std::string_view secret = text.substr(kUnderscore + 1);
  if (!std::ranges::all_of(id, codec::is_alphanumeric) ||
      !std::ranges::all_of(secret, codec::is_alphanumeric))
    return std::nullopt;
  return KeyText{.id = std::string(id), .secret = std::string(secret)};
}

KeyText make_key_text(std::string id) {
  if (id.empty()) id = crypto::random_text(kKeyIdSize);
  return {.id = std::move(id), .secret = crypto::random_text(kKeySecretSize)};
}

std::string encode(const ApiKey& key) {
  return codec::to_json_text(json::object{
      {"owner", key.owner},
      {"name", key.name},
      {"role", key.role},
      {"permissions", array_of(key.permissions)},
      {"created", key.created_ms},
      {"expires", key.expires_ms},
      {"cidrs", array_of(key.cidrs)},
      {"rate", key.rate},
      {"hash", codec::base64url_encode(key.hash)},
      {"old_hash", codec::base64url_encode(key.old_hash)},
      {"old_until", key.old_until_ms},
      {"last_used", key.last_used_ms},
  });
}

Result<ApiKey> decode_key(std::string_view id, std::string_view text) {
  const auto parsed = codec::parse_json(text, "API key");
  if (!parsed || !parsed->is_object()) return fail(Errc::kInternal, "a stored API key is damaged");
  const json::object& object = parsed->get_object();
  auto hash = codec::base64url_decode(codec::text_member(object, "hash"));
  auto old_hash = codec::base64url_decode(codec::text_member(object, "old_hash"));
  if (!hash || !old_hash) return fail(Errc::kInternal, "a stored API key is damaged: its hash");
  return ApiKey{
      .id = std::string(id),
      .owner = std::string(codec::text_member(object, "owner")),
      .name = std::string(codec::text_member(object, "name")),
      .role = std::string(codec::text_member(object, "role")),
      .permissions = texts_of(object, "permissions"),
      .created_ms = codec::integer_member(object, "created"),
      .expires_ms = codec::integer_member(object, "expires"),
      .cidrs = texts_of(object, "cidrs"),
      .rate = codec::integer_member(object, "rate"),
      .hash = std::move(*hash),
      .old_hash = std::move(*old_hash),
      .old_until_ms = codec::integer_member(object, "old_until"),
      .last_used_ms = codec::integer_member(object, "last_used")
  };
}

std::string to_json(const ApiKey& key) {
  json::object shown{{"id", key.id}, {"name", key.name}, {"user", key.owner}};
  if (key.role.empty()) {
    shown["permissions"] = array_of(key.permissions);
  } else {
    shown["role"] = key.role;
  }
  shown["created_at"] = codec::format_iso(key.created_ms);
  shown["expires_at"] = time_or_null(key.expires_ms);
  shown["cidrs"] = array_of(key.cidrs);
  shown["rate"] = key.rate == 0 ? json::value() : json::value(key.rate);
  shown["last_used_at"] = time_or_null(key.last_used_ms);
  if (!key.old_hash.empty()) shown["old_valid_until"] = codec::format_iso(key.old_until_ms);
  return codec::to_json_text(shown);
}

}  // namespace noded::auth
