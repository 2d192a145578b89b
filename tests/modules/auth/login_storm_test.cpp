// Storms of failed logins: who has to show a proof of work, and which proofs count.
#include "modules/auth/session/login_storm.hpp"

#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "modules/auth/session_fixture.hpp"

#include <chrono>
#include <string>

namespace noded::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr unsigned kBits = 8;

// The first nonce that shows so much work, or none at all of so many bits.
std::string solve(const std::string& challenge, unsigned bits = kBits, bool is_right = true) {
  for (int nonce = 0;; ++nonce) {
    const std::string proof = challenge + "." + std::to_string(nonce);
    if (shows_work(*parse_login_proof(proof), bits) == is_right) return proof;
  }
}

class LoginStormTest : public SessionFixture {
 protected:
  LoginStormTest() : SessionFixture({.storm_failures = 3, .storm_bits = kBits}) {}

  Answer log_in(const std::string& email, const std::string& password, Fields fields = {}) {
    return post(
        "/auth/api/login",
        R"({"email":")" + email + R"(","password":")" + password + R"(","cookie":true})",
        local(std::move(fields))
    );
  }
  void begin_storm() {
    for (const char* nobody : {"a@example.com", "b@example.com", "c@example.com"})
      EXPECT_EQ(log_in(nobody, "wrong-password").status, 401);
  }
  static std::string challenge_of(const Answer& answer) {
    return std::string(answer.object().at("proof").at("challenge").as_string());
  }
  Answer with_proof(const std::string& proof, const std::string& password = kPassword) {
    return post(
        "/auth/api/login",
        R"({"email":"m@example.com","password":")" + password + R"(","proof":")" + proof + "\"}",
        local()
    );
  }
};

TEST_F(LoginStormTest, AsksForAProofBeforeAnyHash) {
  begin_storm();
  const std::uint64_t before = hashes();
  const Answer refused = log_in(kEmail, kPassword);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(text(refused, "code"), "PROOF_REQUIRED");
  EXPECT_EQ(refused.header("Retry-After"), "60");
  const json::object proof = refused.object().at("proof").as_object();
  EXPECT_EQ(proof.at("bits"), kBits);
  EXPECT_EQ(proof.at("algorithm"), "sha256");
  EXPECT_EQ(proof.at("expires_in"), 300);
  for (const char* bad : {"", "no", "x.y"})
    EXPECT_EQ(with_proof(bad).status, 429);
  EXPECT_EQ(hashes(), before);
  EXPECT_EQ(with_proof(solve(challenge_of(refused))).status, 200);
  EXPECT_EQ(module_.login_storm().asked(), 4U);
  EXPECT_EQ(module_.login_storm().shown(), 1U);
}

TEST_F(LoginStormTest, TakesAProofOnce) {
  begin_storm();
  const std::string proof = solve(challenge_of(log_in(kEmail, kPassword)));
  EXPECT_EQ(with_proof(proof, "wrong-password").status, 401);
  EXPECT_EQ(with_proof(proof).status, 429);
}

TEST_F(LoginStormTest, TakesAProofInAHeaderToo) {
  begin_storm();
  const std::string proof = solve(challenge_of(log_in(kEmail, kPassword)));
  EXPECT_EQ(log_in(kEmail, kPassword, {{"x-login-proof", proof}}).status, 200);
}

TEST_F(LoginStormTest, StandsBeforeTheLoginOfTheApplicationToo) {
  begin_storm();
  const Answer refused = login(kEmail);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "60");
  EXPECT_EQ(refused.object().at("type"), "PROOF_REQUIRED");
  const Answer entered = post(
      "/api/auth/password/login",
      R"({"email":"m@example.com","password":"memberpass","proof":")" +
          solve(challenge_of(refused)) + "\"}"
  );
  EXPECT_EQ(entered.status, 200) << entered.body;
}

TEST_F(LoginStormTest, LetsAKnownDeviceInWithoutOne) {
  const std::string device = "nd_device=" + cookies_of(enter())["nd_device"];
  begin_storm();
  EXPECT_EQ(enter().status, 429);
  EXPECT_EQ(enter({{"cookie", device}}).status, 200);
}

TEST_F(LoginStormTest, AsksWhoIsLoggedInForNone) {
  const std::string cookie = session_cookie(enter());
  begin_storm();
  const Answer changed = post(
      "/auth/api/password",
      R"({"current":"memberpass","new":"another password"})",
      local({{"cookie", cookie}, {"sec-fetch-site", "same-origin"}})
  );
  EXPECT_EQ(changed.status, 200) << changed.body;
}

TEST_F(LoginStormTest, EndsAfterACalmMinute) {
  begin_storm();
  EXPECT_EQ(enter().status, 429);
  pass(seconds(60) - milliseconds(1));
  EXPECT_EQ(enter().status, 429);
  pass(milliseconds(1));
  EXPECT_EQ(enter().status, 200);
}

TEST_F(LoginStormTest, NeedsAsManyFailuresWithinASecond) {
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(log_in(std::to_string(i) + "@example.com", "wrong-password").status, 401) << i;
    pass(milliseconds(500));
  }
  EXPECT_EQ(enter().status, 200);
}

TEST_F(LoginStormTest, GivesThePageItsScriptAndAWayWithout) {
  const Fields browser = local({{"accept", "text/html"}});
  EXPECT_FALSE(get("/auth/login", browser).body.contains("proof"));
  begin_storm();
  const Answer page = get("/auth/login", browser);
  EXPECT_TRUE(page.body.contains("data-challenge=\"")) << page.body;
  EXPECT_TRUE(page.body.contains("data-bits=\"8\"")) << page.body;
  EXPECT_TRUE(page.body.contains("<noscript>")) << page.body;
  EXPECT_TRUE(page.header("Content-Security-Policy").contains("script-src 'self'"));
  Fields form = local({{"sec-fetch-site", "same-origin"}});
  const Answer refused =
      post_form("/auth/api/login", "email=m%40example.com&password=memberpass", form);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "60");
  EXPECT_TRUE(refused.body.contains("Very many logins fail")) << refused.body;
  const std::size_t begin = refused.body.find("data-challenge=\"") + 16;
  const std::string proof =
      solve(refused.body.substr(begin, refused.body.find('"', begin) - begin));
  const Answer entered = post_form(
      "/auth/api/login", "email=m%40example.com&password=memberpass&proof=" + proof, form
  );
  EXPECT_EQ(entered.status, 303);
  EXPECT_EQ(get("/auth/proof.js").header("Content-Security-Policy"), "");
  EXPECT_EQ(get("/auth/proof.js").status, 200);
}

struct BadProof {
  const char* name;
  // Of a good proof; what is said of it then is by another network, or too late, where these say
  // so.
  std::string (*spoil)(const std::string& good);
  const char* network = "n1";
  seconds later{0};
};
class BadProofs : public AuthFixture, public testing::WithParamInterface<BadProof> {};

TEST_P(BadProofs, AreRefused) {
  LoginProofs proofs(clock_, kBits);
  const std::string good = solve(proofs.demand("n1").challenge);
  clock_.set(clock_.wall() + GetParam().later);
  EXPECT_FALSE(proofs.take(GetParam().spoil(good), GetParam().network));
  clock_.set(clock_.wall() - GetParam().later);
  EXPECT_TRUE(proofs.take(good, "n1"));
  EXPECT_FALSE(proofs.take(good, "n1"));
}

std::string as_it_is(const std::string& good) {
  return good;
}

INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    BadProofs,
    testing::Values(
        BadProof{
            "none",
            [](const std::string&) {
              return std::string();
            }
        },
        BadProof{
            "too_little_work",
            [](const std::string& good) {
              return solve(good.substr(0, 43), kBits, false);
            }
        },
        BadProof{
            "no_nonce",
            [](const std::string& good) {
              return good.substr(0, 44);
            }
        },
        BadProof{
            "no_dot",
            [](const std::string& good) {
              return good.substr(0, 43) + "x1";
            }
        },
        BadProof{
            "dot_in_nonce",
            [](const std::string& good) {
              return good + ".";
            }
        },
        BadProof{
            "space",
            [](const std::string& good) {
              return good + " ";
            }
        },
        BadProof{
            "zero",
            [](const std::string& good) {
              return good + std::string(1, '\0');
            }
        },
        BadProof{
            "long_nonce",
            [](const std::string& good) {
              return good.substr(0, 44) + std::string(33, '1');
            }
        },
        BadProof{
            "made_up",
            [](const std::string&) {
              return solve(codec::base64url_encode(crypto::random_bytes(32)));
            }
        },
        BadProof{
            "changed",
            [](const std::string& good) {
              std::string bytes = codec::base64url_decode(good.substr(0, 43)).value();
              bytes[0] = static_cast<char>(bytes[0] ^ 1);  // a later end
              return solve(codec::base64url_encode(bytes));
            }
        },
        BadProof{"other_network", as_it_is, "n2"},
        BadProof{"no_network", as_it_is, ""},
        BadProof{"expired", as_it_is, "n1", seconds(300)}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(LoginProofTest, CountsTheZeroBitsOfTheDigest) {
  const std::string challenge(43, 'A');
  const std::string proof = solve(challenge, 12);
  const std::string digest = crypto::sha256(challenge + proof.substr(44));
  EXPECT_EQ(digest[0], 0);
  EXPECT_LT(static_cast<unsigned char>(digest[1]), 16);
  EXPECT_TRUE(shows_work(*parse_login_proof(proof), 0));
  EXPECT_FALSE(shows_work(*parse_login_proof(proof), 100));
}

TEST(LoginProofTest, DiffersFromDemandToDemandAndNodeToNode) {
  LoginProofs one(system_clock(), 1);
  LoginProofs other(system_clock(), 1);
  EXPECT_NE(one.demand("n").challenge, one.demand("n").challenge);
  EXPECT_EQ(one.demand("n").challenge.size(), 43U);
  EXPECT_FALSE(other.take(solve(one.demand("n").challenge, 1), "n"));
}

}  // namespace
}  // namespace noded::auth
