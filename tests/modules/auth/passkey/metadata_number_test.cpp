#include "modules/auth/passkey/metadata_number.hpp"

#include "support/database_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace noded::auth {
namespace {

class MetadataNumberTest : public testing_support::DatabaseFixture {};

TEST_F(MetadataNumberTest, NeverGoesBack) {
  EXPECT_TRUE(run(require_newest_metadata(database_, 7)));
  EXPECT_TRUE(run(require_newest_metadata(database_, 7)));
  EXPECT_TRUE(run(require_newest_metadata(database_, 12)));
  const auto older = run(require_newest_metadata(database_, 9));
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, Errc::kInvalid);
  EXPECT_THAT(
      older.error().message,
      testing::AllOf(
          testing::HasSubstr("passkey.mds_file"),
          testing::HasSubstr("number 9"),
          testing::HasSubstr("12 was used before")
      )
  );
  EXPECT_TRUE(run(require_newest_metadata(database_, 12)));
}

}  // namespace
}  // namespace noded::auth
