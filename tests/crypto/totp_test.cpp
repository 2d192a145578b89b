#include "crypto/totp.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace noded::crypto {
namespace {

const std::string kSecret = "12345678901234567890";  // of both RFCs' test vectors

TEST(Totp, CountsAsRfc4226AppendixD) {
  const std::vector<std::string> codes = {
      "755224",
      "287082",
      "359152",
      "969429",
      "338314",
      "254676",
      "287922",
      "162583",
      "399871",
      "520489"
  };
  for (std::size_t counter = 0; counter < codes.size(); ++counter) {
    EXPECT_EQ(hotp(kSecret, counter, 6), codes[counter]);
  }
}

TEST(Totp, KeepsTimeAsRfc6238AppendixB) {
  const std::vector<std::pair<std::int64_t, std::string>> rows = {
      {59, "94287082"},
      {1111111109, "07081804"},
      {1111111111, "14050471"},
      {1234567890, "89005924"},
      {2000000000, "69279037"},
      {20000000000, "65353130"},
  };
  for (const auto& [time, code] : rows) {
    EXPECT_EQ(totp(kSecret, time, {.digits = 8}), code) << time;
    EXPECT_EQ(totp(kSecret, time), code.substr(2)) << time;
  }
}

TEST(Totp, IsTakenAPeriodBeforeAndAfterItsOwn) {
  const std::int64_t now = 1111111109;
  const std::int64_t period = now / 30;
  const std::string code = totp(kSecret, now);
  for (const std::int64_t shift : {-30, 0, 30}) {
    EXPECT_EQ(verify_totp(kSecret, code, now + shift, std::nullopt), period) << shift;
  }
  EXPECT_FALSE(verify_totp(kSecret, code, now - 60, std::nullopt));
  EXPECT_FALSE(verify_totp(kSecret, code, now + 60, std::nullopt));
  EXPECT_FALSE(verify_totp(kSecret, code, now + 30, std::nullopt, {.window = 0}));
  EXPECT_EQ(verify_totp(kSecret, hotp(kSecret, 0, 6), 0, std::nullopt), 0);
}

TEST(Totp, IsForOneUse) {
  const std::int64_t now = 1111111109;
  const std::int64_t period = now / 30;
  const std::string code = totp(kSecret, now);
  EXPECT_EQ(verify_totp(kSecret, code, now, period - 1), period);
  EXPECT_FALSE(verify_totp(kSecret, code, now, period));
  EXPECT_FALSE(verify_totp(kSecret, code, now, period + 1));
}

TEST(Totp, RefusesWhatIsNoCode) {
  const std::int64_t now = 1111111109;
  const std::string code = totp(kSecret, now);
  for (const std::string& wrong :
       {std::string(), code.substr(1), code + '0', '+' + code.substr(1)}) {
    EXPECT_FALSE(verify_totp(kSecret, wrong, now, std::nullopt)) << wrong;
  }
  EXPECT_FALSE(verify_totp("another secret", code, now, std::nullopt));
  EXPECT_FALSE(verify_totp("", hotp("", 0, 6), 0, std::nullopt));
}

TEST(Totp, IsHandedToAppsAsAUri) {
  EXPECT_EQ(
      totp_uri("My node", "a@b.example", kSecret),
      "otpauth://totp/My%20node:a%40b.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
      "&issuer=My%20node&algorithm=SHA1&digits=6&period=30"
  );
  EXPECT_NE(totp_uri("n", "a", "foob").find("secret=MZXW6YQ&"), std::string::npos);  // RFC 4648 §10
}

}  // namespace
}  // namespace noded::crypto
