#include "crypto/passkey/public_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <utility>

namespace noded::passkey {
namespace {

constexpr std::size_t kEd25519Size = 32;
constexpr std::size_t kEd448Size = 57;
constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;
constexpr std::size_t kMaxExponentSize = 8;

struct AlgorithmRow {
  Algorithm algorithm;
  int key_type;  // EVP_PKEY_…
  const EVP_MD* (*digest)();
};
constexpr std::array<AlgorithmRow, 9> kAlgorithms = {{
    {Algorithm::kEs256, EVP_PKEY_EC, &EVP_sha256},
    {Algorithm::kEdDsa, EVP_PKEY_ED25519, nullptr},
    {Algorithm::kEs384, EVP_PKEY_EC, &EVP_sha384},
    {Algorithm::kEs512, EVP_PKEY_EC, &EVP_sha512},
    {Algorithm::kEd448, EVP_PKEY_ED448, nullptr},
    {Algorithm::kRs256, EVP_PKEY_RSA, &EVP_sha256},
    {Algorithm::kRs384, EVP_PKEY_RSA, &EVP_sha384},
    {Algorithm::kRs512, EVP_PKEY_RSA, &EVP_sha512},
    {Algorithm::kRs1, EVP_PKEY_RSA, &EVP_sha1},
}};

struct CurveRow {
  Curve curve;
  const char* name;  // OpenSSL's
  std::size_t size;
};
constexpr std::array<CurveRow, 3> kCurves = {{
    {Curve::kP256, "prime256v1", 32},
    {Curve::kP384, "secp384r1", 48},
    {Curve::kP521, "secp521r1", 66},
}};

const AlgorithmRow& row_of(Algorithm algorithm) {
  return *std::ranges::find(kAlgorithms, algorithm, &AlgorithmRow::algorithm);
}

const CurveRow& row_of(Curve curve) {
  return kCurves[static_cast<std::size_t>(curve)];
}

Handle<EVP_PKEY, EVP_PKEY_free> make_key(const char* type, OSSL_PARAM* parameters) {
  const Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)
  );
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    return nullptr;
  }
  return Handle<EVP_PKEY, EVP_PKEY_free>(key);
}

// A key of the curve without its point, to be copied: making the curve anew takes four times as
// long. Null if OpenSSL does not know it.
EVP_PKEY* curve_parameters(const CurveRow& row) {
  static const auto kParameters = [] {
    std::array<Handle<EVP_PKEY, EVP_PKEY_free>, kCurves.size()> made;
    for (std::size_t i = 0; i < made.size(); ++i) {
      const Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(
          EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)
      );
      EVP_PKEY* key = nullptr;
      if (context && EVP_PKEY_paramgen_init(context.get()) == 1 &&
          EVP_PKEY_CTX_set_group_name(context.get(), kCurves[i].name) == 1 &&
          EVP_PKEY_paramgen(context.get(), &key) == 1) {
        made[i].reset(key);
      }
    }
    return made;
  }();
  return kParameters[static_cast<std::size_t>(row.curve)].get();
}

// A key of each curve that nobody needs any more, to be given another point: a copy takes several
// times as long.
std::atomic<EVP_PKEY*>& spare_of(Curve curve) noexcept {
  static constinit std::array<std::atomic<EVP_PKEY*>, kCurves.size()> spare_keys{};
  return spare_keys[static_cast<std::size_t>(curve)];
}

// RFC 8032 §5.2.2: y, little-endian and with x's lowest bit above it, is below the field's prime,
// 2^448 - 2^224 - 1. The points of order 1, 2 and 4 are those with y of 1, -1 and 0.
bool is_good_ed448(std::string_view point) {
  static const std::string kOne = std::string(kEd448Size - 2, '\0') + '\x01';
  static const std::string kMinusOne =
      std::string(27, '\xff') + '\xfe' + std::string(27, '\xff') + '\xfe';
  if ((point.back() & 0x7f) != 0) return false;
  const std::string y(point.rbegin() + 1, point.rend());
  return y > kOne && y < kMinusOne;
}

}  // namespace

std::optional<Algorithm> find_algorithm(std::int64_t identifier) noexcept {
  for (const AlgorithmRow& row : kAlgorithms) {
    if (static_cast<std::int64_t>(row.algorithm) == identifier) return row.algorithm;
  }
  return std::nullopt;
}

const EVP_MD* digest_of(Algorithm algorithm) noexcept {
  const auto& row = row_of(algorithm);
  return row.digest ? row.digest() : nullptr;
}

std::size_t coordinate_size(Curve curve) noexcept {
  return row_of(curve).size;
}

PublicKey::Key PublicKey::make_on(Curve curve) {
  EVP_PKEY* key = spare_of(curve).exchange(nullptr);
  if (key == nullptr) key = EVP_PKEY_dup(curve_parameters(row_of(curve)));
  return {key, Release{curve}};
}

void PublicKey::Release::operator()(EVP_PKEY* key) const noexcept {
  if (made_on) key = spare_of(*made_on).exchange(key);
  EVP_PKEY_free(key);
}

std::optional<PublicKey> PublicKey::on_curve(Curve curve, std::string_view x, std::string_view y) {
  const QuietErrors quiet;
  const CurveRow& row = row_of(curve);
  if (x.size() != row.size || y.size() != row.size) return std::nullopt;
  const std::string point = std::string(1, '\x04').append(x).append(y);
  Key key = make_on(curve);
  // Refuses a point off the curve.
  if (!key || EVP_PKEY_set1_encoded_public_key(key.get(), bytes_of(point), point.size()) != 1) {
    return std::nullopt;
  }
  return PublicKey(std::move(key), curve);
}

std::optional<PublicKey> PublicKey::edwards(EdwardsCurve curve, std::string_view point) {
  const QuietErrors quiet;
  const bool is_short = curve == EdwardsCurve::kEd25519;
  if (point.size() != (is_short ? kEd25519Size : kEd448Size)) return std::nullopt;
  const bool is_good =
      is_short ? crypto_core_ed25519_is_valid_point(bytes_of(point)) == 1 : is_good_ed448(point);
  if (!is_good) return std::nullopt;
  const int type = is_short ? EVP_PKEY_ED25519 : EVP_PKEY_ED448;
  Key key(EVP_PKEY_new_raw_public_key(type, nullptr, bytes_of(point), point.size()));
  if (!key) return std::nullopt;
  return PublicKey(std::move(key), std::nullopt);
}

std::optional<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  const QuietErrors quiet;
  const auto is_odd_number = [](std::string_view number) {
    return !number.empty() && number.front() != '\0' && (number.back() & 1) != 0;
  };
  if (!is_odd_number(modulus) || !is_odd_number(exponent)) return std::nullopt;
  if (modulus.size() > kMaxRsaBits / 8 || exponent.size() > kMaxExponentSize) return std::nullopt;
  if (exponent == "\x01") return std::nullopt;
  const auto number_of = [](std::string_view bytes) {
    return Handle<BIGNUM, BN_free>(
        BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr)
    );
  };
  const auto n = number_of(modulus);
  const auto e = number_of(exponent);
  if (!n || !e || BN_num_bits(n.get()) < kMinRsaBits) return std::nullopt;
  const Handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return std::nullopt;
  }
  const Handle<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  Key key(make_key("RSA", parameters.get()).release());
  if (!key) return std::nullopt;
  return PublicKey(std::move(key), std::nullopt);
}

std::optional<PublicKey> PublicKey::share(EVP_PKEY* key) {
  const QuietErrors quiet;
  if (!key) return std::nullopt;
  const int type = EVP_PKEY_get_base_id(key);
  if (std::ranges::find(kAlgorithms, type, &AlgorithmRow::key_type) == kAlgorithms.end()) {
    return std::nullopt;
  }
  std::optional<Curve> curve;
  if (type == EVP_PKEY_EC) {
    std::array<char, 64> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return std::nullopt;
    const auto row =
        std::ranges::find(kCurves, std::string_view(name.data(), size), [](const CurveRow& r) {
          return std::string_view(r.name);
        });
    if (row == kCurves.end()) return std::nullopt;
    curve = row->curve;
  }
  if (EVP_PKEY_up_ref(key) != 1) return std::nullopt;
  return PublicKey(Key(key), curve);
}

bool PublicKey::verify(Algorithm algorithm, std::string_view data, std::string_view signature)
    const {
  const QuietErrors quiet;
  const AlgorithmRow& row = row_of(algorithm);
  if (EVP_PKEY_get_base_id(key_.get()) != row.key_type || signature.empty()) return false;
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  const EVP_MD* digest = digest_of(algorithm);
  return context &&
         EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(
             context.get(), bytes_of(signature), signature.size(), bytes_of(data), data.size()
         ) == 1;
}

bool PublicKey::operator==(const PublicKey& other) const noexcept {
  const QuietErrors quiet;
  return EVP_PKEY_eq(key_.get(), other.key_.get()) == 1;
}

}  // namespace noded::passkey
