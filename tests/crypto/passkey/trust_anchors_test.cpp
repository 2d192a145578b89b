#include "crypto/passkey/trust_anchors.hpp"

#include "soft_certificate.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

namespace noded::passkey {
namespace {

constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2025} / 1 / 20}};

TEST(PasskeyTrustAnchors, TrustChainsThatAreValidAtTheTime) {
  const SoftKey leaf_key(Algorithm::kEs256);
  const SoftKey middle_key(Algorithm::kEs256);
  SoftCertificate middle = root_certificate();
  middle.subject = {{"CN", "Test middle"}};
  SoftCertificate leaf;
  leaf.issuer = "Test middle";
  leaf.not_before = "20250101000000Z";
  leaf.not_after = "20250201000000Z";
  const auto parse = [](const std::string& bytes) {
    return Certificate::parse(bytes).value();
  };
  std::vector<Certificate> chain;
  chain.push_back(parse(leaf.sign(leaf_key, middle_key)));
  chain.push_back(parse(middle.sign(middle_key, root_key())));
  const std::span<const Certificate> whole = chain;

  const TrustAnchors anchors = test_anchors();
  EXPECT_TRUE(anchors.trusts(whole, kNow));
  EXPECT_FALSE(anchors.trusts(whole.first(1), kNow));
  EXPECT_FALSE(anchors.trusts({}, kNow));
  EXPECT_FALSE(anchors.trusts(whole, kNow + std::chrono::days(30)));
  EXPECT_FALSE(anchors.trusts(whole, kNow - std::chrono::days(30)));
  EXPECT_FALSE(TrustAnchors().trusts(whole, kNow));

  TrustAnchors of_the_leaf;
  ASSERT_TRUE(of_the_leaf.add_der(leaf.sign(leaf_key, middle_key)));
  EXPECT_FALSE(of_the_leaf.trusts(whole, kNow));  // signed anew: another certificate
  TrustAnchors of_another;
  const SoftKey other_key(Algorithm::kEs256);
  ASSERT_TRUE(of_another.add_der(root_certificate().sign(other_key, other_key)));
  EXPECT_FALSE(of_another.trusts(whole, kNow));
}

TEST(PasskeyTrustAnchors, MayBeAnyCertificateOfTheChain) {
  const SoftKey leaf_key(Algorithm::kEs256);
  const std::string bytes = SoftCertificate{}.sign(leaf_key, root_key());
  std::vector<Certificate> chain;
  chain.push_back(Certificate::parse(bytes).value());
  TrustAnchors anchors;
  EXPECT_FALSE(anchors.trusts(chain, kNow));
  ASSERT_TRUE(anchors.add_der(bytes));
  EXPECT_TRUE(anchors.trusts(chain, kNow));
}

TEST(PasskeyTrustAnchors, AreReadFromPemFilesOfCertificatesAlone) {
  const std::string root = root_certificate().sign(root_key(), root_key());
  const std::string block = "-----BEGIN CERTIFICATE-----\n" + codec::base64_encode(root) +
                            "\n-----END CERTIFICATE-----\n";
  EXPECT_TRUE(TrustAnchors().add_pem("the root\n" + block + block));
  EXPECT_FALSE(TrustAnchors().add_pem(""));
  EXPECT_FALSE(TrustAnchors().add_pem("no certificate"));
  EXPECT_FALSE(TrustAnchors().add_pem(block + block.substr(0, block.size() - 9)));
  EXPECT_FALSE(
      TrustAnchors().add_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
  );
  EXPECT_FALSE(TrustAnchors().add_der("no certificate"));
}

}  // namespace
}  // namespace noded::passkey
