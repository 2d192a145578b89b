#include "modules/auth/oauth/json_web_keys.hpp"

#include "codec/json.hpp"
#include "codec/json_members.hpp"
#include "codec/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;
using passkey::PublicKey;

constexpr std::size_t kMostKeys = 64;
constexpr std::size_t kEs256Size = 64;  // r and s, RFC 7518 §3.4

struct AlgorithmRow {
  std::string_view name;  // RFC 7518 §3.1, RFC 8037 §3.1
  JwsAlgorithm algorithm;
  passkey::Algorithm signature;
};
constexpr std::array<AlgorithmRow, 3> kAlgorithms{
    {{"RS256", JwsAlgorithm::kRs256, passkey::Algorithm::kRs256},
     {"ES256", JwsAlgorithm::kEs256, passkey::Algorithm::kEs256},
     {"EdDSA", JwsAlgorithm::kEdDsa, passkey::Algorithm::kEdDsa}}
};

const AlgorithmRow& row_of(JwsAlgorithm algorithm) {
  return kAlgorithms[static_cast<std::size_t>(algorithm)];
}

std::string bytes_of(const json::object& object, std::string_view name) {
  return codec::base64url_decode(codec::text_member(object, name)).value_or(std::string());
}

std::optional<PublicKey> key_of(const json::object& jwk, JwsAlgorithm& algorithm) {
  const std::string_view type = codec::text_member(jwk, "kty");
  const std::string_view curve = codec::text_member(jwk, "crv");
  if (type == "RSA") {
    algorithm = JwsAlgorithm::kRs256;
    return PublicKey::rsa(bytes_of(jwk, "n"), bytes_of(jwk, "e"));
  }
  if (type == "EC" && curve == "P-256") {
    algorithm = JwsAlgorithm::kEs256;
    return PublicKey::on_curve(passkey::Curve::kP256, bytes_of(jwk, "x"), bytes_of(jwk, "y"));
  }
  if (type == "OKP" && curve == "Ed25519") {
    algorithm = JwsAlgorithm::kEdDsa;
    return PublicKey::edwards(passkey::EdwardsCurve::kEd25519, bytes_of(jwk, "x"));
  }
  return std::nullopt;
}

void append_integer(std::string& der, std::string_view big_endian) {
  while (big_endian.size() > 1 && big_endian.front() == '\0')
    big_endian.remove_prefix(1);
  const bool is_negative = (static_cast<unsigned char>(big_endian.front()) & 0x80U) != 0;
  der += '\x02';
  der += static_cast<char>(big_endian.size() + (is_negative ? 1 : 0));
  if (is_negative) der += '\0';
  der += big_endian;
}

// OpenSSL takes ECDSA signatures as ASN.1; at most 72 bytes, so that lengths take one.
std::string der_of(std::string_view raw) {
  std::string integers;
  append_integer(integers, raw.substr(0, kEs256Size / 2));
  append_integer(integers, raw.substr(kEs256Size / 2));
  return "\x30" + std::string(1, static_cast<char>(integers.size())) + integers;
}

}  // namespace

std::optional<JwsAlgorithm> find_jws_algorithm(std::string_view name) noexcept {
  for (const AlgorithmRow& row : kAlgorithms) {
    if (row.name == name) return row.algorithm;
  }
  return std::nullopt;
}

Result<JsonWebKeys> JsonWebKeys::parse(std::string_view text) {
  const auto parsed = codec::parse_json(text, "key set");
  if (!parsed) return std::unexpected(parsed.error());
  const json::value* list =
      parsed->is_object() ? parsed->get_object().if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array())
    return fail(Errc::kInvalid, "the key set has no list of keys");
  if (list->get_array().size() > kMostKeys)
    return fail(Errc::kInvalid, "the key set has more than 64 keys");
  JsonWebKeys keys;
  for (const json::value& value : list->get_array()) {
    if (!value.is_object()) continue;
    const json::object& jwk = value.get_object();
    if (const std::string_view use = codec::text_member(jwk, "use"); !use.empty() && use != "sig")
      continue;
    JwsAlgorithm algorithm{};
    auto key = key_of(jwk, algorithm);
    const std::string_view named = codec::text_member(jwk, "alg");
    if (!key || (!named.empty() && named != row_of(algorithm).name)) continue;
    keys.keys_.push_back(
        {.kid = std::string(codec::text_member(jwk, "kid")),
         .algorithm = algorithm,
         .key = std::move(*key)}
    );
  }
  return keys;
}

const JsonWebKeys::Key* JsonWebKeys::find(JwsAlgorithm algorithm, std::string_view kid) const {
  const Key* found = nullptr;
  for (const Key& key : keys_) {
    if (key.algorithm != algorithm || (!kid.empty() && key.kid != kid)) continue;
    if (found != nullptr) return nullptr;  // which one is meant cannot be told
    found = &key;
  }
  return found;
}

JsonWebKeys::Verdict JsonWebKeys::verify(
    JwsAlgorithm algorithm, std::string_view kid, std::string_view data, std::string_view signature
) const {
  const Key* key = find(algorithm, kid);
  if (key == nullptr) return Verdict::kUnknownKey;
  std::string der;
  if (algorithm == JwsAlgorithm::kEs256) {
    if (signature.size() != kEs256Size) return Verdict::kBadSignature;
    der = der_of(signature);
    signature = der;
  }
  return key->key.verify(row_of(algorithm).signature, data, signature) ? Verdict::kGood
                                                                       : Verdict::kBadSignature;
}

}  // namespace noded::auth
