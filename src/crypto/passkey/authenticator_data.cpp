#include "crypto/passkey/authenticator_data.hpp"

#include <algorithm>

namespace noded::passkey {
namespace {

constexpr std::size_t kHashSize = 32;
constexpr std::size_t kFixedSize = kHashSize + 1 + 4;
constexpr std::size_t kAaguidSize = 16;

constexpr unsigned kUserPresent = 0x01;
constexpr unsigned kUserVerified = 0x04;
constexpr unsigned kBackupEligible = 0x08;
constexpr unsigned kBackedUp = 0x10;
constexpr unsigned kAttested = 0x40;
constexpr unsigned kExtensions = 0x80;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes)
    number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

// Takes the attested credential from the front of `rest`.
std::expected<AttestedCredential, std::string> take_attested(std::string_view& rest) {
  if (rest.size() < kAaguidSize + 2) {
    return std::unexpected("the authenticator data ends within the attested credential");
  }
  AttestedCredential credential;
  std::ranges::copy(rest.substr(0, kAaguidSize), credential.aaguid.begin());
  const std::size_t id_size = big_endian(rest.substr(kAaguidSize, 2));
  rest.remove_prefix(kAaguidSize + 2);
  if (rest.size() < id_size) {
    return std::unexpected("the authenticator data ends within the credential's id");
  }
  credential.id = rest.substr(0, id_size);
  rest.remove_prefix(id_size);
  auto key = codec::parse_cbor_front(rest);
  if (!key) return std::unexpected("the credential's key: " + key.error().message);
  credential.key_bytes = rest.substr(0, key->size);
  credential.key = std::move(key->value);
  rest.remove_prefix(key->size);
  return credential;
}

}  // namespace

Verdict<AuthenticatorData> parse_authenticator_data(std::string_view bytes, RefusalCode code) {
  if (bytes.size() < kFixedSize) return refuse(code, "the authenticator data is too short");
  const auto flags = static_cast<unsigned char>(bytes[kHashSize]);
  AuthenticatorData data{
      .rp_id_hash = bytes.substr(0, kHashSize),
      .user_present = (flags & kUserPresent) != 0,
      .user_verified = (flags & kUserVerified) != 0,
      .backup_eligible = (flags & kBackupEligible) != 0,
      .backed_up = (flags & kBackedUp) != 0,
      .sign_count = big_endian(bytes.substr(kHashSize + 1, 4)),
      .attested = std::nullopt
  };
  std::string_view rest = bytes.substr(kFixedSize);
  if ((flags & kAttested) != 0) {
    auto attested = take_attested(rest);
    if (!attested) return refuse(code, std::move(attested.error()));
    data.attested = std::move(*attested);
  }
  if ((flags & kExtensions) != 0) {
    const auto extensions = codec::parse_cbor_front(rest);
    if (!extensions) return refuse(code, "the extension outputs: " + extensions.error().message);
    if (!extensions->value.map()) return refuse(code, "the extension outputs are no map");
    rest.remove_prefix(extensions->size);
  }
  if (!rest.empty()) return refuse(code, "more bytes after the authenticator data");
  return data;
}

}  // namespace noded::passkey
