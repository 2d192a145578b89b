#include "modules/auth/oauth/oauth_challenge.hpp"

#include "codec/json.hpp"
#include "codec/json_members.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "crypto/sealed.hpp"

#include <boost/json/object.hpp>

namespace noded::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kRandomSize = 32;       // bytes; 43 characters, as RFC 7636 §4.1 wants
constexpr std::size_t kLongestSealed = 4096;  // what browsers keep in a cookie
constexpr std::uint32_t kKeyId = 1;           // there is one key at a time

std::string random_name() {
  return codec::base64url_encode(crypto::random_bytes(kRandomSize));
}

crypto::SealingKeys keys_of(std::string_view secret) {
  crypto::SealingKeys keys;
  const std::string key =
      crypto::hmac(crypto::Digest::kSha256, secret, "sealing of OAuth challenges");
  [[maybe_unused]] const auto added = keys.add(kKeyId, key);  // the first, of the right size
  return keys;
}

std::string context_of(std::string_view provider) {
  return "oauth/" + std::string(provider);
}

bool flag_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_bool() && member->get_bool();
}

}  // namespace

std::string_view to_text(OAuthAction action) noexcept {
  return action == OAuthAction::kLogin ? "login" : "register";
}

std::optional<OAuthAction> find_action(std::string_view text) noexcept {
  for (const OAuthAction action : {OAuthAction::kLogin, OAuthAction::kRegister}) {
    if (text == to_text(action)) return action;
  }
  return std::nullopt;
}

OAuthChallenge make_challenge() {
  OAuthChallenge challenge;
  challenge.state = random_name();
  challenge.verifier = random_name();
  challenge.nonce = random_name();
  return challenge;
}

std::string code_challenge(std::string_view verifier) {
  return codec::base64url_encode(crypto::sha256(verifier));
}

std::string seal_challenge(std::string_view secret, const OAuthChallenge& challenge) {
  const json::object members{
      {"action", to_text(challenge.action)},
      {"program", challenge.is_by_program},
      {"page", challenge.is_from_page},
      {"state", challenge.state},
      {"verifier", challenge.verifier},
      {"nonce", challenge.nonce},
      {"uri", challenge.redirect_uri},
      {"target", challenge.target},
      {"expires", challenge.expires_ms}
  };
  return codec::base64url_encode(
      keys_of(secret).seal(codec::to_json_text(members), context_of(challenge.provider))
  );
}

std::optional<OAuthChallenge> open_challenge(
    std::string_view secret, std::string_view provider, std::string_view sealed
) {
  if (sealed.empty() || sealed.size() > kLongestSealed) return std::nullopt;
  const auto bytes = codec::base64url_decode(sealed);
  if (!bytes) return std::nullopt;
  const auto text = keys_of(secret).open(*bytes, context_of(provider));
  if (!text) return std::nullopt;
  const auto parsed = codec::parse_json(*text, "challenge");
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const json::object& members = parsed->get_object();
  const auto action = find_action(codec::text_member(members, "action"));
  const json::value* expires = members.if_contains("expires");
  if (!action || expires == nullptr || !expires->is_int64()) return std::nullopt;
  return OAuthChallenge{
      .provider = std::string(provider),
      .action = *action,
      .is_by_program = flag_of(members, "program"),
      .is_from_page = flag_of(members, "page"),
      .state = std::string(codec::text_member(members, "state")),
      .verifier = std::string(codec::text_member(members, "verifier")),
      .nonce = std::string(codec::text_member(members, "nonce")),
      .redirect_uri = std::string(codec::text_member(members, "uri")),
      .target = std::string(codec::text_member(members, "target")),
      .expires_ms = expires->get_int64()
  };
}

}  // namespace noded::auth
