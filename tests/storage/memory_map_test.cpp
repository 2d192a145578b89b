#include "storage/memory/memory_map.hpp"

#include <gtest/gtest.h>

#include <string>

namespace noded::storage {
namespace {

class MemoryMapTest : public testing::Test {
 protected:
  // Commits one change as the next sequence.
  void put(std::string_view key, std::string_view value, Sequence oldest_read) {
    map_.apply({.changes = std::array{Change{key, value}}}, ++sequence_, oldest_read);
  }
  void erase(std::string_view key, Sequence oldest_read) {
    map_.apply({.changes = std::array{Change{key, std::nullopt}}}, ++sequence_, oldest_read);
  }
  std::string at(std::string_view key, Sequence sequence) const {
    const auto value = map_.find(key, sequence);
    return value == nullptr ? "-" : *value;
  }

  MemoryMap map_;
  Sequence sequence_ = 0;
};

TEST_F(MemoryMapTest, ShowsEachSequenceItsOwnVersion) {
  put("a", "1", 0);
  put("a", "2", 0);
  erase("a", 0);
  put("a", "4", 0);
  EXPECT_EQ(at("a", 0), "-");
  EXPECT_EQ(at("a", 1), "1");
  EXPECT_EQ(at("a", 2), "2");
  EXPECT_EQ(at("a", 3), "-");
  EXPECT_EQ(at("a", 4), "4");
  EXPECT_EQ(at("a", 9), "4");
}

TEST_F(MemoryMapTest, DropsVersionsThatNobodyReads) {
  for (int i = 0; i < 10; ++i)
    put("a", std::to_string(i), 5);
  EXPECT_EQ(at("a", 4), "-");  // gone
  EXPECT_EQ(at("a", 5), "4");
  EXPECT_EQ(at("a", 6), "5");
}

TEST_F(MemoryMapTest, DropsErasedKeysThatNobodyReads) {
  for (int i = 0; i < 10; ++i)
    put("key" + std::to_string(i), "x", sequence_);
  for (int i = 0; i < 10; ++i)
    erase("key" + std::to_string(i), 10);
  EXPECT_EQ(map_.keys(), 10u);
  EXPECT_EQ(at("key9", 10), "x");
  put("other", "x", sequence_);
  EXPECT_EQ(map_.keys(), 1u);
  erase("unknown", sequence_);
  EXPECT_EQ(map_.keys(), 1u);
}

TEST_F(MemoryMapTest, CountsTheBytesOfTheNewestVersions) {
  put("a", "12345", 0);
  EXPECT_EQ(map_.bytes(), 6u);
  put("a", "1", 0);
  EXPECT_EQ(map_.bytes(), 2u);
  erase("a", 0);
  EXPECT_EQ(map_.bytes(), 0u);
}

}  // namespace
}  // namespace noded::storage
