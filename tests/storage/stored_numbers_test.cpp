#include "storage/stored_numbers.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>

namespace noded::storage {
namespace {

TEST(StoredNumber, IsEightBytesBigEndian) {
  const auto bytes = encode_number(0x0102030405060708);
  EXPECT_EQ(std::string_view(bytes.data(), bytes.size()), "\x01\x02\x03\x04\x05\x06\x07\x08");
}

TEST(StoredNumber, SurvivesEncoding) {
  for (const std::int64_t number :
       {std::int64_t{0},
        std::int64_t{-1},
        std::int64_t{42},
        std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max()}) {
    const auto bytes = encode_number(number);
    EXPECT_EQ(decode_number(std::string_view(bytes.data(), bytes.size())), number);
  }
}

TEST(StoredNumber, IsNothingElse) {
  EXPECT_FALSE(decode_number("").has_value());
  EXPECT_FALSE(decode_number("1234567").has_value());
  EXPECT_FALSE(decode_number("123456789").has_value());
}

class StoredNumbersTest : public testing::Test {
 protected:
  // What would be written, as numbers; then stored.
  std::map<std::string, std::int64_t> changes() {
    std::vector<Change> changes;
    numbers_.append_changes(changes);
    std::map<std::string, std::int64_t> read;
    for (const Change& change : changes) {
      EXPECT_TRUE(read.emplace(change.key, decode_number(*change.value).value()).second)
          << "written twice";
    }
    numbers_.store();
    return read;
  }

  std::map<std::string, std::string> stored_;
  int reads_ = 0;
  StoredNumbers numbers_{[this](std::string_view key) -> Result<std::optional<std::string>> {
    ++reads_;
    const auto found = stored_.find(std::string(key));
    return found == stored_.end() ? std::nullopt : std::optional(found->second);
  }};
};

TEST_F(StoredNumbersTest, WritesEachChangedNumberOnce) {
  ASSERT_TRUE(numbers_.load("n"));
  ASSERT_TRUE(numbers_.load("unchanged"));
  numbers_.add("n", 2);
  numbers_.add("n", 3);
  EXPECT_EQ(changes(), (std::map<std::string, std::int64_t>{{"n", 5}}));
  EXPECT_TRUE(changes().empty());
}

TEST_F(StoredNumbersTest, ReadsEachNumberOnce) {
  const auto bytes = encode_number(40);
  stored_["n"].assign(bytes.data(), bytes.size());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(numbers_.load("n"));
    numbers_.add("n", 1);
  }
  EXPECT_EQ(reads_, 1);
  EXPECT_EQ(changes().at("n"), 43);
}

TEST_F(StoredNumbersTest, OnlyRaisesMarks) {
  ASSERT_TRUE(numbers_.load("id"));
  numbers_.raise("id", 7);
  numbers_.raise("id", 3);
  EXPECT_EQ(changes().at("id"), 7);
}

TEST_F(StoredNumbersTest, CountsOnFromWhatReplacedANumber) {
  ASSERT_TRUE(numbers_.load("n"));
  numbers_.add("n", 2);
  changes();
  numbers_.replace("n", std::nullopt);
  numbers_.add("n", 1);
  EXPECT_EQ(changes().at("n"), 1);
}

TEST_F(StoredNumbersTest, FindsWhatIsNoNumber) {
  stored_["n"] = "text";
  EXPECT_EQ(numbers_.load("n").error().code, Errc::kInternal);
}

TEST_F(StoredNumbersTest, ForgetsWhatWasNotStored) {
  ASSERT_TRUE(numbers_.load("n"));
  numbers_.add("n", 2);
  numbers_.clear();
  ASSERT_TRUE(numbers_.load("n"));
  numbers_.add("n", 1);
  EXPECT_EQ(changes().at("n"), 1);
}

}  // namespace
}  // namespace noded::storage
