// Strategies as the configuration has them, and what token and userinfo endpoints answer.
#include "modules/auth/oauth/oauth_provider.hpp"

#include "codec/json.hpp"
#include "modules/auth/oauth/oauth_exchange.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace noded::auth {
namespace {

Result<std::vector<OAuthProvider>> read(std::string_view strategies) {
  return read_providers(codec::parse_json(strategies, "test")->as_object());
}

constexpr std::string_view kClient = R"("client":{"client_id":"id","client_secret":"s"})";

TEST(OAuthProviderTest, KnowsGoogleAndGitHub) {
  const auto providers = read(
      R"({"password":{"type":"password"},"google":{"type":"oauth","config":{"name":"google",)" +
      std::string(kClient) + R"(}},"gh":{"type":"oauth","config":{"name":"github",)" +
      std::string(kClient) + R"(}},"off":{"type":"oauth","enabled":false,"config":{}}})"
  );
  ASSERT_TRUE(providers.has_value()) << providers.error().message;
  ASSERT_EQ(providers->size(), 2U);
  EXPECT_EQ(providers->at(0).label, "Google");
  EXPECT_EQ(providers->at(0).kind, ProviderKind::kOidc);
  EXPECT_EQ(providers->at(0).issuer, "https://accounts.google.com");
  EXPECT_EQ(providers->at(0).scope, "openid email profile");
  EXPECT_EQ(providers->at(1).name, "gh");
  EXPECT_EQ(providers->at(1).kind, ProviderKind::kGitHub);
  EXPECT_EQ(providers->at(1).userinfo, "https://api.github.com/user");
}

TEST(BadOAuthProvider, IsRefusedByTheNameOfItsMember) {
  struct Row {
    std::string strategy;
    const char* message;
  };
  const std::string client(kClient);
  const auto custom = [&client](const std::string& type, const std::string& as) {
    return R"({"type":"custom_oauth","config":{"type":")" + type + R"(","name":"X","as":{)" + as +
           "}," + client + "}}";
  };
  for (const Row& row :
       {Row{R"({"type":"oauth","config":{"name":"myspace",)" + client + "}}",
            "auth.strategies.x.config.name has to be google or github, not \"myspace\""},
        Row{R"({"type":"oauth"})",
            "auth.strategies.x.config.name has to be google or github, not \"\""},
        Row{R"({"type":"oauth","config":{"name":"google","client":{"client_secret":"s"}}})",
            "auth.strategies.x.config.client.client_id is missing"},
        Row{R"({"type":"oauth","config":{"name":"google","client":{"client_id":"i"}}})",
            "auth.strategies.x.config.client.client_secret is missing"},
        Row{custom("oidc", ""), "auth.strategies.x.config.as.issuer is missing"},
        Row{custom("oidc", R"("issuer":"http://issuer.example")"),
            "auth.strategies.x.config.as.issuer has to begin with https:// (or be on this machine),"
            " not http://issuer.example"},
        Row{custom("oidc", R"("issuer":"https://i.example","scopes_supported":["email"])"),
            "auth.strategies.x.config.as.scopes_supported has to name openid"},
        Row{custom("saml", R"("issuer":"https://i.example")"),
            "auth.strategies.x.config.type has to be oidc or oauth2, not saml"},
        Row{custom("oauth2", R"("issuer":"https://i.example")"),
            "auth.strategies.x.config.as.authorization_endpoint is missing"},
        Row{custom(
                "oauth2",
                R"("issuer":"https://i.example","authorization_endpoint":"https://i.example/a",)"
                R"("token_endpoint":"https://i.example/t","userinfo_endpoint":"https://i.example/u")"
            ),
            "auth.strategies.x.config.as.scopes_supported is missing"}}) {
    const auto providers = read(R"({"x":)" + row.strategy + "}");
    ASSERT_FALSE(providers.has_value()) << row.strategy;
    EXPECT_EQ(providers.error().code, Errc::kInvalid);
    EXPECT_EQ(providers.error().message, row.message);
  }
}

TEST(BadOAuthProvider, TakesNoNameOfAnotherRoute) {
  for (const std::string name :
       {"me", "logout", "strategies", "passkey", "otp", "a/b", "a b", ""}) {
    const auto providers = read(
        R"({")" + name + R"(":{"type":"oauth","config":{"name":"google",)" + std::string(kClient) +
        "}}}"
    );
    EXPECT_FALSE(providers.has_value()) << name;
  }
}

TEST(TokenAnswer, IsABearerTokenOrARefusal) {
  struct Row {
    int status;
    const char* body;
    Errc code;
  };
  for (const Row& row :
       {Row{200, R"({"error":"bad_verification_code"})", Errc::kUnauthorized},
        Row{400, R"({"error":"invalid_grant"})", Errc::kUnauthorized},
        Row{401, R"({"error":"invalid_client"})", Errc::kUnauthorized},
        Row{302, "{}", Errc::kUnauthorized},
        Row{500, "", Errc::kUnavailable},
        Row{503, "{}", Errc::kUnavailable},
        Row{200, "", Errc::kInvalid},
        Row{200, "[]", Errc::kInvalid},
        Row{200, R"({"access_token":"a"})", Errc::kInvalid},
        Row{200, R"({"access_token":"a","token_type":"mac"})", Errc::kInvalid},
        Row{200, R"({"access_token":"a\r\nb","token_type":"bearer"})", Errc::kInvalid},
        Row{200, R"({"access_token":"","token_type":"bearer"})", Errc::kInvalid},
        Row{200, R"({"token_type":"bearer"})", Errc::kInvalid}}) {
    const auto tokens = parse_tokens(row.status, row.body);
    ASSERT_FALSE(tokens.has_value()) << row.body;
    EXPECT_EQ(tokens.error().code, row.code) << row.body;
  }
  const auto tokens =
      parse_tokens(200, R"({"access_token":"a","token_type":"BEARER","id_token":"i"})");
  ASSERT_TRUE(tokens.has_value());
  EXPECT_EQ(tokens->access_token, "a");
  EXPECT_EQ(tokens->id_token, "i");
}

TEST(Profile, NeedsASubjectAndNoUnverifiedAddress) {
  const auto of = [](std::string_view claims) {
    return read_profile(codec::parse_json(claims, "test")->as_object());
  };
  EXPECT_EQ(of(R"({"sub":"s","email":"a@b.c"})")->email, "a@b.c");
  EXPECT_EQ(of(R"({"sub":"s","email":"a@b.c","email_verified":true})")->subject, "s");
  EXPECT_EQ(of(R"({"id":9223372036854775807})")->subject, "9223372036854775807");
  EXPECT_EQ(of(R"({"id":18446744073709551615})").error().code, Errc::kInvalid);
  EXPECT_EQ(of(R"({"sub":"s","email_verified":false})")->email, "");
  EXPECT_EQ(of(R"({"email":"a@b.c"})").error().code, Errc::kInvalid);
  EXPECT_EQ(of(R"({"sub":"","id":7})").error().code, Errc::kInvalid);
  EXPECT_EQ(of(R"({"sub":{}})").error().code, Errc::kInvalid);
  for (const char* flag : {"false", R"("false")"}) {
    EXPECT_EQ(
        of(R"({"sub":"s","email":"a@b.c","email_verified":)" + std::string(flag) + "}")
            .error()
            .code,
        Errc::kForbidden
    );
  }
}

TEST(GitHubAddress, IsThePrimaryOneThatIsVerified) {
  EXPECT_EQ(
      read_github_email(R"([7,{"email":"a@b.c","primary":false,"verified":true},)"
                        R"({"email":"d@e.f","primary":true,"verified":true}])")
          .value(),
      "d@e.f"
  );
  for (const char* body :
       {"[]",
        R"([{"email":"a@b.c","primary":true,"verified":false}])",
        R"([{"email":"a@b.c","primary":true}])"})
    EXPECT_EQ(read_github_email(body).error().code, Errc::kForbidden) << body;
  for (const char* body : {"", "{}", R"({"message":"Bad credentials"})"})
    EXPECT_EQ(read_github_email(body).error().code, Errc::kInvalid) << body;
}

}  // namespace
}  // namespace noded::auth
