// ID tokens and the keys that sign them, by the examples of the standards and by what must not
// pass.
#include "modules/auth/oauth/id_token.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/auth/oauth/issuer_metadata.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace noded::auth {
namespace {

using Verdict = JsonWebKeys::Verdict;

struct SignedExample {
  const char* name;
  JwsAlgorithm algorithm;
  const char* keys;
  const char* text;
  const char* signature;
};
// RFC 7515 appendices A.2 and A.3, RFC 8037 appendix A.
constexpr SignedExample kExamples[] = {
    {"RS256",
     JwsAlgorithm::kRs256,
     R"({"keys":[{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}]})",
     "eyJhbGciOiJSUzI1NiJ9."
     "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
     "Q",
     "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
     "O8W2Fp5juj"
     "Gbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
     "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Q"
     "e7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
     "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUT"
     "I8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
    {"ES256",
     JwsAlgorithm::kEs256,
     R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})",
     "eyJhbGciOiJFUzI1NiJ9."
     "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
     "Q",
     "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
    {"EdDSA",
     JwsAlgorithm::kEdDsa,
     R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})",
     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"}
};

TEST(JsonWebKeysOfTheStandards, VerifyTheirExamples) {
  for (const SignedExample& example : kExamples) {
    const auto keys = JsonWebKeys::parse(example.keys);
    ASSERT_TRUE(keys.has_value()) << example.name;
    ASSERT_EQ(keys->size(), 1U) << example.name;
    std::string signature = codec::base64url_decode(example.signature).value();
    EXPECT_EQ(keys->verify(example.algorithm, "", example.text, signature), Verdict::kGood)
        << example.name;
    for (std::size_t i = 0; i < signature.size(); i += 5) {
      std::string changed = signature;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      EXPECT_EQ(keys->verify(example.algorithm, "", example.text, changed), Verdict::kBadSignature)
          << example.name << i;
    }
    EXPECT_EQ(
        keys->verify(example.algorithm, "", std::string(example.text) + "x", signature),
        Verdict::kBadSignature
    );
    EXPECT_EQ(keys->verify(example.algorithm, "", example.text, ""), Verdict::kBadSignature);
    EXPECT_EQ(
        keys->verify(example.algorithm, "other", example.text, signature), Verdict::kUnknownKey
    );
    for (const JwsAlgorithm other :
         {JwsAlgorithm::kRs256, JwsAlgorithm::kEs256, JwsAlgorithm::kEdDsa}) {
      if (other == example.algorithm) continue;
      EXPECT_EQ(keys->verify(other, "", example.text, signature), Verdict::kUnknownKey)
          << example.name;
    }
  }
}

TEST(JsonWebKeysTest, LeaveOutWhatCannotSignATokenHere) {
  constexpr std::string_view kX = R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")";
  const std::string good = R"({"kty":"OKP","crv":"Ed25519",)" + std::string(kX);
  struct Row {
    std::string key;
    std::size_t count;
  };
  for (const Row& row :
       {Row{good + "}", 1},
        Row{good + R"(,"use":"sig","alg":"EdDSA","kid":"k","key_ops":["verify"]})", 1},
        Row{good + R"(,"use":"enc"})", 0},
        Row{good + R"(,"alg":"ES256"})", 0},
        Row{R"({"kty":"oct","k":"c2VjcmV0"})", 0},
        Row{R"({"kty":"OKP","crv":"X25519",)" + std::string(kX) + "}", 0},
        Row{R"({"kty":"OKP","crv":"Ed25519","x":"AA"})", 0},
        Row{R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})",
            0},
        Row{R"({"kty":"RSA","n":"AQAB","e":"AQAB"})", 0},
        Row{R"("text")", 0},
        Row{"{}", 0}}) {
    const auto keys = JsonWebKeys::parse(R"({"keys":[)" + row.key + "]}");
    ASSERT_TRUE(keys.has_value()) << row.key;
    EXPECT_EQ(keys->size(), row.count) << row.key;
  }
}

TEST(JsonWebKeysTest, AreRefusedWhenTheyAreNoSetOrTooMany) {
  std::string many = R"({"keys":[{})";
  for (int i = 0; i < 64; ++i)
    many += ",{}";
  for (const std::string& text :
       {std::string("[]"),
        std::string("{}"),
        std::string(R"({"keys":{}})"),
        std::string("{"),
        many + "]}"}) {
    const auto keys = JsonWebKeys::parse(text);
    ASSERT_FALSE(keys.has_value()) << text;
    EXPECT_EQ(keys.error().code, Errc::kInvalid);
  }
}

TEST(JsonWebKeysTest, AreNotGuessedAtWhenATokenNamesNone) {
  const std::string key =
      R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":")";
  const auto keys = JsonWebKeys::parse(R"({"keys":[)" + key + "a\"}," + key + "b\"}]}");
  const SignedExample& example = kExamples[2];
  const std::string signature = codec::base64url_decode(example.signature).value();
  EXPECT_EQ(keys->verify(example.algorithm, "", example.text, signature), Verdict::kUnknownKey);
  EXPECT_EQ(keys->verify(example.algorithm, "b", example.text, signature), Verdict::kGood);
}

std::string token_of(std::string_view header, std::string_view payload = "{}") {
  return codec::base64url_encode(header) + "." + codec::base64url_encode(payload) + ".c2ln";
}

TEST(BadIdToken, IsRefusedBeforeItsKeyIsLookedFor) {
  struct Row {
    std::string token;
    const char* message;
  };
  for (const Row& row :
       {Row{"", "ID token: it has not three parts"},
        Row{"a.b", "ID token: it has not three parts"},
        Row{token_of("{}") + ".x", "ID token: it has not three parts"},
        Row{"!.e30.c2ln", "ID token: header is no base64url"},
        Row{token_of("[]"), "ID token: header is no JSON object"},
        Row{token_of("{}"), "ID token: the algorithm \"\" is not taken"},
        Row{token_of(R"({"alg":"none"})"), "ID token: the algorithm \"none\" is not taken"},
        Row{token_of(R"({"alg":"None"})"), "ID token: the algorithm \"None\" is not taken"},
        Row{token_of(R"({"alg":"HS256"})"), "ID token: the algorithm \"HS256\" is not taken"},
        Row{token_of(R"({"alg":"RS512"})"), "ID token: the algorithm \"RS512\" is not taken"},
        Row{token_of(R"({"alg":["RS256"]})"), "ID token: the algorithm \"\" is not taken"},
        Row{token_of(R"({"alg":"RS256","alg":"none"})"), "ID token: header is no JSON object"},
        Row{token_of(R"({"alg":"RS256","crit":[]})"), "ID token: it has critical extensions"},
        Row{token_of(R"({"alg":"RS256","typ":"logout+jwt"})"),
            "ID token: it is another kind of token"},
        Row{token_of(R"({"alg":"RS256"})", "[]"), "ID token: payload is no JSON object"},
        Row{token_of(R"({"alg":"RS256"})") + "=", "ID token: the signature is no base64url"},
        Row{std::string(32 * 1024 + 1, 'a'), "ID token: it is longer than 32 KiB"}}) {
    const auto parsed = parse_id_token(row.token);
    ASSERT_FALSE(parsed.has_value()) << row.token;
    EXPECT_EQ(parsed.error().message, row.message);
  }
  const std::string good = token_of(R"({"alg":"ES256","kid":"k","typ":"JWT"})", R"({"sub":"x"})");
  const auto parsed = parse_id_token(good);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->kid, "k");
  EXPECT_EQ(parsed->signature, "sig");
}

constexpr std::int64_t kNow_s = 1'700'000'000;

// What is wrong with a token whose good claims were changed by those of `changes`; null removes.
std::string fault_of(std::string_view changes) {
  boost::json::object claims{
      {"iss", "https://issuer.example"},
      {"sub", "ann"},
      {"aud", "client"},
      {"nonce", "n"},
      {"iat", kNow_s - 5},
      {"exp", kNow_s + 60}
  };
  const auto changed = boost::json::parse(boost::json::string_view(changes.data(), changes.size()));
  for (const auto& [name, value] : changed.as_object()) {
    if (value.is_null()) {
      claims.erase(name);
    } else {
      claims[name] = value;
    }
  }
  const IdToken token{
      .algorithm = JwsAlgorithm::kRs256,
      .kid = {},
      .signed_text = {},
      .signature = {},
      .claims = std::move(claims)
  };
  const auto checked = check_claims(
      token,
      {.issuer = "https://issuer.example",
       .client_id = "client",
       .nonce = "n",
       .access_token = "access",
       .now_s = kNow_s}
  );
  return checked ? "" : checked.error().message.substr(std::string_view("ID token: ").size());
}

TEST(IdTokenClaims, HaveToBeOfThisIssuerForThisClientAndNow) {
  struct Row {
    const char* changes;
    const char* fault;
  };
  for (const Row& row :
       {Row{"{}", ""},
        Row{R"({"iss":"https://issuer.example/"})", "iss is not the issuer"},
        Row{R"({"iss":null})", "iss is not the issuer"},
        Row{R"({"iss":["https://issuer.example"]})", "iss is not the issuer"},
        Row{R"({"aud":"other"})", "aud does not name this client"},
        Row{R"({"aud":"clien"})", "aud does not name this client"},
        Row{R"({"aud":null})", "aud does not name this client"},
        Row{R"({"aud":[]})", "aud does not name this client"},
        Row{R"({"aud":["client"]})", ""},
        Row{R"({"aud":["client","other"]})", "azp is not this client"},
        Row{R"({"aud":["client",{}]})", "azp is not this client"},
        Row{R"({"aud":["client","other"],"azp":"client"})", ""},
        Row{R"({"azp":"other"})", "azp is not this client"},
        Row{R"({"azp":7})", "azp is not this client"},
        Row{R"({"exp":1699999941})", ""},
        Row{R"({"exp":1699999940})", "it has expired"},
        Row{R"({"exp":-1})", "it has expired"},
        Row{R"({"exp":"1700000060"})", "exp is missing"},
        Row{R"({"exp":null})", "exp is missing"},
        Row{R"({"iat":null})", "iat is missing"},
        Row{R"({"iat":1700000060})", ""},
        Row{R"({"iat":1700000061})", "iat lies in the future"},
        Row{R"({"nbf":1700000060})", ""},
        Row{R"({"nbf":1700000061})", "nbf lies in the future"},
        Row{R"({"nonce":null})", "nonce is not that of this sign-in"},
        Row{R"({"nonce":"m"})", "nonce is not that of this sign-in"},
        Row{R"({"nonce":""})", "nonce is not that of this sign-in"},
        Row{R"({"sub":null})", "sub is missing"},
        Row{R"({"sub":""})", "sub is missing"},
        Row{R"({"sub":7})", "sub is missing"},
        Row{R"({"at_hash":"x"})", "at_hash is not of the access token"},
        Row{R"({"at_hash":7})", "at_hash is not of the access token"}}) {
    EXPECT_EQ(fault_of(row.changes), row.fault) << row.changes;
  }
}

TEST(IdTokenClaims, AreBoundToTheAccessTokenByItsHash) {
  // OpenID Connect Core §3.1.3.6, by `printf %s access | openssl dgst -sha256 -binary`.
  EXPECT_EQ(fault_of(R"({"at_hash":"oFYf1knNtrqnhAVfBRuteQ"})"), "");
}

TEST(IssuerMetadataTest, HasToBeOfTheIssuerThatWasAsked) {
  const std::string good =
      R"({"issuer":"https://i.example","authorization_endpoint":"https://i.example/a",)"
      R"("token_endpoint":"https://i.example/t","jwks_uri":"https://i.example/k")";
  const auto metadata = parse_metadata(good + "}", "https://i.example");
  ASSERT_TRUE(metadata.has_value()) << metadata.error().message;
  EXPECT_EQ(metadata->token, "https://i.example/t");
  EXPECT_FALSE(metadata->tells_issuer);
  EXPECT_TRUE(parse_metadata(
                  good + R"(,"authorization_response_iss_parameter_supported":true})",
                  "https://i.example"
  )
                  ->tells_issuer);
  EXPECT_EQ(metadata_url("https://i.example/"), metadata_url("https://i.example"));
  for (const std::string& text :
       {good,
        std::string("[]"),
        std::string("{}"),
        good + R"(,"userinfo_endpoint":"http://i.example/u"})",
        R"({"issuer":"https://i.example/",)" + good.substr(good.find("\"auth")) + "}",
        std::string(R"({"issuer":"https://i.example","authorization_endpoint":"javascript:x"})"),
        std::string(
            R"({"issuer":"https://i.example","authorization_endpoint":"https://i.example/a",)"
            R"("token_endpoint":"http://i.example/t","jwks_uri":"https://i.example/k"})"
        )}) {
    const auto bad = parse_metadata(text, "https://i.example");
    ASSERT_FALSE(bad.has_value()) << text;
    EXPECT_EQ(bad.error().code, Errc::kInvalid);
  }
}

}  // namespace
}  // namespace noded::auth
