#include "crypto/passkey/relying_party.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::passkey {
namespace {

struct Row {
  std::string id;
  std::string origin;
  bool is_good;
};

TEST(PasskeyRelyingParty, HasOriginsThatFitItsId) {
  const std::vector<Row> rows = {
      {"example.org", "https://example.org", true},
      {"example.org", "https://example.org:8443", true},
      {"example.org", "https://login.example.org", true},
      {"localhost", "http://localhost:8787", true},
      {"localhost", "http://localhost", true},
      {"app.localhost", "http://app.localhost:3000", true},
      {"example.org", "https://related.example", true},
      {"example.org", "http://example.org", false},
      {"example.org", "https://badexample.org", false},
      {"example.org", "https://example.org.evil.example", false},
      {"login.example.org", "https://example.org", false},
      {"example.org", "https://other.example", false},
      {"example.org", "https://example.org/", false},
      {"example.org", "https://example.org:443", false},
      {"example.org", "https://example.org:", false},
      {"example.org", "https://example.org:08", false},
      {"example.org", "https://Example.org", false},
      {"example.org", "https://user@example.org", false},
      {"example.org", "https://", false},
      {"example.org", "example.org", false},
      {"example.org", "null", false},
      {"localhost", "http://localhost:80", false},
      {"", "https://example.org", false},
      {"https://example.org", "https://example.org", false},
  };
  const std::vector<std::string> related = {"https://related.example"};
  for (const Row& row : rows) {
    RelyingParty party;
    party.id = row.id;
    party.origins = {row.origin};
    const auto checked = check_origins(party, related);
    EXPECT_EQ(checked.has_value(), row.is_good) << row.id << ' ' << row.origin;
    if (!checked && !row.id.empty() && row.id.find(':') == std::string::npos) {
      EXPECT_NE(checked.error().message.find(row.origin), std::string::npos);
    }
  }
  RelyingParty without;
  without.id = "example.org";
  EXPECT_FALSE(check_origins(without, related));
}

TEST(PasskeyRefusal, IsSpelledAsTheWireFormatHasIt) {
  EXPECT_EQ(to_text(RefusalCode::kMalformed), "malformed");
  EXPECT_EQ(to_text(RefusalCode::kRpIdMismatch), "rp_id_mismatch");
  EXPECT_EQ(to_text(RefusalCode::kCounterRegression), "counter_regression");
}

}  // namespace
}  // namespace noded::passkey
