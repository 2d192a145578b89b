#include "repository/database/value.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace noded::database {
namespace {

// One of each order of magnitude and class, ascending.
std::vector<ValueView> ascending_values() {
  return {
      ValueView::null(),
      ValueView::of_real(-1e300),
      ValueView::of_integer(std::numeric_limits<std::int64_t>::min()),
      ValueView::of_integer(-5),
      ValueView::of_real(-0.5),
      ValueView::of_boolean(false),
      ValueView::of_real(0.25),
      ValueView::of_boolean(true),
      ValueView::of_integer(2),
      ValueView::of_real(2.5),
      ValueView::of_integer(9007199254740992),
      ValueView::of_integer(9007199254740993),
      ValueView::of_integer(std::numeric_limits<std::int64_t>::max()),
      ValueView::of_real(9223372036854775808.0),
      ValueView::of_real(1e300),
      ValueView::of_time(-1),
      ValueView::of_time(1'700'000'000'000),
      ValueView::of_text(""),
      ValueView::of_text(std::string_view("\0", 1)),
      ValueView::of_text(std::string_view("\0\0", 2)),
      ValueView::of_text("A"),
      ValueView::of_text("a"),
      ValueView::of_text("aa"),
      ValueView::of_text("\xff"),
      ValueView::of_uuid("0123456789abcdef"),
      ValueView::of_uuid("0123456789abcdeg"),
  };
}

TEST(Value, OrdersClassesAndValuesAsSqliteDoes) {
  const auto values = ascending_values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < values.size(); ++j) {
      EXPECT_TRUE(compare(values[i], values[j]) == (i <=> j)) << i << " and " << j;
    }
  }
}

TEST(Value, ABooleanEqualsTheNumberThatSqliteStoresForIt) {
  EXPECT_TRUE(compare(ValueView::of_boolean(true), ValueView::of_integer(1)) == 0);
  EXPECT_TRUE(compare(ValueView::of_boolean(false), ValueView::of_real(0.0)) == 0);
}

TEST(RowKey, IntegerKeysSortAsNumbers) {
  const std::int64_t ids[] = {
      std::numeric_limits<std::int64_t>::min(),
      -1,
      0,
      1,
      255,
      256,
      std::numeric_limits<std::int64_t>::max()
  };
  for (std::size_t i = 1; i < std::size(ids); ++i) {
    EXPECT_LT(RowKey::of_integer(ids[i - 1]), RowKey::of_integer(ids[i])) << ids[i];
    EXPECT_EQ(RowKey::of_integer(ids[i]).integer(), ids[i]);
  }
}

struct KeyText {
  const char* name;
  const char* text;
  bool is_uuid;
  const char* expected;  // null: no key
};

class RowKeyParse : public testing::TestWithParam<KeyText> {};

TEST_P(RowKeyParse, ReadsOrRefuses) {
  const auto key = RowKey::parse(GetParam().text, GetParam().is_uuid);
  ASSERT_EQ(key.has_value(), GetParam().expected != nullptr);
  if (key) {
    EXPECT_EQ(key->text(), GetParam().expected);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    RowKeyParse,
    testing::Values(
        KeyText{"digits", "42", false, "42"},
        KeyText{"negative", "-7", false, "-7"},
        KeyText{"word", "abc", false, nullptr},
        KeyText{"trailing", "4x", false, nullptr},
        KeyText{"empty", "", false, nullptr},
        KeyText{"beyond_64_bits", "9223372036854775808", false, nullptr},
        KeyText{
            "uuid",
            "0190163D-8694-739B-AEA5-966C26F8AD91",
            true,
            "0190163d-8694-739b-aea5-966c26f8ad91"
        },
        KeyText{"no_uuid", "42", true, nullptr}
    ),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace noded::database
