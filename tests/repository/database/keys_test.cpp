#include "repository/database/keys.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace noded::database {
namespace {

std::string encoded(const ValueView& value) {
  std::string key;
  keys::append_value(key, value);
  return key;
}

TEST(Keys, EncodedValuesSortAsTheValuesDo) {
  const std::vector<ValueView> ascending = {
      ValueView::null(),
      ValueView::of_real(-std::numeric_limits<double>::max()),
      ValueView::of_integer(std::numeric_limits<std::int64_t>::min()),
      ValueView::of_integer(-9007199254740993),
      ValueView::of_integer(-9007199254740992),
      ValueView::of_real(-1.5),
      ValueView::of_integer(-1),
      ValueView::of_real(-std::numeric_limits<double>::denorm_min()),
      ValueView::of_integer(0),
      ValueView::of_real(0.5),
      ValueView::of_boolean(true),
      ValueView::of_integer(1000),
      ValueView::of_integer(9007199254740992),
      ValueView::of_integer(9007199254740993),
      ValueView::of_integer(std::numeric_limits<std::int64_t>::max() - 1),
      ValueView::of_integer(std::numeric_limits<std::int64_t>::max()),
      ValueView::of_real(1e300),
      ValueView::of_time(std::numeric_limits<std::int64_t>::min()),
      ValueView::of_time(0),
      ValueView::of_text(""),
      ValueView::of_text(std::string_view("\0", 1)),
      ValueView::of_text(std::string_view("\0\xff", 2)),
      ValueView::of_text("\x01"),
      ValueView::of_text("a"),
      ValueView::of_text(std::string_view("a\0", 2)),
      ValueView::of_text("ab"),
      ValueView::of_uuid("0000000000000000"),
  };
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    EXPECT_LT(encoded(ascending[i - 1]), encoded(ascending[i])) << i;
    EXPECT_TRUE(compare(ascending[i - 1], ascending[i]) < 0) << i;
  }
}

TEST(Keys, EqualNumbersOfDifferentTypesHaveOneKey) {
  EXPECT_EQ(encoded(ValueView::of_boolean(true)), encoded(ValueView::of_integer(1)));
  EXPECT_EQ(encoded(ValueView::of_real(-0.0)), encoded(ValueView::of_integer(0)));
}

TEST(Keys, NoEncodedValueIsAPrefixOfAnother) {
  const std::string a = encoded(ValueView::of_text("a"));
  const std::string ab = encoded(ValueView::of_text("ab"));
  EXPECT_FALSE(ab.starts_with(a));
}

TEST(Keys, SkipStepsOverExactlyOneValue) {
  for (const ValueView& value :
       {ValueView::null(),
        ValueView::of_integer(7),
        ValueView::of_real(0.5),
        ValueView::of_time(9),
        ValueView::of_text(std::string_view("x\0y", 3)),
        ValueView::of_uuid("0123456789abcdef")}) {
    const std::string key = encoded(value);
    EXPECT_EQ(keys::skip_value(key + "tail"), key.size());
    EXPECT_EQ(keys::skip_value(std::string_view(key).substr(0, key.size() - 1)), 0u);
  }
  EXPECT_EQ(keys::skip_value("\x7f"), 0u);
}

}  // namespace
}  // namespace noded::database
