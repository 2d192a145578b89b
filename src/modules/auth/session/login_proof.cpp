#include "modules/auth/session/login_proof.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <bit>

namespace noded::auth {
namespace {

// A challenge: 4 bytes time in seconds (big-endian), random bytes, MAC. With a nonce of up to 12
// characters its text is one block of SHA-256.
constexpr std::size_t kTimeSize = 4;
constexpr std::size_t kRandomSize = 12;
constexpr std::size_t kMacSize = 16;
constexpr std::size_t kHeadSize = kTimeSize + kRandomSize;
constexpr std::size_t kChallengeSize = 43;  // characters
constexpr std::size_t kLongestNonce = 32;
constexpr std::size_t kKeySize = 32;

bool is_of_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

std::int64_t time_in(std::string_view head) {
  std::int64_t time = 0;
  for (const char byte : head.substr(0, kTimeSize))
    time = time << 8 | static_cast<unsigned char>(byte);
  return time;
}

}  // namespace

std::optional<LoginProof> parse_login_proof(std::string_view text) noexcept {
  if (text.size() < kChallengeSize + 2 || text[kChallengeSize] != '.') return std::nullopt;
  const LoginProof proof{
      .challenge = text.substr(0, kChallengeSize), .nonce = text.substr(kChallengeSize + 1)
  };
  if (proof.nonce.size() > kLongestNonce) return std::nullopt;
  if (!std::ranges::all_of(proof.challenge, is_of_base64url)) return std::nullopt;
  if (!std::ranges::all_of(proof.nonce, is_of_base64url)) return std::nullopt;
  return proof;
}

bool shows_work(const LoginProof& proof, unsigned bits) {
  const std::string digest = crypto::sha256(std::string(proof.challenge).append(proof.nonce));
  unsigned zeros = 0;
  for (const char c : digest) {
    const auto byte = static_cast<unsigned char>(c);
    zeros += static_cast<unsigned>(std::countl_zero(byte));
    if (byte != 0) break;
  }
  return zeros >= bits;
}

std::string to_json(const ProofDemand& demand) {
  return codec::to_json_text(boost::json::object{
      {"challenge", demand.challenge},
      {"bits", demand.bits},
      {"algorithm", "sha256"},
      {"expires_in", demand.expires_in_s}
  });
}

LoginProofs::LoginProofs(const Clock& clock, unsigned bits)
    : clock_(clock), bits_(bits), key_(crypto::random_bytes(kKeySize)) {}

std::string LoginProofs::mac(std::string_view head, std::string_view network) const {
  return crypto::hmac(crypto::Digest::kSha256, key_, std::string(head).append(network))
      .substr(0, kMacSize);
}

ProofDemand LoginProofs::demand(std::string_view network) const {
  const std::int64_t expires_s = now_s() + kLifetime.count();
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(expires_s >> shift & 0xff);
  bytes += crypto::random_bytes(kRandomSize);
  bytes += mac(bytes, network);
  return {
      .challenge = codec::base64url_encode(bytes), .bits = bits_, .expires_in_s = kLifetime.count()
  };
}

bool LoginProofs::take(std::string_view text, std::string_view network) {
  const auto proof = parse_login_proof(text);
  if (!proof) return false;
  const auto bytes = codec::base64url_decode(proof->challenge);
  if (!bytes || bytes->size() != kHeadSize + kMacSize) return false;
  const std::string_view head = std::string_view(*bytes).substr(0, kHeadSize);
  if (!crypto::equal_in_constant_time(bytes->substr(kHeadSize), mac(head, network))) return false;
  const std::int64_t expires_s = time_in(head);
  if (expires_s <= now_s() || !shows_work(*proof, bits_)) return false;
  return used_.use(*bytes, expires_s * 1000, now_s() * 1000);
}

}  // namespace noded::auth
