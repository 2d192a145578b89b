// A store of more sorted files than are open: what the memory tier cannot know it must not tell.
#include "storage/open.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace noded::storage {
namespace {

constexpr int kValues = 64;  // several sorted files below the first level

std::string key_of(int number) {
  return "key" + std::to_string(100 + number);
}

// A megabyte that no compression makes small.
std::string value_of(int number) {
  std::uint64_t random = static_cast<std::uint64_t>(number) + 1;
  std::string value;
  while (value.size() < 1'000'000) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    value.append(reinterpret_cast<const char*>(&random), sizeof random);
  }
  return value;
}

TEST(RocksdbUnopenedFile, IsNeverReadAsAnEmptyValue) {
  const test::TemporaryDirectory directory;
  StorageSettings settings;
  settings.directory = directory.path() / "store";
  settings.reserve_bytes = 0;
  settings.write_buffer_bytes = 1 << 20;
  settings.max_open_files = 20;
  {
    const auto engine = open_engine(settings).value();
    for (int i = 0; i < kValues; ++i)
      test::store(*engine, {{key_of(i), value_of(i)}});
    engine->close();
  }
  const auto engine = open_engine(settings).value();
  BeginOptions in_memory;
  in_memory.tier = Tier::kMemory;
  const auto memory = test::begin(*engine, in_memory);
  for (int i = 0; i < kValues; ++i) {
    std::string value;
    const auto found = memory->peek(key_of(i), value);
    if (found) {
      EXPECT_EQ(value.size(), 1'000'000u) << i;
    } else {
      EXPECT_EQ(found.error().code, Errc::kWouldBlock);
    }
    EXPECT_TRUE(test::stored(*engine, key_of(i)) == value_of(i)) << i;
  }
}

}  // namespace
}  // namespace noded::storage
