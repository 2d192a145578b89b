#include "crypto/crypto.hpp"

#include "codec/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace noded::crypto {
namespace {

std::string repeated(std::size_t count, unsigned byte) {
  return std::string(count, static_cast<char>(byte));
}

struct HmacCase {
  std::string key, data, sha256, sha384, sha512;
};

// RFC 4231 §4.2, 4.3, 4.4 and 4.7 (a key longer than the block)
const HmacCase kHmacs[] = {
    {repeated(20, 0x0b),
     "Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
     "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9"
     "cb6",
     "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f"
     "4e4"
     "be9d914eeb61f1702e696c203a126854"},
    {"Jefe",
     "what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21"
     "649",
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e"
     "6fd"
     "caeab1a34d4a6b4b636e070a38bce737"},
    {repeated(20, 0xaa),
     repeated(50, 0xdd),
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
     "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34"
     "f27",
     "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c"
     "807"
     "b946a337bee8942674278859e13292fb"},
    {repeated(131, 0xaa),
     "Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
     "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44"
     "952",
     "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1"
     "e52"
     "95e64f73f63f0aec8b915a985d786598"},
};

TEST(Hmac, MatchesTheVectorsOfRfc4231) {
  for (const HmacCase& expected : kHmacs) {
    EXPECT_EQ(
        codec::hex_encode(hmac(Digest::kSha256, expected.key, expected.data)), expected.sha256
    );
    EXPECT_EQ(
        codec::hex_encode(hmac(Digest::kSha384, expected.key, expected.data)), expected.sha384
    );
    EXPECT_EQ(
        codec::hex_encode(hmac(Digest::kSha512, expected.key, expected.data)), expected.sha512
    );
  }
}

TEST(Hmac, ForgetsThePreviousKey) {
  const std::string with_key = hmac(Digest::kSha256, "key", "data");
  const std::string with_none = hmac(Digest::kSha256, {}, "data");
  EXPECT_NE(with_key, with_none);
  EXPECT_EQ(hmac(Digest::kSha256, "", "data"), with_none);
  EXPECT_EQ(
      codec::hex_encode(hmac(Digest::kSha256, {}, {})),
      "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
  );
}

TEST(Sha256, MatchesTheVectorsOfFips180) {
  EXPECT_EQ(
      codec::hex_encode(sha256("")),
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  );
  EXPECT_EQ(
      codec::hex_encode(sha256("abc")),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  );
}

TEST(ConstantTimeComparison, IsTrueExactlyForEqualText) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secret "));
  EXPECT_FALSE(equal_in_constant_time("", "x"));
}

TEST(Random, GivesTheLengthAskedForAndNeverTheSameTwice) {
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(33).size(), 33U);
  std::set<std::string> seen;
  for (int count = 0; count < 100; ++count)
    seen.insert(random_bytes(16));
  EXPECT_EQ(seen.size(), 100U);
}

TEST(RandomText, UsesAllOfItsAlphabetAndNothingElse) {
  const std::string text = random_text(20000);
  EXPECT_EQ(text.size(), 20000U);
  EXPECT_TRUE(std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0; }));
  EXPECT_EQ(std::set<char>(text.begin(), text.end()).size(), 62U);
}

}  // namespace
}  // namespace noded::crypto
