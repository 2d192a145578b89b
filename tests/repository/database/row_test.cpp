#include "repository/database/row.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace noded::database {
namespace {

TEST(Row, GivesBackEveryTypeOfValue) {
  RowBuilder builder;
  builder.set(9, ValueView::of_uuid("0123456789abcdef"));
  builder.set(1, ValueView::of_integer(std::numeric_limits<std::int64_t>::min()));
  builder.set(2, ValueView::of_real(0.1));
  builder.set(3, ValueView::of_text("naïve"));
  builder.set(4, ValueView::of_boolean(true));
  builder.set(5, ValueView::of_boolean(false));
  builder.set(6, ValueView::of_json("{\"a\":1}"));
  builder.set(7, ValueView::of_time(-62135596800000));
  builder.set(300, ValueView::of_text(""));
  const std::string bytes = builder.build();
  const RowView row(bytes);
  EXPECT_TRUE(row.is_well_formed());
  EXPECT_EQ(row.field(1).integer, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(row.field(2).real, 0.1);
  EXPECT_EQ(row.field(3).text, "naïve");
  EXPECT_EQ(row.field(4).type, ValueType::kTrue);
  EXPECT_EQ(row.field(5).type, ValueType::kFalse);
  EXPECT_EQ(row.field(6).text, "{\"a\":1}");
  EXPECT_EQ(row.field(7).integer, -62135596800000);
  EXPECT_EQ(row.field(9).text, "0123456789abcdef");
  EXPECT_EQ(row.field(300).type, ValueType::kText);
}

TEST(Row, AnAbsentFieldIsNull) {
  RowBuilder builder;
  builder.set(2, ValueView::of_integer(1));
  const std::string bytes = builder.build();
  EXPECT_TRUE(RowView(bytes).field(1).is_null());
  EXPECT_TRUE(RowView(bytes).field(3).is_null());
  EXPECT_TRUE(RowView().field(1).is_null());
}

TEST(Row, SettingNullRemovesAFieldAndOthersStay) {
  RowBuilder first;
  first.set(1, ValueView::of_text("one"));
  first.set(2, ValueView::of_text("two"));
  const std::string before = first.build();
  RowBuilder second{RowView(before)};
  second.set(1, ValueView::null());
  second.set(3, ValueView::of_integer(3));
  const std::string after = second.build();
  EXPECT_TRUE(RowView(after).field(1).is_null());
  EXPECT_EQ(RowView(after).field(2).text, "two");
  EXPECT_EQ(RowView(after).field(3).integer, 3);
}

TEST(Row, ALongRowUsesWiderEnds) {
  const std::string text(70'000, 'x');
  RowBuilder builder;
  builder.set(1, ValueView::of_text(text));
  builder.set(2, ValueView::of_integer(7));
  const std::string bytes = builder.build();
  EXPECT_TRUE(RowView(bytes).is_well_formed());
  EXPECT_EQ(RowView(bytes).field(1).text, text);
  EXPECT_EQ(RowView(bytes).field(2).integer, 7);
}

TEST(Row, EveryTruncationIsIllFormedAndReadsWithoutHarm) {
  RowBuilder builder;
  builder.set(1, ValueView::of_text("hello"));
  builder.set(2, ValueView::of_integer(123456));
  builder.set(3, ValueView::of_real(2.5));
  const std::string bytes = builder.build();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string cut = bytes.substr(0, size);
    EXPECT_FALSE(RowView(cut).is_well_formed()) << size;
    for (std::uint16_t id = 0; id < 5; ++id)
      (void)RowView(cut).field(id);
  }
}

}  // namespace
}  // namespace noded::database
