#include "modules/transfer/import_position.hpp"

#include "repository/database/keys.hpp"
#include "support/database_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace noded::transfer {
namespace {

constexpr std::string_view kImport = "posts /var/backups/posts.ndjson";

class ImportPositionTest : public testing_support::DatabaseFixture {
 protected:
  Result<ImportPosition> read() { return read_position(*transaction_, kApplication, kImport); }

  std::unique_ptr<Transaction> transaction_ = std::move(*engine_.begin({}));
};

TEST_F(ImportPositionTest, OfAnImportThatHasNotBegunIsTheFirstLine) {
  const auto position = read();
  ASSERT_TRUE(position);
  EXPECT_EQ(position->lines, 0u);
  EXPECT_EQ(position->mark, "");
  EXPECT_EQ(position->late, 0u);
}

TEST_F(ImportPositionTest, IsReadAsItWasWritten) {
  write_position(*transaction_, kApplication, kImport, {3, "0123", 1});
  const auto position = read();
  ASSERT_TRUE(position) << position.error().message;
  EXPECT_EQ(position->lines, 3u);
  EXPECT_EQ(position->mark, "0123");
  EXPECT_EQ(position->late, 1u);
}

TEST_F(ImportPositionTest, IsRefusedWhenItIsDamaged) {
  for (const std::string_view text :
       {"",
        "[]",
        R"({"lines":1,"mark":"m"})",
        R"({"lines":"1","mark":"m","late":0})",
        R"({"lines":-1,"mark":"m","late":0})",
        R"({"lines":1,"mark":"m","late":-1})",
        R"({"lines":9223372036854775808,"mark":"m","late":0})"}) {
    transaction_->put(database::keys::meta(kApplication, "import " + std::string(kImport)), text);
    const auto position = read();
    ASSERT_FALSE(position) << text;
    EXPECT_EQ(position.error().code, Errc::kInternal);
    EXPECT_NE(position.error().message.find(kImport), std::string::npos);
  }
}

}  // namespace
}  // namespace noded::transfer
