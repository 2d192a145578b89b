#include "crypto/jwt.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"

#include <array>
#include <optional>

namespace noded::crypto {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxToken = 8 * 1024;
constexpr std::int64_t kSkew_s = 60;  // how far ahead another machine's clock may be

// The protected header of each algorithm, and as it stands encoded in nearly every token.
struct Header {
  std::string_view algorithm;
  std::string_view encoded;
};
constexpr std::array<Header, 3> kHeaders = {{
    {"HS256", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"},  // {"alg":"HS256","typ":"JWT"}
    {"HS384", "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9"},
    {"HS512", "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9"},
}};

const Header& header_of(Digest digest) {
  return kHeaders[static_cast<std::size_t>(digest)];
}

auto refuse(const char* why) {
  return fail(Errc::kUnauthorized, why);
}

struct Parts {
  std::string_view header, payload, signature;
  std::string_view signed_text;  // header.payload
};

std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return Parts{
      .header = token.substr(0, first),
      .payload = token.substr(first + 1, second - first - 1),
      .signature = token.substr(second + 1),
      .signed_text = token.substr(0, second),
  };
}

// Whether the header names the configured algorithm, and nothing that a verifier must understand
// (RFC 7515 §4.1.11).
bool is_header_of(Digest digest, std::string_view encoded) {
  if (encoded == header_of(digest).encoded) return true;
  const auto text = codec::base64url_decode(encoded);
  if (!text) return false;
  const auto parsed = codec::parse_json(*text, "the token's header");
  if (!parsed || !parsed->is_object()) return false;
  const json::object& header = parsed->get_object();
  if (header.contains("crit")) return false;
  const json::value* algorithm = header.if_contains("alg");
  return algorithm && algorithm->is_string() &&
         algorithm->get_string() == header_of(digest).algorithm;
}

// NumericDate of a claim. False when it is there and no number.
bool read_time(const json::object& claims, std::string_view name, std::optional<double>& time) {
  const json::value* claim = claims.if_contains(name);
  if (!claim) return true;
  if (!claim->is_number()) return false;
  time = claim->to_number<double>();
  return true;
}

Result<> check_claims(const JwtRules& rules, const json::object& claims, std::int64_t now_s) {
  std::optional<double> expires, not_before, issued;
  if (!read_time(claims, "exp", expires) || !read_time(claims, "nbf", not_before) ||
      !read_time(claims, "iat", issued)) {
    return refuse("the token holds a time that is no number");
  }
  const auto now = static_cast<double>(now_s);
  const auto soon = static_cast<double>(now_s + kSkew_s);
  if (expires && *expires <= now) return refuse("the token has expired");
  if (not_before && *not_before > soon) return refuse("the token is not valid yet");
  if (issued && *issued > soon) return refuse("the token was issued in the future");
  if (rules.issuer.empty()) return {};
  const json::value* issuer = claims.if_contains("iss");
  if (!issuer || !issuer->is_string() || std::string_view(issuer->get_string()) != rules.issuer) {
    return refuse("the token is of another issuer");
  }
  return {};
}

// The members of an object's text, without braces and the space around them.
std::string_view members_of(std::string_view object) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t open = object.find('{');
  const std::size_t close = object.rfind('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  object = object.substr(open + 1, close - open - 1);
  const std::size_t first = object.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return object.substr(first, object.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::string sign_jwt(const JwtRules& rules, std::string_view claims, std::int64_t now_s) {
  std::string payload = "{";
  payload += members_of(claims);
  if (payload.size() > 1) payload += ',';
  payload += "\"iat\":";
  codec::append_json_integer(payload, now_s);
  if (!rules.issuer.empty()) {
    payload += ",\"iss\":";
    codec::append_json_string(payload, rules.issuer);
  }
  if (rules.lifetime_s != 0) {
    payload += ",\"exp\":";
    codec::append_json_integer(payload, now_s + rules.lifetime_s);
  }
  payload += '}';
  std::string token(header_of(rules.digest).encoded);
  token += '.';
  token += codec::base64url_encode(payload);
  const std::string signature = hmac(rules.digest, rules.secret, token);
  token += '.';
  token += codec::base64url_encode(signature);
  return token;
}

Result<std::string> verify_jwt(const JwtRules& rules, std::string_view token, std::int64_t now_s) {
  if (rules.secret.empty()) return refuse("no secret is configured");
  if (token.size() > kMaxToken) return refuse("the token is too long");
  const auto parts = split(token);
  if (!parts) return refuse("the token is malformed");
  if (!is_header_of(rules.digest, parts->header))
    return refuse("the token's algorithm is not the configured one");
  const auto signature = codec::base64url_decode(parts->signature);
  if (!signature ||
      !equal_in_constant_time(*signature, hmac(rules.digest, rules.secret, parts->signed_text))) {
    return refuse("the token's signature does not match");
  }
  auto payload = codec::base64url_decode(parts->payload);
  if (!payload) return refuse("the token is malformed");
  const auto claims = codec::parse_json(*payload, "the token");
  if (!claims || !claims->is_object()) return refuse("the token is malformed");
  if (const auto checked = check_claims(rules, claims->get_object(), now_s); !checked) {
    return std::unexpected(checked.error());
  }
  return std::move(*payload);
}

}  // namespace noded::crypto
