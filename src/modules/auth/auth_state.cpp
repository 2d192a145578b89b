#include "modules/auth/auth_state.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "crypto/jwt.hpp"
#include "modules/auth/cookie.hpp"
#include "modules/auth/keys/api_keys.hpp"
#include "modules/auth/keys/key_filter.hpp"
#include "modules/auth/session/own_cookie.hpp"
#include "modules/auth/session/sessions.hpp"

#include <boost/json/value_from.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace noded::auth {
namespace {

constexpr std::size_t kLongestToken = 8 * 1024;

const IdentityPtr& anonymous() {
  static const IdentityPtr identity = [] {
    auto made = std::make_shared<Identity>();
    made->claims = "{}";
    return made;
  }();
  return identity;
}

const IdentityPtr& local_operator() {
  static const IdentityPtr identity = [] {
    auto made = std::make_shared<Identity>();
    made->kind = Identity::Kind::kLocalOperator;
    made->claims = "{}";
    return made;
  }();
  return identity;
}

std::string_view without_scheme(std::string_view field) {
  constexpr std::string_view kBearer = "bearer ";
  if (field.size() < kBearer.size()) return field;
  for (std::size_t i = 0; i < kBearer.size(); ++i) {
    if (codec::to_lower(field[i]) != kBearer[i]) return field;
  }
  field.remove_prefix(kBearer.size());
  return field;
}

// Claims that the token's signer sets (RFC 7519 §4.1, RFC 8176, OpenID Connect Core §2, and those
// of a session): no field of a row may take their place.
bool is_registered_claim(std::string_view name) {
  constexpr std::array<std::string_view, 9> kRegistered{
      "iat", "iss", "exp", "nbf", "sid", "sv", "amr", "auth_time", "act"
  };
  return std::ranges::find(kRegistered, name) != kRegistered.end();
}

std::vector<std::string> texts_of(const json::value* array) {
  std::vector<std::string> texts;
  if (array == nullptr || !array->is_array()) return texts;
  for (const json::value& text : array->get_array()) {
    if (text.is_string()) texts.emplace_back(std::string_view(text.get_string()));
  }
  return texts;
}

std::int64_t integer_of(const json::value* number) {
  return number != nullptr && number->is_int64() ? number->get_int64() : 0;
}

void read_session(const json::object& claims, Identity& identity) {
  if (const json::value* id = claims.if_contains("sid"); id != nullptr && id->is_string()) {
    identity.session = std::string_view(id->get_string());
  }
  identity.session_version = integer_of(claims.if_contains("sv"));
  identity.amr = texts_of(claims.if_contains("amr"));
  identity.auth_time_s = integer_of(claims.if_contains("auth_time"));
  if (const json::value* act = claims.if_contains("act"); act != nullptr && act->is_object()) {
    const json::value* who = act->get_object().if_contains("sub");
    if (who != nullptr && who->is_string())
      identity.impersonator = std::string_view(who->get_string());
  }
}

void append_session(std::string& claims, const TokenSession& session) {
  const auto name = [&claims](std::string_view member) {
    if (claims.back() != '{') claims += ',';
    codec::append_json_string(claims, member);
    claims += ':';
  };
  if (!session.id.empty()) {
    name("sid");
    codec::append_json_string(claims, session.id);
  }
  if (session.version != 0) {
    name("sv");
    codec::append_json_integer(claims, session.version);
  }
  if (!session.amr.empty()) {
    name("amr");
    char before = '[';
    for (const std::string& method : session.amr) {
      claims += std::exchange(before, ',');
      codec::append_json_string(claims, method);
    }
    claims += ']';
  }
  if (session.auth_time_s != 0) {
    name("auth_time");
    codec::append_json_integer(claims, session.auth_time_s);
  }
  if (!session.impersonator.empty()) {
    name("act");
    claims += "{\"sub\":";
    codec::append_json_string(claims, session.impersonator);
    claims += '}';
  }
}

// Verifies `token` and remembers it under `known_as`.
IdentityPtr accept(
    const AuthState& state,
    TokenCache& cache,
    std::string_view known_as,
    std::string_view token,
    bool by_cookie,
    std::int64_t now_s
) {
  auto payload = crypto::verify_jwt(state.rules.jwt, token, now_s);
  if (!payload) return anonymous();
  auto [identity, expires_s] = identity_of(std::move(*payload), by_cookie);
  if (!identity) return anonymous();
  cache.store(known_as, identity, expires_s);
  return identity;
}

IdentityPtr identify_bearer(
    const AuthState& state, const http::Request& request, std::int64_t now_s
) {
  const std::string_view token = without_scheme(request.header("authorization"));
  if (token.empty() || token.size() > kLongestToken) return anonymous();
  if (auto known = state.bearer_tokens.find(token, now_s)) return known;
  return accept(state, state.bearer_tokens, token, token, false, now_s);
}

IdentityPtr identify_cookie(const AuthState& state, std::string_view field, std::int64_t now_s) {
  const std::string_view value = find_cookie(field, kAuthCookie);
  if (value.empty() || value.size() > kLongestToken) return anonymous();
  if (auto known = state.cookie_tokens.find(value, now_s)) return known;
  const auto token = verify_cookie(state.rules.jwt.secret, value);
  if (!token) return anonymous();
  return accept(state, state.cookie_tokens, value, *token, true, now_s);
}

}  // namespace

bool has_proved_recently(const Identity& identity, std::int64_t now_s) {
  constexpr std::int64_t kRecent_s = 300;
  const std::int64_t age_s = now_s - identity.auth_time_s;
  return age_s >= 0 && age_s < kRecent_s;
}

std::int64_t seconds(const Clock& clock) {
  return std::chrono::floor<std::chrono::seconds>(clock.wall()).time_since_epoch().count();
}

std::pair<IdentityPtr, std::int64_t> identity_of(std::string payload, bool by_cookie) {
  codec::JsonArena arena;
  const auto parsed = codec::parse_json(payload, "token", {}, arena.storage());
  if (!parsed || !parsed->is_object()) return {nullptr, 0};
  const json::object& claims = parsed->get_object();
  auto identity = std::make_shared<Identity>();
  identity->kind = Identity::Kind::kUser;
  identity->by_cookie = by_cookie;
  identity->claims = std::move(payload);
  if (const json::value* id = claims.if_contains("id")) {
    if (id->is_string()) identity->user_id = std::string_view(id->get_string());
    if (id->is_int64()) identity->user_id = std::to_string(id->get_int64());
  }
  if (const json::value* role = claims.if_contains("role"); role != nullptr && role->is_string()) {
    identity->role = std::string_view(role->get_string());
  }
  read_session(claims, *identity);
  std::int64_t expires_s = 0;
  if (const json::value* exp = claims.if_contains("exp"); exp != nullptr && exp->is_number()) {
    constexpr double kFarFuture = 1e15;
    expires_s = static_cast<std::int64_t>(std::min(exp->to_number<double>(), kFarFuture));
  }
  return {std::move(identity), expires_s};
}

IdentityPtr identify(
    const AuthState& state,
    Sessions& sessions,
    const ApiKeys& keys,
    const http::Request& request,
    std::int64_t now_s
) {
  if (request.from_local_socket) return local_operator();
  if (!state.rules.enabled) return anonymous();
  if (const std::string_view key = key_text_of(request); !key.empty()) {
    IdentityPtr known = keys.find(key);
    const bool is_valid = known != nullptr && !sessions.accounts().is_disabled(known->user_id);
    return is_valid ? std::move(known) : anonymous();
  }
  IdentityPtr identity;
  if (request.has_header("authorization")) {
    identity = identify_bearer(state, request, now_s);
  } else {
    const std::string_view field = request.header("cookie");
    if (field.empty()) return anonymous();
    const CookieWay way = cookie_way(request, sessions.rules().allow_insecure_cookie);
    const std::string_view token = own_cookie(request, way, kSessionCookie);
    if (auto known = token.empty() ? nullptr : sessions.find(token)) return known;
    identity = identify_cookie(state, field, now_s);
  }
  return sessions.is_valid(*identity) ? identity : anonymous();
}

Result<std::string> claims_of(const AuthRules& rules, const Account& account) {
  codec::JsonArena arena;
  const auto row = codec::parse_json(account.row, "account", {}, arena.storage());
  if (!row || !row->is_object()) return fail(Errc::kInternal, "an account's row is no JSON object");
  std::string claims = "{";
  for (const std::string& field : rules.claim_fields) {
    if (is_registered_claim(field)) continue;
    const json::value* value = row->get_object().if_contains(field);
    if (value == nullptr) continue;
    if (claims.size() > 1) claims += ',';
    codec::append_json_string(claims, field);
    claims += ':';
    codec::append_json(claims, *value);
  }
  claims += '}';
  return claims;
}

std::string sign_token(
    const AuthRules& rules, std::string_view claims, std::int64_t now_s, const TokenSession& session
) {
  std::string signed_claims(claims.substr(0, claims.size() - 1));
  append_session(signed_claims, session);
  signed_claims += '}';
  crypto::JwtRules jwt = rules.jwt;
  if (session.lifetime_s != 0) jwt.lifetime_s = session.lifetime_s;
  return crypto::sign_jwt(jwt, signed_claims, now_s);
}

Result<SignedIn> sign_in(
    const AuthRules& rules, const Account& account, std::int64_t now_s, const TokenSession& session
) {
  auto claims = claims_of(rules, account);
  if (!claims) return std::unexpected(std::move(claims.error()));
  std::string token = sign_token(rules, *claims, now_s, session);
  return SignedIn{.claims = std::move(*claims), .token = std::move(token)};
}

}  // namespace noded::auth
