#include "crypto/signing.hpp"

#include "codec/text.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace noded::crypto {
namespace {

std::string hex(std::string_view text) {
  return codec::hex_decode(text).value();
}

// RFC 8032 §7.1, tests 1 and 3.
TEST(Signing, GivesTheVectorsOfTheRfc) {
  const std::string seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  EXPECT_EQ(
      codec::hex_encode(public_key_of(seed)),
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
  );
  EXPECT_EQ(
      codec::hex_encode(sign(seed, "")),
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
      "b46bd25bf5f0595bbe24655141438e7a100b"
  );
  const std::string other = hex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
  EXPECT_EQ(
      codec::hex_encode(sign(other, hex("af82"))),
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
      "c6594a7c15e9716ed28dc027beceea1ec40a"
  );
}

TEST(Signing, HoldsForThatKeyAndMessageAlone) {
  const std::string seed = make_signing_seed();
  const std::string key = public_key_of(seed);
  const std::string signature = sign(seed, "message");
  EXPECT_TRUE(is_signed(key, "message", signature));
  EXPECT_FALSE(is_signed(key, "messagf", signature));
  EXPECT_FALSE(is_signed(public_key_of(make_signing_seed()), "message", signature));
  EXPECT_FALSE(is_signed(key, "message", signature.substr(1)));
  EXPECT_FALSE(is_signed("", "message", signature));
  std::string other = signature;
  other[3] = static_cast<char>(other[3] ^ 1);
  EXPECT_FALSE(is_signed(key, "message", other));
}

TEST(Signing, NeedsASeedOfItsSize) {
  EXPECT_THROW(sign("short", "x"), std::invalid_argument);
  EXPECT_THROW(public_key_of(""), std::invalid_argument);
}

}  // namespace
}  // namespace noded::crypto
