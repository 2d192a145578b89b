#include "modules/system/secret_paths.hpp"

#include "codec/json.hpp"

#include <gtest/gtest.h>

#include <array>

namespace noded::system {
namespace {

constexpr std::array<std::string_view, 3> kPatterns{
    "jwt.secret", "strategies.*.config.client.client_secret", "absent.place"
};
constexpr std::string_view kDocument =
    R"({"jwt":{"secret":"s1","alg":"HS256"},"strategies":{"password":{"config":{}},)"
    R"("a":{"config":{"client":{"client_id":"i","client_secret":"s2"}}},"b":{"config":{"client":{"client_secret":"s3"}}}}})";

TEST(SecretPaths, CutOutWhatThePatternsName) {
  auto document = codec::parse_json(kDocument)->get_object();
  const auto secrets = take_secrets(document, kPatterns);
  EXPECT_EQ(
      codec::to_json_text(document),
      R"({"jwt":{"alg":"HS256"},"strategies":{"password":{"config":{}},)"
      R"("a":{"config":{"client":{"client_id":"i"}}},"b":{"config":{"client":{}}}}})"
  );
  EXPECT_EQ(
      codec::to_json_text(secrets),
      R"({"jwt":{"secret":"s1"},"strategies":{"a":{"config":{"client":{"client_secret":"s2"}}},)"
      R"("b":{"config":{"client":{"client_secret":"s3"}}}}})"
  );
}

TEST(SecretPaths, PutBackWhatTheyCutOut) {
  const auto whole = codec::parse_json(kDocument)->get_object();
  auto document = whole;
  const auto secrets = take_secrets(document, kPatterns);
  EXPECT_NE(document, whole);
  put_secrets_back(document, secrets);
  EXPECT_EQ(document, whole);
}

TEST(SecretPaths, PassOverWhatIsNoObjectOnTheWay) {
  auto document = codec::parse_json(R"({"jwt":"text","strategies":[1]})")->get_object();
  EXPECT_TRUE(take_secrets(document, kPatterns).empty());
  EXPECT_EQ(codec::to_json_text(document), R"({"jwt":"text","strategies":[1]})");
}

}  // namespace
}  // namespace noded::system
