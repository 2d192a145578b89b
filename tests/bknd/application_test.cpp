#include "bknd/application.hpp"

#include "bknd/secrets.hpp"
#include "codec/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace noded::bknd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

boost::json::object parse(std::string_view text) {
  return codec::parse_json(text, "test").value().as_object();
}

TEST(Application, TakesTheEntitiesOfAllModules) {
  const auto taken = application_of(parse(
      R"({"data":{"entities":{"posts":{},"users":{}}},"auth":{"enabled":true,"entity_name":"users"},
          "media":{"enabled":true}})"
  ));
  EXPECT_THAT(taken.entities, ElementsAre("posts", "users", "media"));
  EXPECT_THAT(taken.omissions, IsEmpty());
}

TEST(Application, LeavesOutWhatOnlyAProgramWithCodeOfItsOwnKnows) {
  const auto taken = application_of(parse(
      R"({"plugin":{},"auth":{"strategies":{"otp":{"type":"plugin"},"password":{"type":"password"}}},
          "media":{"adapter":{"type":"opfs","config":{}}}})"
  ));
  EXPECT_EQ(
      codec::to_json_text(taken.configuration),
      R"({"auth":{"strategies":{"password":{"type":"password"}}},"media":{}})"
  );
  ASSERT_EQ(taken.omissions.size(), 3u);
  EXPECT_EQ(taken.omissions[0].where, "plugin");
  EXPECT_EQ(taken.omissions[1].where, "auth.strategies.otp");
  EXPECT_EQ(taken.omissions[2].where, "media.adapter");
  EXPECT_THAT(taken.omissions[2].why, HasSubstr("\"opfs\""));
}

TEST(Application, TellsWhatIsTakenButDoesNotWorkYet) {
  const auto taken = application_of(parse(
      R"({"media":{"adapter":{"type":"local"}},"flows":{"flows":{"f":{}}},
          "auth":{"strategies":{"google":{"type":"oauth","enabled":true}}}})"
  ));
  EXPECT_THAT(taken.omissions, IsEmpty());
  EXPECT_THAT(
      taken.notes, ElementsAre(HasSubstr("google"), HasSubstr("local"), HasSubstr("flows: 1"))
  );
}

TEST(Application, TakesAnyShapeOfConfiguration) {
  for (const std::string_view text :
       {R"({})",
        R"({"auth":7})",
        R"({"data":{"entities":[]}})",
        R"({"media":{"adapter":null}})",
        R"({"auth":{"strategies":{"a":1}}})",
        R"({"flows":{"flows":[]}})"}) {
    EXPECT_THAT(application_of(parse(text)).entities, IsEmpty()) << text;
  }
}

TEST(Secrets, AreLeftOutWhereNothingIsConfiguredAnyMore) {
  auto configuration = parse(R"({"auth":{"jwt":{},"strategies":7}})");
  put_secrets(
      configuration,
      parse(R"({"auth.jwt.secret":"s","auth.strategies.google.config.x":1,"media.adapter.key":2})")
  );
  EXPECT_EQ(
      codec::to_json_text(configuration), R"({"auth":{"jwt":{"secret":"s"},"strategies":7}})"
  );
}

}  // namespace
}  // namespace noded::bknd
