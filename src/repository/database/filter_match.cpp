#include "repository/database/filter_match.hpp"

#include "codec/ascii.hpp"
#include "codec/text.hpp"
#include "repository/database/related.hpp"
#include "repository/database/row_layout.hpp"

#include <algorithm>
#include <span>

namespace noded::database {
namespace {

// Steps over one code point.
std::size_t next_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80)
    ++at;
  return at;
}

// SQL LIKE: % any run, _ one character, ASCII without case. Linear but for the last %, to which it
// returns.
bool like(std::string_view text, std::string_view pattern) {
  std::size_t t = 0;
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == '_') {
      t = next_character(text, t);
      ++p;
    } else if (p < pattern.size() && codec::to_lower(pattern[p]) == codec::to_lower(text[t])) {
      ++t;
      ++p;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%')
    ++p;
  return p == pattern.size();
}

// How a value reads as text, for LIKE and patterns.
std::string text_form(const ValueView& value) {
  switch (value.type) {
    case ValueType::kInteger:
      return std::to_string(value.integer);
    case ValueType::kTrue:
      return "1";
    case ValueType::kFalse:
      return "0";
    case ValueType::kTime:
      return codec::format_iso(value.integer);
    case ValueType::kUuid:
      return codec::uuid_text(value.text);
    default:
      return std::string(value.text);
  }
}

bool matches_text(const Condition& condition, const ValueView& value) {
  std::string made;
  std::string_view text = value.text;
  if (value.type != ValueType::kText && value.type != ValueType::kJson) {
    made = text_form(value);
    text = made;
  }
  switch (condition.op) {
    case Operator::kLike:
      return like(text, condition.operands.front().text);
    case Operator::kContains:
      return text.find(condition.operands.front().text) != std::string_view::npos;
    default:
      return condition.regex->matches(text);
  }
}

bool is_among(const Condition& condition, const ValueView& value) {
  return std::any_of(
      condition.operands.begin(),
      condition.operands.end(),
      [&value](const Value& operand) { return equal(value, operand.view()); }
  );
}

struct Binding {
  const Reference* reference;
  const StoredRow* row;
};

bool conjunction_holds(
    const Conjunction& conjunction,
    const RowKey& key,
    const RowView& row,
    std::span<const Binding> bindings
) {
  return std::all_of(conjunction.begin(), conjunction.end(), [&](const Condition& condition) {
    if (condition.via == nullptr) return holds(condition, value_of(*condition.field, key, row));
    const auto binding =
        std::find_if(bindings.begin(), bindings.end(), [&condition](const Binding& candidate) {
          return candidate.reference == condition.via;
        });
    const StoredRow& other = *binding->row;
    return holds(condition, value_of(*condition.field, other.key, RowView(other.bytes)));
  });
}

bool any_holds(
    const Filter& filter, const RowKey& key, const RowView& row, std::span<const Binding> bindings
) {
  return filter.any.empty() ||
         std::any_of(filter.any.begin(), filter.any.end(), [&](const Conjunction& conjunction) {
           return conjunction_holds(conjunction, key, row, bindings);
         });
}

// Tries every combination of related rows, one of each reference, as a join does.
bool any_combination_holds(
    const Filter& filter,
    const RowKey& key,
    const RowView& row,
    const std::vector<std::vector<StoredRow>>& related,
    std::vector<Binding>& bindings
) {
  const std::size_t depth = bindings.size();
  if (depth == filter.used.size()) return any_holds(filter, key, row, bindings);
  return std::any_of(related[depth].begin(), related[depth].end(), [&](const StoredRow& candidate) {
    bindings.push_back({filter.used[depth], &candidate});
    const bool found = any_combination_holds(filter, key, row, related, bindings);
    bindings.pop_back();
    return found;
  });
}

// The outcomes of a comparison that an operator accepts: 1 less, 2 equal, 4 greater. 0: not told by
// a comparison with one operand.
unsigned accepted(Operator op) {
  switch (op) {
    case Operator::kEqual:
      return 2;
    case Operator::kNotEqual:
      return 5;
    case Operator::kGreater:
      return 4;
    case Operator::kGreaterEqual:
      return 6;
    case Operator::kLess:
      return 1;
    case Operator::kLessEqual:
      return 3;
    default:
      return 0;
  }
}

unsigned outcome(std::int64_t a, std::int64_t b) {
  return 1U << ((a > b) - (a < b) + 1);
}

// holds() for a field of the row. Numbers and texts, of which most conditions are, are compared
// where they stand, without making a ValueView.
bool holds_in(const Condition& condition, const RowKey& key, const RowView& row) {
  const Field& field = *condition.field;
  const unsigned wanted = accepted(condition.op);
  if (wanted == 0 || field.type == FieldType::kPrimary)
    return holds(condition, value_of(field, key, row));
  std::string_view payload = row_layout::payload_of(row.bytes(), field.id);
  if (payload.empty()) return false;  // no comparison with null is true
  const Value& operand = condition.operands.front();
  const auto type = static_cast<ValueType>(payload.front());
  payload.remove_prefix(1);
  std::int64_t integer = 0;
  if (type == operand.type && type == ValueType::kInteger && !payload.empty() &&
      payload.size() <= 8 && row_layout::read_short_varint(payload, integer))
    return (outcome(integer, operand.integer) & wanted) != 0;
  if (type == operand.type && type == ValueType::kText) {
    if (wanted == 2) return payload == operand.text;
    return (outcome(payload.compare(operand.text), 0) & wanted) != 0;
  }
  return holds(condition, row.field(field.id));
}

}  // namespace

bool holds(const Condition& condition, const ValueView& value) {
  if (condition.op == Operator::kIsNull) return value.is_null();
  if (condition.op == Operator::kIsNotNull) return !value.is_null();
  if (value.is_null()) return false;
  if (const unsigned wanted = accepted(condition.op); wanted != 0) {
    const auto order = compare(value, condition.operands.front().view());
    return (outcome(order < 0 ? -1 : order > 0, 0) & wanted) != 0;
  }
  switch (condition.op) {
    case Operator::kIn:
      return is_among(condition, value);
    case Operator::kNotIn:
      return !is_among(condition, value);
    case Operator::kBetween:
      return compare(value, condition.operands[0].view()) >= 0 &&
             compare(value, condition.operands[1].view()) <= 0;
    default:
      return matches_text(condition, value);
  }
}

bool matches_alone(const Filter& filter, const RowKey& key, const RowView& row) {
  if (filter.any.empty()) return true;
  for (const Conjunction& conjunction : filter.any) {
    bool all_hold = true;
    for (const Condition& condition : conjunction) {
      all_hold = holds_in(condition, key, row);
      if (!all_hold) break;
    }
    if (all_hold) return true;
  }
  return false;
}

Result<bool> matches(
    const Filter& filter,
    const RowKey& key,
    const RowView& row,
    std::uint16_t application,
    Transaction& transaction,
    std::span<const std::shared_ptr<const Filter>> related
) {
  if (filter.used.empty()) return matches_alone(filter, key, row);
  std::vector<std::vector<StoredRow>> joined;
  for (std::size_t i = 0; i < filter.used.size(); ++i) {
    auto rows = related_rows(application, transaction, *filter.used[i], key, row);
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (const Filter* narrow = related.empty() ? nullptr : related[i].get(); narrow != nullptr) {
      auto kept = keep_matching(*narrow, *rows, application, transaction);
      if (!kept) return std::unexpected(std::move(kept.error()));
    }
    if (rows->empty()) return false;
    joined.push_back(std::move(*rows));
  }
  std::vector<Binding> bindings;
  return any_combination_holds(filter, key, row, joined, bindings);
}

Result<> keep_matching(
    const Filter& filter,
    std::vector<StoredRow>& rows,
    std::uint16_t application,
    Transaction& transaction
) {
  std::vector<StoredRow> kept;
  for (StoredRow& row : rows) {
    const auto match = matches(filter, row.key, RowView(row.bytes), application, transaction);
    if (!match) return std::unexpected(match.error());
    if (*match) kept.push_back(std::move(row));
  }
  rows = std::move(kept);
  return {};
}

}  // namespace noded::database
