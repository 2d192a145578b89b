// No input is a token, unless it was signed: the key is not in it.
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/jwt.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded;
  static const crypto::JwtRules kRules{
      .digest = crypto::Digest::kSha256,
      .secret = crypto::random_bytes(32),
      .issuer = "noded",
      .lifetime_s = 60
  };
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (crypto::verify_jwt(kRules, text, 1'700'000'000)) std::abort();
  // As header and payload under a good signature: every path behind it.
  const std::size_t line = text.find('\n');
  std::string token = codec::base64url_encode(text.substr(0, line)) + '.';
  token += codec::base64url_encode(line == std::string_view::npos ? text : text.substr(line + 1));
  const std::string signature = crypto::hmac(kRules.digest, kRules.secret, token);
  const auto payload =
      crypto::verify_jwt(kRules, token + '.' + codec::base64url_encode(signature), 1'700'000'000);
  if (payload && !codec::parse_json(*payload)) std::abort();
  return 0;
}
