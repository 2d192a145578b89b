#include "repository/database/top_rows.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace noded::database {
namespace {

struct Case {
  std::uint64_t keep;
  int rows;
  int distinct;  // sort values among them
  bool descending;
};

class TopRowsTest : public testing::TestWithParam<Case> {};

TEST_P(TopRowsTest, KeepsTheFirstInOrder) {
  const Case given = GetParam();
  Field field;
  field.type = FieldType::kText;
  field.id = 3;
  std::mt19937 random(7);
  TopRows top({&field, given.descending}, given.keep);
  std::vector<std::pair<std::string, std::int64_t>> all;
  for (int i = 0; i < given.rows; ++i) {
    auto text =
        fmt::format("a longer text than fits {}", random() % static_cast<unsigned>(given.distinct));
    RowBuilder row;
    if (i % 17 != 0) {  // some have no value, which comes before any
      row.set(3, ValueView::of_text(text));
    } else {
      text.clear();
    }
    const std::string bytes = row.build();
    top.offer(RowKey::of_integer(i), RowView(bytes));
    all.emplace_back(std::move(text), i);
  }
  std::sort(all.begin(), all.end(), [&given](const auto& a, const auto& b) {
    if (a.first == b.first) return a.second < b.second;
    return given.descending ? a.first > b.first : a.first < b.first;
  });
  all.resize(std::min<std::size_t>(all.size(), given.keep));
  std::vector<RowKey> expected;
  for (const auto& [text, id] : all)
    expected.push_back(RowKey::of_integer(id));
  EXPECT_EQ(top.take(), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Orders,
    TopRowsTest,
    testing::Values(
        Case{0, 10, 3, false},
        Case{1, 2000, 2000, false},
        Case{20, 5, 5, true},
        Case{20, 83, 50, false},
        Case{20, 84, 50, false},
        Case{20, 85, 50, true},
        Case{20, 5000, 5000, true},
        Case{20, 5000, 3, true},
        Case{400, 5000, 1000, false},
        Case{5000, 5000, 10, false}
    )
);

}  // namespace
}  // namespace noded::database
