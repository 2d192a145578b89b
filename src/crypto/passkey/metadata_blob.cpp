// The JWS around the metadata (RFC 7515; FIDO Metadata Service §3.1.7).
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/passkey/metadata.hpp"
#include "crypto/passkey/public_key.hpp"

#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include <optional>
#include <vector>

namespace noded::passkey {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxBlob = 64 * 1024 * 1024;
constexpr std::size_t kMaxChain = 8;
constexpr std::size_t kHalf = 32;  // of an ES256 signature: r, then s (RFC 7518 §3.4)

auto refuse_blob(const char* why) {
  return fail(Errc::kInvalid, std::string("the metadata blob ") + why);
}

struct Header {
  Algorithm algorithm = Algorithm::kRs256;
  std::vector<Certificate> chain;
};

std::optional<Algorithm> algorithm_of(const json::object& header) {
  const json::value* name = header.if_contains("alg");
  if (!name || !name->is_string()) return std::nullopt;
  if (name->get_string() == "RS256") return Algorithm::kRs256;
  if (name->get_string() == "ES256") return Algorithm::kEs256;
  return std::nullopt;
}

std::vector<Certificate> chain_of(const json::object& header) {
  const json::value* value = header.if_contains("x5c");
  const json::array* items = value ? value->if_array() : nullptr;
  if (!items || items->size() > kMaxChain) return {};
  std::vector<Certificate> chain;
  for (const json::value& item : *items) {
    const auto der =
        item.is_string() ? codec::base64_decode(std::string_view(item.get_string())) : std::nullopt;
    auto certificate = der ? Certificate::parse(*der) : std::nullopt;
    if (!certificate) return {};
    chain.push_back(std::move(*certificate));
  }
  return chain;
}

Result<Header> read_header(std::string_view encoded) {
  const auto text = codec::base64url_decode(encoded);
  if (!text) return refuse_blob("is no JWS: its header is no base64url");
  const auto parsed = codec::parse_json(*text, "the metadata blob's header");
  if (!parsed) return std::unexpected(parsed.error());
  const json::object* object = parsed->if_object();
  if (!object || object->contains("crit")) return refuse_blob("has a header that is not known");
  const auto algorithm = algorithm_of(*object);
  if (!algorithm) return refuse_blob("is signed neither with RS256 nor with ES256");
  Header header{.algorithm = *algorithm, .chain = chain_of(*object)};
  if (header.chain.empty()) return refuse_blob("has no certificates in x5c, or bad ones");
  return header;
}

// ECDSA signatures are pairs of numbers in a JWS and DER elsewhere.
std::string der_of(std::string_view pair) {
  const QuietErrors quiet;
  if (pair.size() != 2 * kHalf) return {};
  const auto number = [](std::string_view bytes) {
    return BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr);
  };
  const Handle<ECDSA_SIG, ECDSA_SIG_free> signature(ECDSA_SIG_new());
  BIGNUM* r = number(pair.substr(0, kHalf));
  BIGNUM* s = number(pair.substr(kHalf));
  if (!signature || ECDSA_SIG_set0(signature.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* encoded = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &encoded);
  if (size < 0) return {};
  std::string der(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size));
  OPENSSL_free(encoded);
  return der;
}

bool is_signed(const Header& header, std::string_view data, std::string_view signature) {
  const auto key = header.chain.front().key();
  if (!key) return false;
  if (header.algorithm == Algorithm::kRs256) return key->verify(header.algorithm, data, signature);
  return key->curve() == Curve::kP256 && key->verify(header.algorithm, data, der_of(signature));
}

bool is_for(const Certificate& leaf, const std::string& host) {
  const QuietErrors quiet;
  return X509_check_host(leaf.handle(), host.data(), host.size(), 0, nullptr) == 1;
}

}  // namespace

Result<Metadata> Metadata::read(
    std::string_view blob, const TrustAnchors& roots, WallTime now, const MetadataRules& rules
) {
  while (!blob.empty() && (blob.back() == '\n' || blob.back() == '\r'))
    blob.remove_suffix(1);
  if (blob.size() > kMaxBlob) return refuse_blob("is over 64 MiB");
  const std::size_t first = blob.find('.');
  const std::size_t second = blob.find('.', first == std::string_view::npos ? first : first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) {
    return refuse_blob("is no JWS: it has not three parts");
  }
  const auto header = read_header(blob.substr(0, first));
  if (!header) return std::unexpected(header.error());
  const auto signature = codec::base64url_decode(blob.substr(second + 1));
  if (!signature || !is_signed(*header, blob.substr(0, second), *signature)) {
    return refuse_blob("has a signature that does not match");
  }
  if (!is_for(header->chain.front(), rules.signer)) {
    return refuse_blob("is signed by another than its publisher");
  }
  if (!roots.trusts(header->chain, now)) return refuse_blob("does not lead to the pinned root");

  const auto payload = codec::base64url_decode(blob.substr(first + 1, second - first - 1));
  if (!payload) return refuse_blob("is no JWS: its payload is no base64url");
  auto metadata = parse(*payload);
  if (metadata && metadata->number() < rules.lowest_number) {
    return fail(
        Errc::kConflict,
        "the metadata blob has the number " + std::to_string(metadata->number()) + "; number " +
            std::to_string(rules.lowest_number) + " was used before"
    );
  }
  return metadata;
}

}  // namespace noded::passkey
