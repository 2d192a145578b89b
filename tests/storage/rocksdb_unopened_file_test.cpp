// A store of more sorted files than are open: what the memory tier cannot know it must not tell.
#include "storage/open.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::storage {
namespace {

constexpr int kFiles = 3;  // fewer than are merged, more than are opened at the start

std::string key_of(int file) {
  return "key" + std::to_string(file);
}

TEST(RocksdbUnopenedFile, IsNeverReadAsAnEmptyValue) {
  const test::TemporaryDirectory directory;
  StorageSettings settings;
  settings.directory = directory.path() / "store";
  settings.reserve_bytes = 0;
  settings.max_open_files = 20;
  {
    const auto opened = open_engine_with_backups(settings).value();
    for (int file = 0; file < kFiles; ++file) {
      test::store(*opened.engine, {{key_of(file), "value"}, {key_of(file) + "empty", ""}});
      // A backup writes what is in memory to a sorted file.
      ASSERT_TRUE(opened.backups->make(directory.path() / "backups", 1).has_value());
    }
    opened.engine->close();
  }
  const auto engine = open_engine(settings).value();
  BeginOptions in_memory;
  in_memory.tier = Tier::kMemory;
  const auto memory = test::begin(*engine, in_memory);
  int blocked = 0;
  for (int file = 0; file < kFiles; ++file) {
    std::string value;
    const auto found = memory->peek(key_of(file), value);
    if (found) {
      EXPECT_EQ(value, "value") << file;
    } else {
      EXPECT_EQ(found.error().code, Errc::kWouldBlock);
      ++blocked;
    }
  }
  EXPECT_GT(blocked, 0) << "every file was open";
  for (int file = 0; file < kFiles; ++file) {
    EXPECT_EQ(test::stored(*engine, key_of(file)), "value");
    EXPECT_EQ(test::stored(*engine, key_of(file) + "empty"), "");
    std::string value = "old";
    const auto found = memory->peek(key_of(file) + "empty", value);
    EXPECT_TRUE(found.has_value() && *found) << "the disk tier has just brought it to memory";
    EXPECT_EQ(value, "");
  }
}

}  // namespace
}  // namespace noded::storage
