#include "crypto/jwt.hpp"

#include "codec/text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace noded::crypto {
namespace {

constexpr std::int64_t kNow = 1'700'000'000;

JwtRules rules_with(std::string secret) {
  return {.digest = Digest::kSha256, .secret = std::move(secret), .issuer = {}, .lifetime_s = 0};
}

// A token of any header and payload, signed as `rules` say.
std::string make_token(const JwtRules& rules, std::string_view header, std::string_view payload) {
  std::string token = codec::base64url_encode(header) + '.' + codec::base64url_encode(payload);
  const std::string signature = hmac(rules.digest, rules.secret, token);
  return token + '.' + codec::base64url_encode(signature);
}

constexpr std::string_view kHs256 = R"({"alg":"HS256","typ":"JWT"})";

TEST(Jwt, MatchesTheVectorOfRfc7515AppendixA1) {
  const auto key = codec::base64url_decode(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
  );
  const JwtRules rules = rules_with(key.value());
  constexpr auto kToken =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  EXPECT_EQ(
      verify_jwt(rules, kToken, 1300819379).value(),
      "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"
  );
  EXPECT_FALSE(verify_jwt(rules, kToken, 1300819380).has_value());
}

struct SignCase {
  JwtRules rules;
  std::string_view claims, payload;
};

TEST(Jwt, CarriesTheClaimsThenIatIssAndExp) {
  const std::vector<SignCase> cases = {
      {{.digest = Digest::kSha256, .secret = "s", .issuer = "noded", .lifetime_s = 60},
       R"({"id":1,"role":"x"})",
       R"({"id":1,"role":"x","iat":1700000000,"iss":"noded","exp":1700000060})"},
      {{.digest = Digest::kSha384, .secret = "s", .issuer = "", .lifetime_s = 0},
       R"( { "id" : 1 } )",
       R"({"id" : 1,"iat":1700000000})"},
      {{.digest = Digest::kSha512, .secret = "s", .issuer = "a\"b", .lifetime_s = 0},
       "{}",
       R"({"iat":1700000000,"iss":"a\"b"})"},
  };
  for (const auto& [rules, claims, payload] : cases) {
    const std::string token = sign_jwt(rules, claims, kNow);
    EXPECT_EQ(verify_jwt(rules, token, kNow).value(), payload);
  }
}

TEST(Jwt, IsTheTokenThatOtherImplementationsMake) {
  const JwtRules rules{
      .digest = Digest::kSha512, .secret = "secret", .issuer = {}, .lifetime_s = 0
  };
  // signed by the crypto module of Node 20
  EXPECT_EQ(
      sign_jwt(rules, R"({"sub":"1"})", kNow),
      "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIiwiaWF0IjoxNzAwMDAwMDAwfQ."
      "LRoST8ceaDd2sYDudZGWiBeSdpdUnqahc2NlsBTe_ACXjwgJIfbk6vrZD8I2vy9etJAKETTEMiq4QXHj1o8V-A"
  );
}

TEST(Jwt, IsRefusedForEveryOtherAlgorithm) {
  const JwtRules rules = rules_with("secret");
  EXPECT_TRUE(verify_jwt(rules, make_token(rules, kHs256, "{}"), kNow).has_value());
  EXPECT_TRUE(
      verify_jwt(rules, make_token(rules, R"({"kid":"1","alg":"HS256"})", "{}"), kNow).has_value()
  );
  for (const std::string_view header :
       {R"({"alg":"none"})",
        R"({"alg":"None","typ":"JWT"})",
        R"({"alg":"HS512","typ":"JWT"})",
        R"({"alg":"hs256"})",
        R"({"alg":"RS256"})",
        R"({"typ":"JWT"})",
        R"({"alg":["HS256"]})",
        R"({"alg":"HS256","crit":["exp"]})",
        R"({"alg":"HS256","alg":"none"})",
        R"("HS256")",
        "",
        "nonsense"}) {
    const auto verified = verify_jwt(rules, make_token(rules, header, "{}"), kNow);
    ASSERT_FALSE(verified.has_value()) << header;
    EXPECT_EQ(verified.error().code, Errc::kUnauthorized);
  }
  EXPECT_FALSE(
      verify_jwt(rules, codec::base64url_encode(R"({"alg":"none"})") + ".e30.", kNow).has_value()
  );
}

TEST(Jwt, IsRefusedWhenAnyOfItsBytesChanges) {
  const JwtRules rules = rules_with("secret");
  const std::string token = sign_jwt(rules, R"({"id":7})", kNow);
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_jwt(rules, changed, kNow).has_value()) << at;
    EXPECT_FALSE(verify_jwt(rules, token.substr(0, at), kNow).has_value()) << at;
  }
  EXPECT_FALSE(verify_jwt(rules_with("Secret"), token, kNow).has_value());
}

TEST(Jwt, IsRefusedInEveryOtherForm) {
  const JwtRules rules = rules_with("secret");
  const std::string token = sign_jwt(rules, "{}", kNow);
  for (const std::string& text :
       {std::string(),
        std::string("."),
        std::string(".."),
        std::string("..."),
        token + ".",
        "." + token,
        token + "=",
        token + " ",
        " " + token,
        token + ".e30"}) {
    EXPECT_FALSE(verify_jwt(rules, text, kNow).has_value()) << text;
  }
  for (const std::string_view payload : {"", "[]", "1", "null", "{", R"({"a":1,"a":2})"}) {
    EXPECT_FALSE(verify_jwt(rules, make_token(rules, kHs256, payload), kNow).has_value())
        << payload;
  }
}

TEST(Jwt, IsRefusedBeyondEightKibibytes) {
  const JwtRules rules = rules_with("secret");
  const auto token_of = [&](std::size_t count) {
    return make_token(rules, kHs256, "{\"a\":\"" + std::string(count, 'x') + "\"}");
  };
  EXPECT_TRUE(verify_jwt(rules, token_of(6000), kNow).has_value());
  EXPECT_FALSE(verify_jwt(rules, token_of(6200), kNow).has_value());
}

struct TimeCase {
  std::string_view payload;
  bool is_accepted;
};
constexpr TimeCase kTimes[] = {
    {R"({"exp":1700000001})", true},
    {R"({"exp":1700000000.5})", true},
    {R"({"exp":1700000000})", false},
    {R"({"exp":0})", false},
    {R"({"exp":"1800000000"})", false},
    {R"({"exp":null})", false},
    {R"({"nbf":1700000060})", true},
    {R"({"nbf":1700000061})", false},
    {R"({"nbf":true})", false},
    {R"({"iat":1700000060})", true},
    {R"({"iat":1700000061})", false},
    {R"({"iat":1})", true},
    {R"({"iat":[]})", false},
    {R"({"exp":1e300})", true},
    {"{}", true},
};

TEST(Jwt, HoldsFromItsBeginningToItsEnd) {
  const JwtRules rules = rules_with("secret");
  for (const auto& [payload, is_accepted] : kTimes) {
    EXPECT_EQ(verify_jwt(rules, make_token(rules, kHs256, payload), kNow).has_value(), is_accepted)
        << payload;
  }
}

TEST(Jwt, IsRefusedWhenItsIssuerIsNotTheConfiguredOne) {
  JwtRules rules = rules_with("secret");
  rules.issuer = "noded";
  EXPECT_TRUE(verify_jwt(rules, make_token(rules, kHs256, R"({"iss":"noded"})"), kNow).has_value());
  for (const std::string_view payload :
       {"{}", R"({"iss":"other"})", R"({"iss":["noded"]})", R"({"iss":"noded "})"}) {
    EXPECT_FALSE(verify_jwt(rules, make_token(rules, kHs256, payload), kNow).has_value())
        << payload;
  }
}

TEST(Jwt, IsRefusedWhenNoSecretIsConfigured) {
  const JwtRules rules = rules_with("");
  EXPECT_FALSE(verify_jwt(rules, make_token(rules, kHs256, "{}"), kNow).has_value());
}

}  // namespace
}  // namespace noded::crypto
