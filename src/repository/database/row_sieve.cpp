#include "repository/database/row_sieve.hpp"

#include "repository/database/row.hpp"

#include <algorithm>

namespace noded::database {
namespace {

// Whether a condition is a comparison of keys. The primary key is in no row.
bool is_testable(const Condition& condition) {
  if (condition.field->type == FieldType::kPrimary) return false;
  switch (condition.op) {
    case Operator::kEqual:
    case Operator::kNotEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual:
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kBetween:
    case Operator::kIsNull:
    case Operator::kIsNotNull:
      return true;
    case Operator::kIn:
    case Operator::kNotIn:
    case Operator::kLike:
    case Operator::kContains:
    case Operator::kRegex:
      return false;
  }
  return false;
}

template <class Holds>
std::uint64_t bits_where(const AbbreviatedKey* keys, std::size_t count, Holds holds) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i)
    bits |= static_cast<std::uint64_t>(holds(keys[i])) << i;
  return bits;
}

}  // namespace

RowSieve::RowSieve(
    std::span<const Condition* const> required, bool suffice, const Field* order, Chooser& chooser
)
    : chooser_(chooser), order_(order), tests_suffice_(suffice) {
  if (order_ != nullptr && order_->type == FieldType::kPrimary) order_ = nullptr;
  for (const Condition* condition : required) {
    if (is_testable(*condition)) {
      tested_.push_back({condition, add_column(*condition->field)});
    } else {
      tests_suffice_ = false;
    }
  }
  if (order_ != nullptr) order_column_ = add_column(*order_);
}

std::size_t RowSieve::add_column(const Field& field) {
  const auto place = std::ranges::find(columns_, field.id);
  if (place != columns_.end()) return static_cast<std::size_t>(place - columns_.begin());
  columns_.push_back(field.id);
  return columns_.size() - 1;
}

Sieve::Column RowSieve::make(std::uint16_t column, std::span<const std::string_view> values) const {
  CommonBase base;
  for (const std::string_view row : values)
    base.add(RowView(row).field(column));
  Column made;
  made.base = base.get();
  made.numbers.reserve(values.size());
  for (const std::string_view row : values)
    made.numbers.push_back(abbreviate(RowView(row).field(column), made.base));
  return made;
}

void RowSieve::start(std::span<const Column* const> columns) {
  for (const Tested& tested : tested_) {
    if (const Column* column = columns[tested.column]; column != nullptr) {
      tests_.push_back(test_of(*tested.condition, *column));
    } else {
      tests_suffice_ = false;
    }
  }
  if (order_ != nullptr) ordered_ = columns[order_column_];
}

// As holds() in filter_match.cpp: no comparison with a null of the row is true.
RowSieve::Test RowSieve::test_of(const Condition& condition, const Column& column) {
  constexpr AbbreviatedKey kFirst = kNullKey + 1;
  Test test{.keys = column.numbers.data(), .least = kFirst, .most = kNoKey - 1};
  if (condition.op == Operator::kIsNotNull) return test;
  if (condition.op == Operator::kIsNull) {
    test.least = test.most = kNullKey;
    return test;
  }
  const AbbreviatedKey key = abbreviate(condition.operands.front().view(), column.base);
  const bool decides = is_whole(key);
  if (!decides) test.unsure[0] = key;
  switch (condition.op) {
    case Operator::kEqual:
      test.least = std::max(key, kFirst);
      test.most = key;
      break;
    case Operator::kNotEqual:
      if (decides) test.but = key;
      break;
    case Operator::kGreater:
      test.least = std::max(decides ? key + 1 : key, kFirst);
      break;
    case Operator::kGreaterEqual:
      test.least = std::max(key, kFirst);
      break;
    case Operator::kLess:
      test.most = decides && key > 0 ? key - 1 : key;
      break;
    case Operator::kLessEqual:
      test.most = key;
      break;
    default:  // kBetween
      test.least = std::max(key, kFirst);
      test.most = abbreviate(condition.operands[1].view(), column.base);
      if (!is_whole(test.most)) test.unsure[1] = test.most;
  }
  return test;
}

std::uint64_t RowSieve::choose(std::size_t first, std::size_t count) {
  first_ = first;
  count_ = count;
  SievedRows rows;
  rows.possible = ~std::uint64_t{0} >> (kBlock - count);
  std::uint64_t unsure = 0;
  for (const Test& test : tests_) {
    const AbbreviatedKey* keys = test.keys + first;
    rows.possible &= bits_where(keys, count, [&test](AbbreviatedKey key) {
      return (key >= test.least) & (key <= test.most) & (key != test.but);
    });
    if (rows.possible == 0) return 0;
    if (test.unsure[0] == kNoKey && test.unsure[1] == kNoKey) continue;
    unsure |= bits_where(keys, count, [&test](AbbreviatedKey key) {
      return (key == test.unsure[0]) | (key == test.unsure[1]);
    });
  }
  if (tests_suffice_) rows.sure = rows.possible & ~unsure;
  return chooser_.choose(rows, *this);
}

std::uint64_t RowSieve::behind(const ValueView& bound, bool descending) const {
  if (ordered_ == nullptr) return 0;
  const AbbreviatedKey limit = abbreviate(bound, ordered_->base);
  const AbbreviatedKey* keys = ordered_->numbers.data() + first_;
  return bits_where(keys, count_, [limit, descending](AbbreviatedKey key) {
    return descending ? key < limit : key > limit;
  });
}

}  // namespace noded::database
