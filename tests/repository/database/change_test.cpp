#include "repository/database/change.hpp"

#include "storage/rocksdb/feed_times.hpp"

#include <gtest/gtest.h>

namespace noded::database {
namespace {

constexpr std::int64_t kTime = 1'700'000'000'123;

TEST(Change, GivesBackWhatWasEncoded) {
  const std::string bytes =
      encode({Change::Kind::kUpdated, kTime, 70'000, RowKey::of_integer(-3), "before", "after"});
  const auto change = decode_change(bytes);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->kind, Change::Kind::kUpdated);
  EXPECT_EQ(change->time_ms, kTime);
  EXPECT_EQ(change->entity, 70'000u);
  EXPECT_EQ(change->key.integer(), -3);
  EXPECT_EQ(change->before, "before");
  EXPECT_EQ(change->after, "after");
}

TEST(Change, AnEntryOfTheFirstFormatIsReadOnceTheMigrationGaveItATime) {
  std::string old = encode({Change::Kind::kCreated, kTime, 7, RowKey::of_integer(5), {}, "row"});
  old[0] = 1;
  old.erase(2, sizeof kTime);
  EXPECT_FALSE(decode_change(old).has_value());
  const auto bytes = storage::with_time(old, kTime + 1);
  ASSERT_TRUE(bytes.has_value());
  const auto change = decode_change(*bytes);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->kind, Change::Kind::kCreated);
  EXPECT_EQ(change->time_ms, kTime + 1);
  EXPECT_EQ(change->entity, 7u);
  EXPECT_EQ(change->key.integer(), 5);
  EXPECT_EQ(change->before, "");
  EXPECT_EQ(change->after, "row");
  EXPECT_EQ(storage::with_time(*bytes, kTime), std::nullopt) << "it is done already";
}

TEST(Change, ADamagedEntryIsRefused) {
  const std::string bytes =
      encode({Change::Kind::kErased, kTime, 1, RowKey::of_uuid("0123456789abcdef"), "row", {}});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_change(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
  std::string newer = bytes;
  newer[0] = 3;
  EXPECT_FALSE(decode_change(newer).has_value());
}

}  // namespace
}  // namespace noded::database
