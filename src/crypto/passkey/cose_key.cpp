#include "crypto/passkey/cose_key.hpp"

#include <algorithm>
#include <array>

namespace noded::passkey {
namespace {

using codec::CborValue;

// Labels of COSE_Key's members; those below 0 depend on the key's type.
constexpr std::int64_t kKeyType = 1;
constexpr std::int64_t kAlgorithmLabel = 3;
constexpr std::int64_t kCurveLabel = -1;
constexpr std::int64_t kX = -2;
constexpr std::int64_t kY = -3;
constexpr std::int64_t kModulus = -1;
constexpr std::int64_t kExponent = -2;

constexpr std::int64_t kOkp = 1;  // values of kKeyType
constexpr std::int64_t kEc2 = 2;
constexpr std::int64_t kRsa = 3;

constexpr std::string_view kUsualExponent("\x01\x00\x01", 3);

auto refuse_key(const char* why) {
  return refuse(RefusalCode::kAttestationInvalid, why);
}

// What each algorithm's key has to be.
struct Shape {
  Algorithm algorithm;
  std::int64_t key_type;
  std::int64_t curve;  // COSE's number; 0 for RSA
  std::size_t members;
};
constexpr std::array<Shape, 6> kShapes = {{
    {Algorithm::kEs256, kEc2, 1, 5},
    {Algorithm::kEs384, kEc2, 2, 5},
    {Algorithm::kEs512, kEc2, 3, 5},
    {Algorithm::kEdDsa, kOkp, 6, 4},
    {Algorithm::kEd448, kOkp, 7, 4},
    {Algorithm::kRs256, kRsa, 0, 4},
}};

std::optional<std::string_view> bytes_at(const CborValue& value, std::int64_t label) {
  const CborValue* found = value.find(label);
  return found ? found->bytes() : std::nullopt;
}

bool is_integer(const CborValue& value, std::int64_t label, std::int64_t expected) {
  const CborValue* found = value.find(label);
  return found && found->integer() == expected;
}

Verdict<CoseKey> read_point(const CborValue& value, const Shape& shape) {
  const auto x = bytes_at(value, kX);
  const auto y = bytes_at(value, kY);
  if (!x || !y) return refuse_key("the key lacks a coordinate");
  auto key = PublicKey::on_curve(static_cast<Curve>(shape.curve - 1), *x, *y);
  if (!key) return refuse_key("the key is no point of its curve");
  CoseKey result{.algorithm = shape.algorithm, .key = std::move(*key), .point = "\x04"};
  result.point.append(*x).append(*y);
  return result;
}

Verdict<CoseKey> read_edwards(const CborValue& value, const Shape& shape) {
  const auto point = bytes_at(value, kX);
  if (!point) return refuse_key("the key lacks its point");
  const bool is_short = shape.algorithm == Algorithm::kEdDsa;
  auto key = PublicKey::edwards(is_short ? EdwardsCurve::kEd25519 : EdwardsCurve::kEd448, *point);
  if (!key) return refuse_key("the key is no point of its curve, or of small order");
  return CoseKey{.algorithm = shape.algorithm, .key = std::move(*key), .point = {}};
}

Verdict<CoseKey> read_rsa(const CborValue& value, const Shape& shape) {
  const auto modulus = bytes_at(value, kModulus);
  const auto exponent = bytes_at(value, kExponent);
  if (!modulus || !exponent) return refuse_key("the key lacks its modulus or exponent");
  auto key = PublicKey::rsa(*modulus, *exponent);
  if (!key) return refuse_key("the RSA key is of a size or exponent that is not allowed");
  return CoseKey{
      .algorithm = shape.algorithm,
      .key = std::move(*key),
      .point = {},
      .has_usual_exponent = *exponent == kUsualExponent
  };
}

}  // namespace

Verdict<CoseKey> read_cose_key(const CborValue& value) {
  const CborValue::Map* map = value.map();
  if (!map) return refuse_key("the key is no map");
  const CborValue* algorithm = value.find(kAlgorithmLabel);
  const auto identifier = algorithm ? algorithm->integer() : std::nullopt;
  if (!identifier) return refuse_key("the key does not name its algorithm");
  const auto shape = std::ranges::find_if(kShapes, [&](const Shape& candidate) {
    return static_cast<std::int64_t>(candidate.algorithm) == *identifier;
  });
  if (shape == kShapes.end()) {
    return refuse(
        RefusalCode::kAlgorithmNotAllowed,
        "no credential may have the algorithm " + std::to_string(*identifier)
    );
  }
  if (!is_integer(value, kKeyType, shape->key_type)) {
    return refuse_key("the key's type is not its algorithm's");
  }
  if (shape->key_type != kRsa && !is_integer(value, kCurveLabel, shape->curve)) {
    return refuse_key("the key's curve is not its algorithm's");
  }
  if (map->size() != shape->members) return refuse_key("the key has further members, or too few");
  if (shape->key_type == kEc2) return read_point(value, *shape);
  if (shape->key_type == kOkp) return read_edwards(value, *shape);
  return read_rsa(value, *shape);
}

Verdict<CoseKey> parse_cose_key(std::string_view bytes) {
  const auto value = codec::parse_cbor(bytes);
  if (!value) return refuse(RefusalCode::kAttestationInvalid, value.error().message);
  return read_cose_key(*value);
}

}  // namespace noded::passkey
