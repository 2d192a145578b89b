#include "crypto/passkey/tpm_structures.hpp"

#include <array>
#include <string>

namespace noded::passkey {
namespace {

// Part 2, §6.2 TPM_GENERATED, §6.9 TPM_ST, §6.3 TPM_ALG_ID, §6.4 TPM_ECC_CURVE.
constexpr std::uint32_t kGenerated = 0xff544347;
constexpr std::uint16_t kAttestCertify = 0x8017;
constexpr std::uint16_t kRsa = 0x0001;
constexpr std::uint16_t kSha1 = 0x0004;
constexpr std::uint16_t kSha256 = 0x000b;
constexpr std::uint16_t kSha384 = 0x000c;
constexpr std::uint16_t kSha512 = 0x000d;
constexpr std::uint16_t kNull = 0x0010;
constexpr std::uint16_t kRsaEs = 0x0015;  // the one scheme without a hash
constexpr std::uint16_t kEcDaa = 0x001a;  // has a count besides its hash
constexpr std::uint16_t kEcc = 0x0023;
constexpr std::uint16_t kNistP256 = 0x0003;
constexpr std::uint16_t kNistP521 = 0x0005;

constexpr std::size_t kClockSize = 8 + 4 + 4 + 1;
constexpr std::size_t kFirmwareVersionSize = 8;
constexpr std::string_view kUsualExponent("\x01\x00\x01", 3);  // what an exponent of 0 stands for

// Big-endian fields, one after the other. Once one is missing, it is not good any more and gives
// zeros.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  bool is_whole() const { return is_good_ && rest_.empty(); }

  std::string_view take(std::size_t size) {
    is_good_ = is_good_ && size <= rest_.size();
    if (!is_good_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint16_t number16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t number32() { return number(4); }
  std::string_view sized() { return take(number16()); }  // TPM2B_…

 private:
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const char byte : take(size))
      value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }

  std::string_view rest_;
  bool is_good_ = true;
};

// TPMT_SYM_DEF_OBJECT: of a key that encrypts nothing it is null.
void skip_symmetric(Fields& fields) {
  if (fields.number16() != kNull) fields.take(2 + 2);  // key bits, mode
}

void skip_scheme(Fields& fields) {
  const std::uint16_t scheme = fields.number16();
  if (scheme != kNull && scheme != kRsaEs) fields.take(2);
  if (scheme == kEcDaa) fields.take(2);
}

// A number without the zeros before it.
std::string_view trimmed(std::string_view number) {
  const std::size_t first = number.find_first_not_of('\0');
  return first == std::string_view::npos ? std::string_view() : number.substr(first);
}

std::optional<PublicKey> take_rsa(Fields& fields) {
  skip_symmetric(fields);
  skip_scheme(fields);
  fields.number16();  // key bits: the modulus tells
  const std::string_view exponent = trimmed(fields.take(4));
  const std::string_view modulus = trimmed(fields.sized());
  if (!fields.is_whole()) return std::nullopt;
  return PublicKey::rsa(modulus, exponent.empty() ? kUsualExponent : exponent);
}

std::optional<PublicKey> take_ecc(Fields& fields) {
  skip_symmetric(fields);
  skip_scheme(fields);
  const std::uint16_t curve_number = fields.number16();
  if (fields.number16() != kNull) fields.take(2);  // how it would derive keys
  std::string x(trimmed(fields.sized()));
  std::string y(trimmed(fields.sized()));
  if (!fields.is_whole() || curve_number < kNistP256 || curve_number > kNistP521) {
    return std::nullopt;
  }
  const auto curve = static_cast<Curve>(curve_number - kNistP256);
  const std::size_t size = coordinate_size(curve);
  if (x.size() > size || y.size() > size) return std::nullopt;
  x.insert(0, size - x.size(), '\0');
  y.insert(0, size - y.size(), '\0');
  return PublicKey::on_curve(curve, x, y);
}

}  // namespace

std::optional<TpmCertification> parse_tpm_certification(std::string_view bytes) {
  Fields fields(bytes);
  if (fields.number32() != kGenerated || fields.number16() != kAttestCertify) return std::nullopt;
  fields.sized();  // the signer's qualified name
  TpmCertification certification;
  certification.extra_data = fields.sized();
  fields.take(kClockSize + kFirmwareVersionSize);
  certification.name = fields.sized();
  fields.sized();  // the object's qualified name
  if (!fields.is_whole()) return std::nullopt;
  return certification;
}

std::optional<TpmPublicArea> parse_tpm_public_area(std::string_view bytes) {
  Fields fields(bytes);
  const std::uint16_t type = fields.number16();
  const std::uint16_t name_hash = fields.number16();
  fields.number32();  // attributes
  fields.sized();     // policy
  std::optional<PublicKey> key;
  if (type == kRsa) key = take_rsa(fields);
  if (type == kEcc) key = take_ecc(fields);
  if (!key) return std::nullopt;
  return TpmPublicArea{.name_hash = name_hash, .key = std::move(*key)};
}

const EVP_MD* tpm_digest(std::uint16_t algorithm) noexcept {
  switch (algorithm) {
    case kSha1:
      return EVP_sha1();
    case kSha256:
      return EVP_sha256();
    case kSha384:
      return EVP_sha384();
    case kSha512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

}  // namespace noded::passkey
