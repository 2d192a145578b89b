#include "modules/auth/oauth/id_token.hpp"

#include "codec/ascii.hpp"
#include "codec/json.hpp"
#include "codec/json_members.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"

#include <boost/json/array.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestToken = 32UL * 1024;
constexpr std::int64_t kLeeway_s = 60;
constexpr std::size_t kLongestSubject = 255;  // OpenID Connect Core §2

std::unexpected<Error> wrong(std::string what) {
  return fail(Errc::kInvalid, "ID token: " + std::move(what));
}

// Seconds since the epoch, RFC 7519 §2; empty when it is absent or no number.
std::optional<double> time_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr || !member->is_number()) return std::nullopt;
  return member->to_number<double>();
}

Result<json::object> decode_part(std::string_view part, std::string_view name) {
  const auto text = codec::base64url_decode(part);
  if (!text) return wrong(std::string(name) + " is no base64url");
  auto parsed = codec::parse_json(*text, name);
  if (!parsed || !parsed->is_object()) return wrong(std::string(name) + " is no JSON object");
  return std::move(parsed->get_object());
}

bool is_type_of_ours(std::string_view type) {
  return type.empty() || std::ranges::equal(type, std::string_view("jwt"), {}, codec::to_lower);
}

Result<> check_audience(const json::object& claims, std::string_view client_id) {
  const json::value* audience = claims.if_contains("aud");
  bool is_for_us = false;
  bool has_others = false;
  if (audience != nullptr && audience->is_string()) {
    is_for_us = audience->get_string() == client_id;
  } else if (audience != nullptr && audience->is_array()) {
    for (const json::value& one : audience->get_array()) {
      const bool is_us = one.is_string() && one.get_string() == client_id;
      (is_us ? is_for_us : has_others) = true;
    }
  }
  if (!is_for_us) return wrong("aud does not name this client");
  const std::string_view party = codec::text_member(claims, "azp");
  if ((has_others || claims.contains("azp")) && party != client_id)
    return wrong("azp is not this client");
  return {};
}

Result<> check_times(const json::object& claims, std::int64_t now_s) {
  const auto now = static_cast<double>(now_s);
  const auto expires = time_of(claims, "exp");
  if (!expires) return wrong("exp is missing");
  if (now >= *expires + kLeeway_s) return wrong("it has expired");
  const auto issued = time_of(claims, "iat");
  if (!issued) return wrong("iat is missing");
  if (*issued > now + kLeeway_s) return wrong("iat lies in the future");
  if (const auto begins = time_of(claims, "nbf"); begins && *begins > now + kLeeway_s)
    return wrong("nbf lies in the future");
  return {};
}

// The left half of the access token's digest, with the hash of the token's own signature
// (OpenID Connect Core §3.1.3.6); Ed25519 has SHA-512.
std::string half_digest(JwsAlgorithm algorithm, std::string_view text) {
  const EVP_MD* digest = algorithm == JwsAlgorithm::kEdDsa ? EVP_sha512() : EVP_sha256();
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes, &size, digest, nullptr) != 1) return {};
  return codec::base64url_encode({reinterpret_cast<const char*>(bytes), size / 2});
}

}  // namespace

Result<IdToken> parse_id_token(std::string_view token) {
  if (token.size() > kLongestToken) return wrong("it is longer than 32 KiB");
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return wrong("it has not three parts");
  const auto header = decode_part(token.substr(0, first), "header");
  if (!header) return std::unexpected(header.error());
  const std::string_view name = codec::text_member(*header, "alg");
  const auto algorithm = find_jws_algorithm(name);
  if (!algorithm) return wrong("the algorithm \"" + std::string(name) + "\" is not taken");
  if (header->contains("crit")) return wrong("it has critical extensions");
  if (!is_type_of_ours(codec::text_member(*header, "typ")))
    return wrong("it is another kind of token");
  auto signature = codec::base64url_decode(token.substr(second + 1));
  if (!signature) return wrong("the signature is no base64url");
  auto claims = decode_part(token.substr(first + 1, second - first - 1), "payload");
  if (!claims) return std::unexpected(std::move(claims.error()));
  return IdToken{
      .algorithm = *algorithm,
      .kid = std::string(codec::text_member(*header, "kid")),
      .signed_text = token.substr(0, second),
      .signature = std::move(*signature),
      .claims = std::move(*claims)
  };
}

Result<> check_claims(const IdToken& token, const IdTokenRules& rules) {
  const json::object& claims = token.claims;
  if (codec::text_member(claims, "iss") != rules.issuer) return wrong("iss is not the issuer");
  if (auto checked = check_audience(claims, rules.client_id); !checked) return checked;
  if (auto checked = check_times(claims, rules.now_s); !checked) return checked;
  if (rules.nonce.empty() ||
      !crypto::equal_in_constant_time(codec::text_member(claims, "nonce"), rules.nonce))
    return wrong("nonce is not that of this sign-in");
  const std::string_view subject = codec::text_member(claims, "sub");
  if (subject.empty() || subject.size() > kLongestSubject) return wrong("sub is missing");
  if (claims.contains("at_hash") &&
      codec::text_member(claims, "at_hash") != half_digest(token.algorithm, rules.access_token))
    return wrong("at_hash is not of the access token");
  return {};
}

}  // namespace noded::auth
