#include "repository/database/change.hpp"

#include <gtest/gtest.h>

namespace noded::database {
namespace {

TEST(Change, GivesBackWhatWasEncoded) {
  const std::string bytes =
      encode({Change::Kind::kUpdated, 70'000, RowKey::of_integer(-3), "before", "after"});
  const auto change = decode_change(bytes);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->kind, Change::Kind::kUpdated);
  EXPECT_EQ(change->entity, 70'000u);
  EXPECT_EQ(change->key.integer(), -3);
  EXPECT_EQ(change->before, "before");
  EXPECT_EQ(change->after, "after");
}

TEST(Change, ADamagedEntryIsRefused) {
  const std::string bytes =
      encode({Change::Kind::kErased, 1, RowKey::of_uuid("0123456789abcdef"), "row", {}});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_change(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
  std::string newer = bytes;
  newer[0] = 2;
  EXPECT_FALSE(decode_change(newer).has_value());
}

}  // namespace
}  // namespace noded::database
