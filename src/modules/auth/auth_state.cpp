#include "modules/auth/auth_state.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "crypto/jwt.hpp"
#include "modules/auth/cookie.hpp"

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

// Claims that the token's signer sets (RFC 7519 §4.1, RFC 8176, OpenID Connect Core §2): no field
// of a row may take their place.
bool is_registered_claim(std::string_view name) {
  constexpr std::array<std::string_view, 6> kRegistered{
      "iat", "iss", "exp", "nbf", "amr", "auth_time"
  };
  return std::ranges::find(kRegistered, name) != kRegistered.end();
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

}  // namespace

std::int64_t seconds(const Clock& clock) {
  return std::chrono::floor<std::chrono::seconds>(clock.wall()).time_since_epoch().count();
}

std::pair<IdentityPtr, std::int64_t> identity_of(std::string payload, bool by_cookie) {
  const auto parsed = codec::parse_json(payload, "token");
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
  std::int64_t expires_s = 0;
  if (const json::value* exp = claims.if_contains("exp"); exp != nullptr && exp->is_number()) {
    constexpr double kFarFuture = 1e15;
    expires_s = static_cast<std::int64_t>(std::min(exp->to_number<double>(), kFarFuture));
  }
  return {std::move(identity), expires_s};
}

IdentityPtr identify(const AuthState& state, const http::Request& request, std::int64_t now_s) {
  if (request.from_local_socket) return local_operator();
  if (!state.rules.enabled) return anonymous();
  if (request.has_header("authorization")) {
    const std::string_view token = without_scheme(request.header("authorization"));
    if (token.empty() || token.size() > kLongestToken) return anonymous();
    if (auto known = state.bearer_tokens.find(token, now_s)) return known;
    return accept(state, state.bearer_tokens, token, token, false, now_s);
  }
  const std::string_view field = request.header("cookie");
  if (field.empty()) return anonymous();
  const std::string_view value = find_cookie(field, kAuthCookie);
  if (value.empty() || value.size() > kLongestToken) return anonymous();
  if (auto known = state.cookie_tokens.find(value, now_s)) return known;
  const auto token = verify_cookie(state.rules.jwt.secret, value);
  if (!token) return anonymous();
  return accept(state, state.cookie_tokens, value, *token, true, now_s);
}

Result<SignedIn> sign_in(
    const AuthRules& rules, const Account& account, std::int64_t now_s, std::string_view proof
) {
  const auto row = codec::parse_json(account.row, "account");
  if (!row || !row->is_object()) return fail(Errc::kInternal, "an account's row is no JSON object");
  SignedIn signed_in;
  signed_in.claims = "{";
  for (const std::string& field : rules.claim_fields) {
    if (is_registered_claim(field)) continue;
    const json::value* value = row->get_object().if_contains(field);
    if (value == nullptr) continue;
    if (signed_in.claims.size() > 1) signed_in.claims += ',';
    codec::append_json_string(signed_in.claims, field);
    signed_in.claims += ':';
    codec::append_json(signed_in.claims, *value);
  }
  std::string payload = signed_in.claims;
  if (!proof.empty() && payload.size() > 1) payload += ',';
  payload.append(proof).append("}");
  signed_in.claims += '}';
  signed_in.token = crypto::sign_jwt(rules.jwt, payload, now_s);
  return signed_in;
}

}  // namespace noded::auth
