#include "modules/auth/passkey/passkey_rules.hpp"

#include "config/configuration.hpp"
#include "modules/auth/passkey/passkey_options.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace noded::auth {
namespace {

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2025} / 1 / 20}};

using Settings = std::vector<std::pair<std::string, std::string>>;

class PasskeyRulesTest : public testing::Test {
 protected:
  PasskeyRulesTest() { EXPECT_TRUE(options_.add(passkey_options())); }

  Result<PasskeyRules> read(const Settings& settings) {
    config::Sources sources;
    for (const auto& [name, value] : settings)
      sources.settings.push_back({"--set", name, value});
    const auto configuration = config::load(options_, sources);
    if (!configuration) return fail(Errc::kInternal, configuration.error().front().text());
    return read_passkey_rules(**configuration, kNow);
  }

  std::string write_file(std::string_view text) {
    const auto path = directory_.path() / "file.pem";
    std::ofstream(path) << text;
    return path.string();
  }

  config::OptionSet options_;
  test::TemporaryDirectory directory_;
};

TEST_F(PasskeyRulesTest, AreThoseOfDevelopmentWithoutADomain) {
  const auto rules = read({});
  ASSERT_TRUE(rules.has_value()) << rules.error().message;
  EXPECT_TRUE(rules->is_development());
  const auto party = development_party(*rules, "http://localhost:8080");
  EXPECT_EQ(party.id, "localhost");
  EXPECT_EQ(party.origins, std::vector<std::string>{"http://localhost:8080"});
  EXPECT_TRUE(party.require_user_verification);
  const std::vector<passkey::Algorithm> offered{
      passkey::Algorithm::kEdDsa, passkey::Algorithm::kEs256, passkey::Algorithm::kRs256
  };
  EXPECT_EQ(party.algorithms, offered);
}

TEST_F(PasskeyRulesTest, TakeTheDomainsOwnOriginAndTheRelatedOnes) {
  const auto rules =
      read({{"passkey.rp_id", "example.org"}, {"passkey.related_origins", "https://example.net"}});
  ASSERT_TRUE(rules.has_value()) << rules.error().message;
  const std::vector<std::string> origins{"https://example.org", "https://example.net"};
  EXPECT_EQ(rules->party.origins, origins);
}

TEST_F(PasskeyRulesTest, ReachTheVerifier) {
  const auto rules = read(
      {{"passkey.rp_id", "example.org"},
       {"passkey.origins", "https://app.example.org"},
       {"passkey.user_verification", "preferred"},
       {"passkey.attestation", "direct"},
       {"passkey.require", "self_or_trusted"},
       {"passkey.counter_policy", "warn"},
       {"passkey.algorithms", "ES384"},
       {"passkey.aaguid_deny", "00112233-4455-6677-8899-aabbccddeeff"}}
  );
  ASSERT_TRUE(rules.has_value()) << rules.error().message;
  EXPECT_FALSE(rules->party.require_user_verification);
  EXPECT_EQ(rules->party.attestation, passkey::AttestationRequirement::kSelfOrTrusted);
  EXPECT_EQ(rules->party.counter_policy, passkey::CounterPolicy::kWarn);
  EXPECT_EQ(rules->party.algorithms, std::vector{passkey::Algorithm::kEs384});
  ASSERT_EQ(rules->party.denied_aaguids.size(), 1U);
  EXPECT_EQ(rules->party.denied_aaguids.front()[1], '\x11');
}

TEST_F(PasskeyRulesTest, NameTheOptionThatIsWrong) {
  const std::string no_certificate = write_file("not a certificate");
  const std::string missing = (directory_.path() / "missing.pem").string();
  struct Case {
    Settings settings;
    const char* names;
  };
  const Case cases[] = {
      {{{"passkey.origins", "https://example.org"}}, "passkey.rp_id"},
      {{{"passkey.related_origins", "https://example.org"}}, "passkey.rp_id"},
      {{{"passkey.require", "trusted"}}, "passkey.rp_id"},
      {{{"passkey.rp_id", "example.org"}, {"passkey.require", "trusted"}}, "passkey.require"},
      {{{"passkey.aaguid_allow", "00112233-4455-6677-8899-aabbccddeeff"}}, "passkey.rp_id"},
      {{{"passkey.rp_id", "https://example.org"}}, "passkey.origins"},
      {{{"passkey.rp_id", "Example.org"}}, "passkey.origins"},
      {{{"passkey.rp_id", "example.org"}, {"passkey.origins", "https://example.net"}},
       "https://example.net"},
      {{{"passkey.rp_id", "example.org"}, {"passkey.origins", "https://notexample.org"}},
       "https://notexample.org"},
      {{{"passkey.rp_id", "example.org"}, {"passkey.origins", "http://example.org"}},
       "http://example.org"},
      {{{"passkey.rp_id", "example.org"}, {"passkey.roots", missing}}, "passkey.roots"},
      {{{"passkey.rp_id", "example.org"}, {"passkey.roots", no_certificate}}, "passkey.roots"},
      {{{"passkey.rp_id", "example.org"}, {"passkey.aaguid_allow", "yubikey"}},
       "passkey.aaguid_allow"},
      {{{"passkey.rp_id", "example.org"}, {"passkey.aaguid_deny", "1234"}}, "passkey.aaguid_deny"},
      {{{"passkey.rp_id", "example.org"}, {"passkey.mds_file", missing}}, "passkey.mds_file"},
      {{{"passkey.rp_id", "example.org"}, {"passkey.mds_file", no_certificate}}, "passkey.mds_file"
      },
  };
  for (const Case& given : cases) {
    const auto rules = read(given.settings);
    ASSERT_FALSE(rules.has_value()) << given.names;
    EXPECT_EQ(rules.error().code, Errc::kInvalid);
    EXPECT_NE(rules.error().message.find(given.names), std::string::npos) << rules.error().message;
  }
}

struct LimitCase {
  const char* option;
  const char* value;
  std::uint64_t held;
  const char* beyond;
  std::uint64_t (*held_by)(const PasskeyRules& rules);
};

TEST_F(PasskeyRulesTest, HoldTheirLimitsBelowCeilings) {
  const LimitCase cases[] = {
      {"passkey.challenge_ttl",
       "2s",
       2000,
       "61min",
       [](const PasskeyRules& r) {
         return static_cast<std::uint64_t>(r.challenge_lifetime.count());
       }},
      {"passkey.challenges",
       "11",
       11,
       "1000001",
       [](const PasskeyRules& r) -> std::uint64_t {
         return r.most_challenges;
       }},
      {"passkey.challenges_per_minute",
       "7",
       7,
       "1000001",
       [](const PasskeyRules& r) -> std::uint64_t {
         return r.challenges_per_minute;
       }},
      {"passkey.max_per_user",
       "3",
       3,
       "1001",
       [](const PasskeyRules& r) -> std::uint64_t {
         return r.most_per_user;
       }},
  };
  for (const LimitCase& given : cases) {
    const auto rules = read({{given.option, given.value}});
    ASSERT_TRUE(rules.has_value()) << given.option;
    EXPECT_EQ(given.held_by(*rules), given.held) << given.option;
    EXPECT_FALSE(read({{given.option, given.beyond}}).has_value()) << given.option;
  }
}

}  // namespace
}  // namespace noded::auth
