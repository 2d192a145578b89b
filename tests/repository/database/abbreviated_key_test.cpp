#include "repository/database/abbreviated_key.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace noded::database {
namespace {

constexpr std::int64_t kMaxInteger = std::int64_t{1} << 58;

// What the header promises of any two values, relative to any base that the first of them has.
void expect_the_order_of(const Value& a, const Value& b, std::string_view base) {
  const auto order = compare(a.view(), b.view());
  const AbbreviatedKey key_a = abbreviate(a.view(), base);
  const AbbreviatedKey key_b = abbreviate(b.view(), base);
  EXPECT_NE(key_a, kNoKey);
  if (order < 0) EXPECT_LE(key_a, key_b);
  if (order > 0) EXPECT_GE(key_a, key_b);
  if (order == 0) EXPECT_EQ(key_a, key_b);
  if (key_a == key_b && is_whole(key_a)) EXPECT_TRUE(order == 0);
}

std::vector<Value> telling_values() {
  std::vector<ValueView> views = {
      ValueView::null(),
      ValueView::of_boolean(false),
      ValueView::of_boolean(true),
      ValueView::of_time(-1),
      ValueView::of_time(1'700'000'000'000),
      ValueView::of_time(std::numeric_limits<std::int64_t>::max()),
      ValueView::of_json("[1]"),
      ValueView::of_json("[1,2,3,4]"),
      ValueView::of_uuid("0123456789abcdef"),
      ValueView::of_uuid("0123456789abcdeg"),
      ValueView::of_uuid(std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16)),
  };
  for (const std::int64_t n : {std::int64_t{0}, std::int64_t{7}, kMaxInteger}) {
    for (const std::int64_t by : {-1, 0, 1}) {
      views.push_back(ValueView::of_integer(n + by));
      views.push_back(ValueView::of_integer(-n - by));
    }
  }
  views.push_back(ValueView::of_integer(std::numeric_limits<std::int64_t>::min()));
  views.push_back(ValueView::of_integer(std::numeric_limits<std::int64_t>::max()));
  for (const double real : {0.0, 0.25, 0.5, 6.0, 6.5, 1e10 + 0.5, 3e17, 1e19, 1e300}) {
    views.push_back(ValueView::of_real(real));
    views.push_back(ValueView::of_real(-real));
  }
  for (const std::string_view text :
       {"",
        "a",
        "ab",
        "ab0",
        "abcdef",
        "abcdefg",
        "abcdefgh",
        "abcdefgi",
        "abcdefghi",
        "abd",
        "b",
        "[1]",
        "\xc3\xa4",
        "\xff\xff\xff\xff\xff\xff\xff",
        "\xff\xff\xff\xff\xff\xff\xff\xff"})
    views.push_back(ValueView::of_text(text));
  for (const std::size_t zeros : {1U, 2U, 6U, 7U, 8U, 9U})
    views.push_back(ValueView::of_text({"\0\0\0\0\0\0\0\0\0", zeros}));
  return {views.begin(), views.end()};
}

TEST(AbbreviatedKey, HasTheOrderOfTheValues) {
  const std::vector<Value> values = telling_values();
  for (const Value& a : values) {
    for (const Value& b : values)
      expect_the_order_of(a, b, {});
  }
}

// A column's texts begin with its base; what they are compared with need not.
TEST(AbbreviatedKey, HasTheOrderOfTheValuesBehindABase) {
  const std::vector<Value> values = telling_values();
  for (const std::string_view base : {"a", "ab", "abcdefg", "\xff\xff"}) {
    for (const Value& a : values) {
      const bool is_of_column = a.type != ValueType::kText || a.text.starts_with(base);
      if (!is_of_column || a.type == ValueType::kJson) continue;
      for (const Value& b : values)
        expect_the_order_of(a, b, base);
    }
  }
}

TEST(AbbreviatedKey, HasTheOrderOfManyTexts) {
  std::mt19937 random(11);
  std::vector<Value> values;
  for (int i = 0; i < 300; ++i) {
    std::string text;
    for (std::size_t left = random() % 11; left > 0; --left)
      text.push_back("\0ab\xff"[random() % 4]);
    values.emplace_back(ValueView::of_text(text));
  }
  for (const Value& a : values) {
    for (const Value& b : values)
      expect_the_order_of(a, b, {});
  }
}

TEST(AbbreviatedKey, IsWholeForWhatFits) {
  const auto whole = [](const ValueView& value, std::string_view base = {}) {
    return is_whole(abbreviate(value, base));
  };
  EXPECT_TRUE(whole(ValueView::null()));
  EXPECT_TRUE(whole(ValueView::of_boolean(true)));
  EXPECT_TRUE(whole(ValueView::of_integer(kMaxInteger)));
  EXPECT_TRUE(whole(ValueView::of_integer(-kMaxInteger)));
  EXPECT_FALSE(whole(ValueView::of_integer(kMaxInteger + 1)));
  EXPECT_FALSE(whole(ValueView::of_integer(-kMaxInteger - 1)));
  EXPECT_TRUE(whole(ValueView::of_real(4.0)));
  EXPECT_FALSE(whole(ValueView::of_real(4.5)));
  EXPECT_TRUE(whole(ValueView::of_time(1'700'000'000'000)));
  EXPECT_TRUE(whole(ValueView::of_text("")));
  EXPECT_TRUE(whole(ValueView::of_text("private")));
  EXPECT_FALSE(whole(ValueView::of_text("privates")));
  EXPECT_TRUE(whole(ValueView::of_text("document number 00042"), "document number "));
  EXPECT_FALSE(whole(ValueView::of_text("elsewhere"), "document number "));
  EXPECT_FALSE(whole(ValueView::of_uuid("0123456789abcdef")));
  EXPECT_FALSE(is_whole(kNoKey));
}

TEST(CommonBase, IsWhatAllTextsBeginWith) {
  CommonBase base;
  EXPECT_EQ(base.get(), "");
  base.add(ValueView::null());
  base.add(ValueView::of_integer(3));
  base.add(ValueView::of_text("item 12"));
  EXPECT_EQ(base.get(), "item 12");
  base.add(ValueView::of_text("item 12b"));
  EXPECT_EQ(base.get(), "item 12");
  base.add(ValueView::of_json("item 3"));
  EXPECT_EQ(base.get(), "item ");
  base.add(ValueView::of_uuid("0123456789abcdef"));
  EXPECT_EQ(base.get(), "item ");
  base.add(ValueView::of_text(""));
  EXPECT_EQ(base.get(), "");
  base.add(ValueView::of_text("item"));
  EXPECT_EQ(base.get(), "");
}

}  // namespace
}  // namespace noded::database
