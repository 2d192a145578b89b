#include "modules/auth/cookie.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::auth {
namespace {

constexpr std::string_view kSecret = "conformance-secret-0123456789abcdef";
constexpr std::string_view kToken = "aaa.bbb.ccc";

TEST(Cookie, HoldsTokenAndSignature) {
  const std::string value = *codec::percent_decode(sign_cookie(kSecret, kToken), false);
  const std::string signature =
      codec::base64_encode(crypto::hmac(crypto::Digest::kSha256, kSecret, kToken));
  EXPECT_EQ(value, std::string(kToken) + "." + signature);
}

TEST(Cookie, VerifiesWhatItSigned) {
  EXPECT_EQ(verify_cookie(kSecret, sign_cookie(kSecret, kToken)), std::string(kToken));
}

TEST(Cookie, RefusesEveryChangedByte) {
  const std::string good = *codec::percent_decode(sign_cookie(kSecret, kToken), false);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(verify_cookie(kSecret, codec::percent_encode(bad)).has_value()) << i;
  }
}

TEST(Cookie, RefusesAnotherSecret) {
  EXPECT_FALSE(verify_cookie("other", sign_cookie(kSecret, kToken)).has_value());
}

class BadCookies : public testing::TestWithParam<const char*> {};

TEST_P(BadCookies, AreRefused) {
  EXPECT_FALSE(verify_cookie(kSecret, GetParam()).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    BadCookies,
    testing::Values("", ".", "a", "a.b.c", "a.b.c.", "%zz", ".AAAA", "a.b.c.AAAA%3D", "%ff.AAAA")
);

TEST(Cookie, SetsTheConfiguredAttributes) {
  auto given = codec::parse_json(
      R"({"domain":"example.com","path":"/x","sameSite":"none","secure":true,"httpOnly":true,"expires":60,"partitioned":true})",
      "test"
  );
  const CookieRules rules = cookie_rules(given->as_object());
  EXPECT_EQ(
      set_cookie(rules, "v", 0),
      "auth=v; Domain=example.com; Path=/x; Expires=Thu, 01 Jan 1970 00:01:00 GMT; HttpOnly; "
      "Secure; SameSite=None; Partitioned"
  );
}

TEST(Cookie, LeavesOutWhatIsTurnedOff) {
  auto given = codec::parse_json(
      R"({"domain":"","path":"/","sameSite":"lax","secure":false,"httpOnly":false,"expires":0})",
      "test"
  );
  EXPECT_EQ(set_cookie(cookie_rules(given->as_object()), "v", 0), "auth=v; Path=/; SameSite=Lax");
}

TEST(Cookie, IsClearedWithMaxAgeZero) {
  EXPECT_TRUE(clear_cookie({}, 0).starts_with("auth=; Max-Age=0; Path=/;"));
}

TEST(Cookie, TakesNoAttributesOutOfAttributes) {
  auto given = codec::parse_json(R"({"path":"/; Domain=evil\r\nX: y"})", "test");
  const std::string field = set_cookie(cookie_rules(given->as_object()), "v", 0);
  EXPECT_EQ(field.find("; Domain="), std::string::npos) << field;
  EXPECT_EQ(field.find('\n'), std::string::npos) << field;
}

TEST(Cookie, CarriesTheFlashForScripts) {
  const std::string field = flash_cookie("error", "no; way\n");
  EXPECT_EQ(
      field,
      "__bknd_flash=%7B%22type%22%3A%22error%22%2C%22message%22%3A%22no%3B%20way%5Cn%22%7D; Path=/"
  );
}

struct FieldCase {
  const char* name;
  const char* field;
  const char* value;
};
class CookieFields : public testing::TestWithParam<FieldCase> {};

TEST_P(CookieFields, AreSearchedForTheName) {
  EXPECT_EQ(find_cookie(GetParam().field, kAuthCookie), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Fields,
    CookieFields,
    testing::Values(
        FieldCase{"alone", "auth=a.b.c", "a.b.c"},
        FieldCase{"second", "x=1; auth=v", "v"},
        FieldCase{"first_counts", "auth=1; auth=2", "1"},
        FieldCase{"prefix_is_another", "auth2=1; xauth=2", ""},
        FieldCase{"quoted", "auth=\"v\"", "v"},
        FieldCase{"no_spaces", "a=1;auth=v;b=2", "v"},
        FieldCase{"equals_in_value", "auth=v==", "v=="},
        FieldCase{"empty", "", ""},
        FieldCase{"no_equals", "auth; auth=v", "v"},
        FieldCase{"only_semicolons", ";;;", ""}
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace noded::auth
