// What a browser keeps of a sign-in that is under way.
#include "modules/auth/oauth/oauth_challenge.hpp"

#include "modules/auth/used_challenges.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::auth {
namespace {

OAuthChallenge sample() {
  OAuthChallenge challenge = make_challenge();
  challenge.provider = "google";
  challenge.action = OAuthAction::kRegister;
  challenge.is_by_program = true;
  challenge.is_from_page = true;
  challenge.redirect_uri = "https://app.example.org/api/auth/google/callback";
  challenge.target = "/shop?x=\"1\"";
  challenge.expires_ms = 1'700'000'000'000;
  return challenge;
}

TEST(OAuthChallengeTest, ComesBackAsItWasSealed) {
  const OAuthChallenge challenge = sample();
  const auto opened = open_challenge("secret", "google", seal_challenge("secret", challenge));
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->provider, "google");
  EXPECT_EQ(opened->action, OAuthAction::kRegister);
  EXPECT_TRUE(opened->is_by_program);
  EXPECT_TRUE(opened->is_from_page);
  EXPECT_EQ(opened->state, challenge.state);
  EXPECT_EQ(opened->verifier, challenge.verifier);
  EXPECT_EQ(opened->nonce, challenge.nonce);
  EXPECT_EQ(opened->redirect_uri, challenge.redirect_uri);
  EXPECT_EQ(opened->target, challenge.target);
  EXPECT_EQ(opened->expires_ms, challenge.expires_ms);
}

TEST(OAuthChallengeTest, CanBeReadByNobodyElse) {
  const OAuthChallenge challenge = sample();
  const std::string sealed = seal_challenge("secret", challenge);
  EXPECT_EQ(sealed.find(challenge.state.substr(0, 8)), std::string::npos);
  EXPECT_NE(sealed, seal_challenge("secret", challenge));
  EXPECT_FALSE(open_challenge("another", "google", sealed).has_value());
  EXPECT_FALSE(open_challenge("secret", "github", sealed).has_value());
  for (const std::string& bad :
       {std::string(), std::string("!"), sealed + "A", sealed.substr(1), std::string(5000, 'A')})
    EXPECT_FALSE(open_challenge("secret", "google", bad).has_value()) << bad;
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_challenge("secret", "google", changed).has_value()) << i;
  }
}

TEST(OAuthChallengeTest, FitsIntoACookieWithTheLongestTarget) {
  OAuthChallenge challenge = sample();
  challenge.target = std::string(1024, 'x');
  challenge.redirect_uri =
      "https://" + std::string(253, 'h') + ":65535/api/auth/" + std::string(64, 'n') + "/callback";
  const std::string sealed = seal_challenge("secret", challenge);
  EXPECT_LT(sealed.size(), 4000U);  // browsers keep 4096 with the name and the attributes
  EXPECT_TRUE(open_challenge("secret", "google", sealed).has_value());
}

TEST(OAuthChallengeTest, HasTheVerifiersDigestAsTheStandardHasIt) {
  // RFC 7636 appendix B.
  EXPECT_EQ(
      code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
  );
  EXPECT_EQ(make_challenge().verifier.size(), 43U);
}

TEST(UsedChallengesTest, TellAUseAgainUntilItExpires) {
  UsedChallenges used(2);
  EXPECT_TRUE(used.use("a", 100, 0));
  EXPECT_FALSE(used.use("a", 100, 50));
  EXPECT_TRUE(used.use("b", 100, 50));
  EXPECT_TRUE(used.use("c", 200, 50));  // one too many: the oldest is forgotten
  EXPECT_FALSE(used.use("b", 100, 50));
  EXPECT_FALSE(used.use("c", 200, 150));
  EXPECT_TRUE(used.use("b", 300, 150));
}

}  // namespace
}  // namespace noded::auth
