#include "repository/database/plan.hpp"

#include "repository/database/keys.hpp"

#include <algorithm>
#include <optional>

namespace noded::database {
namespace {

std::string index_prefix(std::uint16_t application, const Index& index) {
  return keys::prefix(
      application, index.unique ? keys::Space::kUnique : keys::Space::kIndex, index.id
  );
}

const Condition* find_condition(
    const PlanRequest& request, const Field* field, std::initializer_list<Operator> operators
) {
  const auto found =
      std::find_if(request.all.begin(), request.all.end(), [&](const Condition* condition) {
        return condition->field == field &&
               std::find(operators.begin(), operators.end(), condition->op) != operators.end();
      });
  return found == request.all.end() ? nullptr : *found;
}

std::optional<RowKey> key_of_operand(const Entity& entity, const Value& operand) {
  if (entity.uuid_keys && operand.type == ValueType::kUuid) return RowKey::of_uuid(operand.text);
  if (!entity.uuid_keys && operand.type == ValueType::kInteger)
    return RowKey::of_integer(operand.integer);
  return std::nullopt;
}

// The primary key is given by $eq or $in. An operand that can be no key stands for no row.
std::optional<Plan> plan_by_key(const PlanRequest& request) {
  const Condition* given =
      find_condition(request, &request.entity.primary(), {Operator::kEqual, Operator::kIn});
  if (given == nullptr) return std::nullopt;
  const bool has_boolean_or_real =
      std::any_of(given->operands.begin(), given->operands.end(), [](const Value& operand) {
        return operand.type != ValueType::kInteger && operand.type != ValueType::kUuid &&
               operand.type != ValueType::kText;
      });
  if (has_boolean_or_real) return std::nullopt;  // 1.0 and true equal 1: leave them to the filter
  Plan plan;
  plan.path = Plan::Path::kKeys;
  plan.reason = "the primary key is given";
  for (const Value& operand : given->operands) {
    if (const auto key = key_of_operand(request.entity, operand); key) plan.keys.push_back(*key);
  }
  std::sort(plan.keys.begin(), plan.keys.end());
  plan.keys.erase(std::unique(plan.keys.begin(), plan.keys.end()), plan.keys.end());
  return plan;
}

// Narrows [begin, end) by the range conditions on `field`; true if there are any.
bool narrow(
    const PlanRequest& request, const Field* field, const std::string& prefix, KeyRange& range
) {
  bool narrowed = false;
  const auto key_of = [&prefix](const Value& operand) {
    std::string key = prefix;
    keys::append_value(key, operand.view());
    return key;
  };
  const auto raise_begin = [&range](std::string key) {
    range.begin = std::max(range.begin, std::move(key));
  };
  const auto lower_end = [&range](std::string key) {
    if (range.end.empty() || key < range.end) range.end = std::move(key);
  };
  const auto leave_out_nulls = [&] {
    raise_begin(prefix_range(key_of(Value())).end);
  };
  for (const Condition* condition : request.all) {
    if (condition->field != field) continue;
    switch (condition->op) {
      case Operator::kGreater:
        raise_begin(prefix_range(key_of(condition->operands[0])).end);
        break;
      case Operator::kGreaterEqual:
        raise_begin(key_of(condition->operands[0]));
        break;
      case Operator::kLess:
        leave_out_nulls();
        lower_end(key_of(condition->operands[0]));
        break;
      case Operator::kLessEqual:
        leave_out_nulls();
        lower_end(prefix_range(key_of(condition->operands[0])).end);
        break;
      case Operator::kBetween:
        raise_begin(key_of(condition->operands[0]));
        lower_end(prefix_range(key_of(condition->operands[1])).end);
        break;
      default:
        continue;
    }
    narrowed = true;
  }
  return narrowed;
}

struct IndexUse {
  std::size_t fields = 0;  // how many of the index's fields are constrained
  std::vector<KeyRange> ranges;
};

// As many leading fields by equality as there are conditions for, then one by $in or a range.
IndexUse use_of(std::uint16_t application, const PlanRequest& request, const Index& index) {
  IndexUse use;
  std::string prefix = index_prefix(application, index);
  for (const Field* field : index.fields) {
    const Condition* equal = find_condition(request, field, {Operator::kEqual, Operator::kIsNull});
    if (equal != nullptr && !(index.unique && equal->op == Operator::kIsNull)) {
      keys::append_value(
          prefix, equal->op == Operator::kIsNull ? ValueView::null() : equal->operands[0].view()
      );
      ++use.fields;
      continue;
    }
    if (const Condition* among = find_condition(request, field, {Operator::kIn});
        among != nullptr) {
      ++use.fields;
      for (const Value& operand : among->operands) {
        std::string key = prefix;
        keys::append_value(key, operand.view());
        use.ranges.push_back(prefix_range(key));
      }
      return use;
    }
    KeyRange range = prefix_range(prefix);
    if (narrow(request, field, prefix, range)) {
      ++use.fields;
      if (range.begin < range.end) use.ranges.push_back(std::move(range));
      return use;
    }
    break;
  }
  if (use.fields > 0) use.ranges.push_back(prefix_range(prefix));
  return use;
}

std::optional<Plan> plan_by_index(std::uint16_t application, const PlanRequest& request) {
  std::optional<Plan> best;
  std::size_t best_fields = 0;
  for (const Index* index : request.entity.indices) {
    if (!index->ready) continue;
    IndexUse use = use_of(application, request, *index);
    // A unique index leaves out rows with a null in any of its fields.
    if (use.fields == 0 || (index->unique && use.fields < index->fields.size())) continue;
    const std::size_t rank = use.fields * 2 + (index->unique ? 1 : 0);
    if (rank <= best_fields) continue;
    best_fields = rank;
    best.emplace();
    best->path = Plan::Path::kIndexRange;
    best->index = index;
    best->ranges = std::move(use.ranges);
    best->reason = "index " + index->name + " on " + std::to_string(use.fields) + " of its " +
                   std::to_string(index->fields.size()) + " field(s)";
  }
  return best;
}

bool is_equality(const Condition& condition) {
  return condition.op == Operator::kIsNull ||
         (condition.op == Operator::kEqual && !condition.operands[0].is_null());
}

bool is_range(const Condition& condition) {
  constexpr Operator kRanges[] = {
      Operator::kGreater,
      Operator::kGreaterEqual,
      Operator::kLess,
      Operator::kLessEqual,
      Operator::kBetween,
  };
  return std::ranges::find(kRanges, condition.op) != std::end(kRanges) &&
         std::ranges::none_of(condition.operands, &Value::is_null);
}

// The range whose entries are the rows that match in the order of the index's last field, which is
// the wanted one: each field before it is given by equality, and nothing else is asked.
std::optional<KeyRange> run_of(
    std::uint16_t application, const PlanRequest& request, const Index& index
) {
  if (!index.ready || index.unique || index.fields.back() != request.sort) return std::nullopt;
  std::string prefix = index_prefix(application, index);
  std::size_t used = 0;
  for (const Field* field : index.fields) {
    const auto is_of_field = [field](const Condition* condition) {
      return condition->field == field;
    };
    const auto count = static_cast<std::size_t>(std::ranges::count_if(request.all, is_of_field));
    used += count;
    const auto first = std::ranges::find_if(request.all, is_of_field);
    if (count == 1 && is_equality(**first)) {
      const Value none;
      const Value& given = (*first)->op == Operator::kIsNull ? none : (*first)->operands[0];
      keys::append_value(prefix, given.view());
      continue;
    }
    if (field != request.sort) return std::nullopt;
    const bool are_ranges = std::ranges::all_of(request.all, [&](const Condition* condition) {
      return condition->field != field || is_range(*condition);
    });
    if (!are_ranges || used != request.all.size()) return std::nullopt;
    KeyRange range = prefix_range(prefix);
    narrow(request, field, prefix, range);
    if (!(range.begin < range.end)) range.end = range.begin;
    return range;
  }
  if (used != request.all.size()) return std::nullopt;
  return prefix_range(prefix);
}

std::optional<Plan> plan_by_run(
    std::uint16_t application, const PlanRequest& request, Direction direction
) {
  if (request.is_filtered && !request.all_suffice) return std::nullopt;
  for (const Index* index : request.entity.indices) {
    auto range = run_of(application, request, *index);
    if (!range) continue;
    Plan plan;
    plan.path = Plan::Path::kIndexRun;
    plan.index = index;
    plan.ranges.push_back(std::move(*range));
    plan.direction = direction;
    plan.is_ordered = true;
    plan.reason = (request.is_filtered ? "a range of index " : "in the order of index ") +
                  index->name + (request.is_filtered ? ", in its order" : "");
    return plan;
  }
  return std::nullopt;
}

}  // namespace

Plan make_plan(std::uint16_t application, const PlanRequest& request) {
  const bool by_key = request.sort->type == FieldType::kPrimary;
  const Direction direction = request.descending ? Direction::kBackward : Direction::kForward;
  std::optional<Plan> plan = plan_by_key(request);
  if (plan == std::nullopt) {
    if (auto run = plan_by_run(application, request, direction)) return std::move(*run);
    plan = plan_by_index(application, request);
  }
  if (plan) {
    plan->is_ordered = by_key;
    if (by_key) plan->direction = direction;
    plan->reason += by_key ? "; rows come in key order" : "; then sorted by " + request.sort->name;
    return std::move(*plan);
  }
  plan.emplace();
  if (by_key) {
    plan->is_ordered = true;
    plan->direction = direction;
    plan->reason =
        request.is_filtered ? "scan in key order: no index fits the conditions" : "in key order";
  } else {
    plan->direction = direction;  // what comes first in the order is often there first
    plan->reason = "scan, then sorted by " + request.sort->name + ": no index fits";
  }
  return std::move(*plan);
}

KeyRange entries_of(std::uint16_t application, const Index& index) {
  return prefix_range(index_prefix(application, index));
}

RowKey key_of_entry(const Index& index, std::string_view entry_key, std::string_view entry_value) {
  if (index.unique) return RowKey::from_bytes(entry_value);
  const std::size_t size = index.entity->uuid_keys ? 16 : 8;
  return RowKey::from_bytes(entry_key.substr(entry_key.size() - size));
}

}  // namespace noded::database
