#include "repository/database/selection.hpp"

#include "repository/database/keys.hpp"
#include "repository/database/row_collectors.hpp"
#include "repository/database/row_source.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace noded::database {
namespace {

RowOrder order_of(const Entity& entity, const Field* sort, bool descending) {
  if (sort != nullptr) return {sort, descending};
  const Field* own = entity.find_field(entity.sort_field);
  return {own != nullptr ? own : &entity.primary(), entity.sort_descending};
}

Result<> fetch(
    std::uint16_t application,
    Transaction& transaction,
    const Entity& entity,
    const std::vector<RowKey>& keys,
    std::uint64_t offset,
    std::vector<StoredRow>& rows
) {
  std::string bytes;
  for (std::uint64_t i = offset; i < keys.size(); ++i) {
    const auto exists = transaction.peek(keys::row(application, entity, keys[i]), bytes);
    if (!exists) return std::unexpected(exists.error());
    if (*exists) rows.push_back({keys[i], bytes});
  }
  return {};
}

// $isnull and $notnull say the same, and a policy's $like is where's: one key to bknd.
Operator stated(Operator op) {
  if (op == Operator::kIsNotNull) return Operator::kIsNull;
  return op == Operator::kContains ? Operator::kLike : op;
}

using Statements = std::set<std::pair<std::string_view, Operator>>;

// What `policy` says of every row. An alternative of several replaces nothing: it is no more than
// one way in.
Statements statements_of(const Filter& policy) {
  Statements statements;
  if (policy.any.size() != 1) return statements;
  for (const Condition& condition : policy.any.front()) {
    if (condition.via == nullptr) statements.emplace(condition.field->name, stated(condition.op));
  }
  return statements;
}

// `where` without the expressions that `policy` states itself, field by field and operator by
// operator, as bknd merges the two; empty optional when it states none of them.
std::optional<json::object> without_statements_of(const json::object& where, const Filter& policy) {
  const Statements statements = statements_of(policy);
  const auto is_stated = [&statements](std::string_view field, std::string_view name) {
    const auto op = where_operator(name);
    return op && statements.contains({field, stated(*op)});
  };
  json::object kept;
  bool is_changed = false;
  for (const auto& [field, value] : where) {
    const json::object* operators = value.if_object();
    if (operators == nullptr || field == "$or") {
      if (is_stated(field, "$eq")) {
        is_changed = true;
      } else {
        kept.emplace(field, value);
      }
      continue;
    }
    json::object left;
    for (const auto& [name, operand] : *operators) {
      if (!is_stated(field, name)) left.emplace(name, operand);
    }
    is_changed = is_changed || left.size() != operators->size();
    if (!left.empty() || operators->empty()) kept.emplace(field, std::move(left));
  }
  if (!is_changed) return std::nullopt;
  return kept;
}

}  // namespace

Result<Narrowing> Narrowing::make(
    const Entity& entity,
    const Filter& where,
    const json::object& where_json,
    const std::vector<const Reference*>& join,
    const Access& access,
    Action action,
    const RowKey* key
) {
  Narrowing narrowing;
  auto policy = access.rows(entity, action, key);
  if (!policy) return std::unexpected(std::move(policy.error()));
  narrowing.policy_ = std::move(*policy);
  narrowing.where_ = &where;
  if (narrowing.policy_.filter != nullptr && !where.is_empty()) {
    if (auto kept = without_statements_of(where_json, *narrowing.policy_.filter); kept) {
      auto compiled = Filter::compile(entity, *kept, Grammar::kWhere, true, false);
      if (!compiled) return std::unexpected(std::move(compiled.error()));
      narrowing.own_where_ = std::make_shared<const Filter>(std::move(*compiled));
      narrowing.where_ = narrowing.own_where_.get();
    }
  }
  for (const Reference* reference : join)
    narrowing.join_.emplace_back(reference, nullptr);
  auto related = narrowing.require_related(access);
  if (!related) return std::unexpected(std::move(related.error()));
  const Filter* policy_filter = narrowing.policy_.filter.get();
  narrowing.looks_at_row_alone_ = narrowing.where_->used.empty() && join.empty() &&
                                  (policy_filter == nullptr || policy_filter->used.empty());
  return narrowing;
}

Result<> Narrowing::require_related(const Access& access) {
  for (const Reference* reference : where_->used) {
    auto rows = access.rows(*reference->other, Action::kRead, nullptr);
    if (!rows) return std::unexpected(std::move(rows.error()));
    where_related_.push_back(std::move(rows->filter));
  }
  for (auto& [reference, filter] : join_) {
    auto rows = access.rows(*reference->other, Action::kRead, nullptr);
    if (!rows) return std::unexpected(std::move(rows.error()));
    filter = std::move(rows->filter);
  }
  return {};
}

Result<bool> Narrowing::matches_related(
    const RowKey& key, const RowView& row, std::uint16_t application, Transaction& transaction
) const {
  if (policy_.filter != nullptr) {
    const auto allowed = database::matches(*policy_.filter, key, row, application, transaction);
    if (!allowed || !*allowed) return allowed;
  }
  const auto wanted =
      database::matches(*where_, key, row, application, transaction, where_related_);
  if (!wanted || !*wanted) return wanted;
  for (const auto& [reference, filter] : join_) {
    auto rows = related_rows(application, transaction, *reference, key, row);
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (filter != nullptr) {
      auto kept = keep_matching(*filter, *rows, application, transaction);
      if (!kept) return std::unexpected(std::move(kept.error()));
    }
    if (rows->empty()) return false;
  }
  return true;
}

std::vector<const Condition*> Narrowing::required() const {
  std::vector<const Condition*> conditions;
  const auto add = [&conditions](const Filter* filter) {
    if (filter == nullptr || filter->any.size() != 1) return;
    for (const Condition& condition : filter->any.front()) {
      if (condition.via == nullptr) conditions.push_back(&condition);
    }
  };
  add(where_);
  add(policy_.filter.get());
  return conditions;
}

Plan plan_for(
    std::uint16_t application,
    const Entity& entity,
    const Narrowing& narrowing,
    const Field* sort,
    bool descending
) {
  const RowOrder order = order_of(entity, sort, descending);
  const PlanRequest request{
      .entity = entity,
      .all = narrowing.required(),
      .is_filtered = !narrowing.is_empty(),
      .all_suffice = narrowing.required_suffice(),
      .sort = order.field,
      .descending = order.descending
  };
  return make_plan(application, request);
}

// Counts the entries of a run and fetches the rows of the cut alone. A row is shown only if it
// matches, whatever the index says.
Result<Selected> select_of_run(
    std::uint16_t application,
    Transaction& transaction,
    const Entity& entity,
    const Narrowing& narrowing,
    const Cut& cut,
    const Plan& plan
) {
  Selected selected;
  const Cut page{.limit = cut.limit};
  OrderedCollector collector(application, transaction, narrowing, page, selected);
  std::uint64_t count = 0;
  std::string row;
  const auto cursor = transaction.scan(plan.ranges.front(), plan.direction);
  while ((count < cut.offset || count - cut.offset < cut.limit) && cursor->next()) {
    if (count++ < cut.offset) continue;
    const RowKey key = key_of_entry(*plan.index, cursor->key(), cursor->value());
    const auto exists = transaction.peek(keys::row(application, entity, key), row);
    if (!exists) return std::unexpected(exists.error());
    if (!*exists) continue;
    if (auto visited = collector.visit(key, row); !visited)
      return std::unexpected(std::move(visited.error()));
  }
  if (auto status = cursor->status(); !status) return std::unexpected(std::move(status.error()));
  selected.count = count;
  const bool has_more = count >= cut.offset && count - cut.offset >= cut.limit;
  if (!has_more) return selected;
  const auto all = transaction.count(plan.ranges.front(), entries_of(application, *plan.index));
  if (!all) return std::unexpected(all.error());
  selected.count = *all;
  return selected;
}

Result<Selected> select_rows(
    std::uint16_t application,
    Transaction& transaction,
    const Entity& entity,
    const Narrowing& narrowing,
    const Cut& cut,
    std::uint64_t total
) {
  Selected selected;
  const Plan plan = plan_for(application, entity, narrowing, cut.sort, cut.descending);
  const bool walks_all =
      plan.path == Plan::Path::kScan && (!plan.is_ordered || !narrowing.is_empty());
  if (walks_all && !transaction.has_steps(total))
    return fail(Errc::kWouldBlock, "all rows are more than may be walked at once");
  if (plan.path == Plan::Path::kIndexRun) {
    const KeyRange rows = keys::rows(application, entity);
    auto ready = transaction.expect_lookups(rows, std::min(cut.limit, total), total);
    if (!ready) return std::unexpected(std::move(ready.error()));
  }
  if (plan.path == Plan::Path::kIndexRun && !narrowing.is_empty())
    return select_of_run(application, transaction, entity, narrowing, cut, plan);
  if (plan.is_ordered) {
    OrderedCollector collector(application, transaction, narrowing, cut, selected);
    auto walked = walk(application, transaction, entity, plan, collector);
    if (!walked) return std::unexpected(std::move(walked.error()));
    if (narrowing.is_empty()) selected.count = total;
    return selected;
  }
  const std::uint64_t keep =
      cut.offset >= total ? 0 : cut.offset + std::min(cut.limit, total - cut.offset);
  SortingCollector collector(
      application, transaction, narrowing, order_of(entity, cut.sort, cut.descending), keep
  );
  auto walked = walk(application, transaction, entity, plan, collector);
  if (!walked) return std::unexpected(std::move(walked.error()));
  selected.count = collector.count();
  auto fetched =
      fetch(application, transaction, entity, collector.take(), cut.offset, selected.rows);
  if (!fetched) return std::unexpected(std::move(fetched.error()));
  return selected;
}

Result<std::vector<RowKey>> select_keys(
    std::uint16_t application,
    Transaction& transaction,
    const Entity& entity,
    const Narrowing& narrowing,
    std::uint64_t limit
) {
  const Plan plan = plan_for(application, entity, narrowing, &entity.primary(), false);
  KeyCollector collector(application, transaction, narrowing, limit);
  auto walked = walk(application, transaction, entity, plan, collector);
  if (!walked) return std::unexpected(std::move(walked.error()));
  return collector.take();
}

void order_and_cut(const Entity& entity, const Cut& cut, std::vector<StoredRow>& rows) {
  const RowOrder order = order_of(entity, cut.sort, cut.descending);
  std::sort(rows.begin(), rows.end(), [&order](const StoredRow& a, const StoredRow& b) {
    return order.comes_before(
        value_of(*order.field, a.key, RowView(a.bytes)),
        a.key,
        value_of(*order.field, b.key, RowView(b.bytes)),
        b.key
    );
  });
  const std::size_t begin = std::min<std::size_t>(cut.offset, rows.size());
  const std::size_t end = begin + std::min<std::size_t>(cut.limit, rows.size() - begin);
  rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(end), rows.end());
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace noded::database
