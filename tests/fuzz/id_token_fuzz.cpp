// What an issuer answers, one part a line: ID token, key set, discovery document, answer of the
// token endpoint, list of addresses. Nothing of it is believed: no signature by a made-up key is
// good for the one key that is known.
#include "codec/json.hpp"
#include "modules/auth/oauth/id_token.hpp"
#include "modules/auth/oauth/issuer_metadata.hpp"
#include "modules/auth/oauth/oauth_exchange.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

// RFC 8037 appendix A.
constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
constexpr std::string_view kSigned = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
constexpr std::string_view kIssuer = "https://issuer.example";

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace noded;
  using auth::JsonWebKeys;
  static const JsonWebKeys known = *JsonWebKeys::parse(kKeys);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view id_token = take_line(text);
  const auto keys = JsonWebKeys::parse(take_line(text));
  if (const auto token = auth::parse_id_token(id_token)) {
    const auto verdict =
        known.verify(token->algorithm, token->kid, token->signed_text, token->signature);
    if (verdict == JsonWebKeys::Verdict::kGood && token->signed_text != kSigned) std::abort();
    if (keys) keys->verify(token->algorithm, token->kid, token->signed_text, token->signature);
    const auth::IdTokenRules rules{
        .issuer = kIssuer,
        .client_id = "client",
        .nonce = "nonce",
        .access_token = "access",
        .now_s = 1'700'000'000
    };
    const bool is_of_issuer = token->claims.contains("iss") && token->claims.contains("sub") &&
                              token->claims.contains("exp") && token->claims.contains("nonce");
    if (auth::check_claims(*token, rules) && !is_of_issuer) std::abort();
    static_cast<void>(auth::read_profile(token->claims));
  }
  const auto metadata = auth::parse_metadata(take_line(text), kIssuer);
  if (metadata && metadata->issuer != kIssuer) std::abort();
  const auto tokens = auth::parse_tokens(200, take_line(text));
  if (tokens && tokens->access_token.find_first_of("\r\n ") != std::string::npos) std::abort();
  static_cast<void>(auth::read_github_email(take_line(text)));
  return 0;
}
