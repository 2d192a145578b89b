#include "crypto/passkey/der_reader.hpp"

#include "codec/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded::passkey {
namespace {

std::string unhex(const std::string& hex) {
  return codec::hex_decode(hex).value();
}

TEST(PasskeyDerReader, ReadsItemsOneAfterTheOther) {
  const std::string input = unhex("02012abf853e0302010004818078") + std::string(127, 'x');
  DerReader reader(input);
  EXPECT_EQ(reader.next(kDerUniversal, kDerInteger), "*");
  const auto tagged = reader.next();
  ASSERT_TRUE(tagged);
  EXPECT_EQ(tagged->kind, kDerContext);
  EXPECT_EQ(tagged->number, 702U);
  EXPECT_EQ(only_der_item(tagged->content, kDerUniversal, kDerInteger), std::string(1, '\0'));
  EXPECT_EQ(reader.next(kDerUniversal, kDerOctets)->size(), 128U);
  EXPECT_TRUE(reader.is_at_end());
  EXPECT_FALSE(reader.next());
}

TEST(PasskeyDerReader, RefusesWhatIsNotDer) {
  const std::vector<std::string> inputs = {
      "",
      "04",                              // no length
      "0401",                            // no content
      "04020a",                          // too little of it
      "0480",                            // an indefinite length
      "0481",                            // a length cut short
      "04817f" + std::string(254, '0'),  // not the shortest
      "04820080" + std::string(256, '0'),
      "0485000000000100",  // of five bytes
      "1f",                // a tag cut short
      "1f85",
      "1f1e00",            // a long tag that is short
      "1f80850100",        // with a zero before it
      "1f85858585850100",  // too long
  };
  for (const std::string& hex : inputs) {
    const std::string input = unhex(hex);
    EXPECT_FALSE(DerReader(input).next()) << hex;
  }
}

TEST(PasskeyDerReader, TakesTheOneItemOfAKindAlone) {
  const std::string input = unhex("040161");
  EXPECT_EQ(only_der_item(input, kDerUniversal, kDerOctets), "a");
  EXPECT_FALSE(only_der_item(input, kDerUniversal, kDerInteger));
  EXPECT_FALSE(only_der_item(input, kDerConstructed, kDerOctets));
  EXPECT_FALSE(only_der_item(input + "x", kDerUniversal, kDerOctets));
  EXPECT_FALSE(only_der_item("", kDerUniversal, kDerOctets));
}

}  // namespace
}  // namespace noded::passkey
