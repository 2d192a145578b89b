#include "modules/auth/session/session.hpp"

#include "codec/json.hpp"
#include "codec/json_members.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "modules/auth/auth_state.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenText = 43;  // of base64url

}  // namespace

std::string encode(const Session& session) {
  return codec::JsonObjectText()
      .text("user", session.user)
      .text("claims", session.claims)
      .texts("amr", session.amr)
      .integer("auth_time", session.auth_time_s)
      .integer("created", session.created_ms)
      .integer("seen", session.seen_ms)
      .integer("expires", session.expires_ms)
      .integer("version", session.version)
      .text("ip", session.ip)
      .text("agent", session.agent)
      .text("refresh_key", codec::base64url_encode(session.refresh_key))
      .take();
}

Result<Session> decode_session(std::string_view text) {
  codec::JsonArena arena;
  const auto parsed = codec::parse_json(text, "session", {}, arena.storage());
  if (!parsed || !parsed->is_object()) return fail(Errc::kInternal, "a stored session is damaged");
  const json::object& object = parsed->get_object();
  auto refresh_key = codec::base64url_decode(codec::text_member(object, "refresh_key"));
  if (!refresh_key) return fail(Errc::kInternal, "a stored session is damaged: refresh_key");
  Session session{
      .user = std::string(codec::text_member(object, "user")),
      .claims = std::string(codec::text_member(object, "claims")),
      .amr = {},
      .auth_time_s = codec::integer_member(object, "auth_time"),
      .created_ms = codec::integer_member(object, "created"),
      .seen_ms = codec::integer_member(object, "seen"),
      .expires_ms = codec::integer_member(object, "expires"),
      .version = codec::integer_member(object, "version"),
      .ip = std::string(codec::text_member(object, "ip")),
      .agent = std::string(codec::text_member(object, "agent")),
      .refresh_key = std::move(*refresh_key)
  };
  if (const json::value* amr = object.if_contains("amr"); amr != nullptr && amr->is_array()) {
    for (const json::value& method : amr->get_array()) {
      if (method.is_string()) session.amr.emplace_back(std::string_view(method.get_string()));
    }
  }
  return session;
}

std::string make_session_token() {
  return codec::base64url_encode(crypto::random_bytes(kTokenBytes));
}

std::string hash_of_session_token(std::string_view token) {
  if (token.size() != kTokenText || !codec::base64url_decode(token)) return {};
  return crypto::sha256(token);
}

std::string session_id(std::string_view hash) {
  return codec::hex_encode(hash.substr(0, kSessionIdSize));
}

IdentityPtr identity_of(const Session& session, std::string_view id) {
  const auto [known, expires] = identity_of(session.claims, true);
  if (known == nullptr) return nullptr;
  auto identity = std::make_shared<Identity>(*known);
  identity->user_id = session.user;
  identity->session = id;
  identity->session_version = session.version;
  identity->amr = session.amr;
  identity->auth_time_s = session.auth_time_s;
  return identity;
}

}  // namespace noded::auth
