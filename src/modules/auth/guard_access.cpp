#include "modules/auth/guard_access.hpp"

#include "modules/auth/row_condition.hpp"
#include "repository/database/row.hpp"

#include <algorithm>
#include <iterator>

namespace noded::auth {
namespace {

constexpr std::size_t kMostAlternatives = 256;

}  // namespace

Result<database::Filter> both(const database::Filter& a, const database::Filter& b) {
  if (a.is_empty()) return b;
  if (b.is_empty()) return a;
  if (a.any.size() * b.any.size() > kMostAlternatives) {
    return fail(Errc::kInvalid, "the policies' filters combine to more than 256 alternatives");
  }
  database::Filter joined;
  for (const database::Conjunction& first : a.any) {
    for (const database::Conjunction& second : b.any) {
      database::Conjunction conditions = first;
      conditions.insert(conditions.end(), second.begin(), second.end());
      joined.any.push_back(std::move(conditions));
    }
  }
  joined.used = a.used;
  for (const database::Reference* reference : b.used) {
    if (std::ranges::find(joined.used, reference) == joined.used.end())
      joined.used.push_back(reference);
  }
  return joined;
}

database::Filter either(database::Filter a, database::Filter b) {
  if (a.is_empty() || b.is_empty()) return {};
  std::ranges::move(b.any, std::back_inserter(a.any));
  for (const database::Reference* reference : b.used) {
    if (std::ranges::find(a.used, reference) == a.used.end()) a.used.push_back(reference);
  }
  return a;
}

database::Filter nothing(const database::Entity& entity) {
  database::Condition never;
  never.field = &entity.primary();
  never.op = database::Operator::kIn;  // among no values
  database::Filter filter;
  filter.any.push_back({std::move(never)});
  return filter;
}

std::optional<database::Access::Rows> FilterCache::find(
    const Grant& grant, const database::Entity& entity
) {
  const std::scoped_lock lock(mutex_);
  const auto found = rows_.find({&grant, &entity});
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

void FilterCache::store(
    const Grant& grant, const database::Entity& entity, const database::Access::Rows& rows
) {
  auto schema = database_.schema();
  if (!schema || schema->find(entity.name) != &entity) return;
  const std::scoped_lock lock(mutex_);
  if (schema_ != schema) {
    rows_.clear();
    schema_ = std::move(schema);
  }
  rows_.insert_or_assign({&grant, &entity}, rows);
}

GuardAccess::GuardAccess(
    std::shared_ptr<const void> keep,
    const Guard& guard,
    FilterCache& cache,
    const Identity& identity,
    const Circumstances& circumstances,
    std::string_view users,
    std::unique_ptr<AccountChange> change
)
    : keep_(std::move(keep)),
      cache_(cache),
      identity_(identity),
      guard_(guard),
      role_(guard.role_of(identity)),
      is_waived_(guard.is_waived_for(identity)),
      circumstances_(circumstances),
      users_(users),
      change_(std::move(change)) {}

Result<database::Access::Rows> GuardAccess::rows(
    const database::Entity& entity, database::Action action, const database::RowKey* key
) const {
  if (is_waived_ && identity_.key.empty()) return Rows{};
  ConditionContext context(identity_, circumstances_);
  context.entity = entity.name;
  if (key != nullptr) {
    if (key->is_uuid()) {
      context.id = key->text();
    } else {
      context.number = key->integer();
    }
  }
  auto rows = is_waived_ ? Rows{} : rows_of(role_, entity, action, context);
  if (!rows || identity_.key.empty()) return rows;
  auto narrowed = guard_.check_key(identity_, permission_for(action), context);
  if (!narrowed) return std::unexpected(std::move(narrowed.error()));
  if (identity_.key_role.empty()) return rows;
  auto further = rows_of(guard_.find_role(identity_.key_role), entity, action, context);
  if (!further || further->filter == nullptr) return further ? rows : further;
  if (rows->filter == nullptr) return further;
  auto joined = both(*rows->filter, *further->filter);
  if (!joined) return std::unexpected(std::move(joined.error()));
  rows->filter = std::make_shared<const database::Filter>(std::move(*joined));
  return rows;
}

Result<database::Access::Rows> GuardAccess::rows_of(
    const GuardRole* role,
    const database::Entity& entity,
    database::Action action,
    const ConditionContext& context
) const {
  const Grant* grant = role != nullptr ? role->on_rows[static_cast<std::size_t>(action)] : nullptr;
  if (auto decided = decide(role, grant, permission_for(action), context); !decided) {
    return std::unexpected(std::move(decided.error()));
  }
  if (grant == nullptr || !grant->has_filters) return Rows{};
  if (grant->depends_on_request) return compile(*grant, entity, context);
  if (auto cached = cache_.find(*grant, entity)) return std::move(*cached);
  auto compiled = compile(*grant, entity, context);
  if (compiled) cache_.store(*grant, entity, *compiled);
  return compiled;
}

namespace {

// The rows that the policies of one entry leave, put together policy by policy.
class Narrowing {
 public:
  Narrowing(const database::Entity& entity, const ConditionContext& context)
      : entity_(entity), context_(context) {}

  Result<> add(const Policy& policy) {
    if (!policy.applies(context_)) return {};
    std::optional<json::object> row;
    if (!policy.row.empty()) {
      row = replaced(policy.row);
      if (!row) return {};  // what a variable of the condition names nothing for
    }
    switch (policy.effect) {
      case Policy::Effect::kAllow:
        return allow(policy, row);
      case Policy::Effect::kDeny:
        return row ? narrow(policy, rows_where_not(entity_, *row)) : Result<>();
      case Policy::Effect::kFilter:
        break;
    }
    return policy.filter.empty() ? Result<>() : filter(policy, row);
  }

  // `allows`: also where no policy does.
  Result<database::Access::Rows> take(bool allows) {
    if (!allows && !is_allowed_) {
      // Who may touch no row at all was refused before this.
      if (allowed_.is_empty()) allowed_ = nothing(entity_);
      if (auto narrowed = narrow(allowing_, std::move(allowed_)); !narrowed)
        return std::unexpected(std::move(narrowed.error()));
    }
    if (!filter_.is_empty())
      rows_.filter = std::make_shared<const database::Filter>(std::move(filter_));
    return std::move(rows_);
  }

 private:
  // Empty when a variable names nothing.
  std::optional<json::object> replaced(const json::object& source) const {
    auto value = substitute(source, context_);
    if (!value) return std::nullopt;
    return std::move(value->get_object());
  }

  Result<> allow(const Policy& policy, const std::optional<json::object>& row) {
    if (!row) is_allowed_ = true;
    if (is_allowed_) return {};
    auto where = rows_where(entity_, *row);
    if (!where) return std::unexpected(std::move(where.error()));
    allowed_ =
        allowed_.is_empty() ? std::move(*where) : either(std::move(allowed_), std::move(*where));
    if (allowing_.empty()) allowing_ = policy.text;
    return {};
  }

  Result<> filter(const Policy& policy, const std::optional<json::object>& row) {
    const auto wanted = replaced(policy.filter);
    auto where = wanted ? rows_where(entity_, *wanted) : Result<database::Filter>(nothing(entity_));
    if (!where || !row) return narrow(policy, std::move(where));
    auto others = rows_where_not(entity_, *row);
    if (!others) return std::unexpected(std::move(others.error()));
    return narrow(policy, either(std::move(*others), std::move(*where)));
  }

  Result<> narrow(const Policy& policy, Result<database::Filter> where) {
    return narrow(policy.text, std::move(where));
  }
  Result<> narrow(const std::string& policy, Result<database::Filter> where) {
    if (!where) return std::unexpected(std::move(where.error()));
    if (rows_.policy.empty()) rows_.policy = policy;
    auto joined = both(filter_, *where);
    if (!joined) return std::unexpected(std::move(joined.error()));
    filter_ = std::move(*joined);
    return {};
  }

  const database::Entity& entity_;
  const ConditionContext& context_;
  database::Access::Rows rows_;
  database::Filter filter_;
  database::Filter allowed_;  // by policies that look at the row
  std::string allowing_;      // the first of them
  bool is_allowed_ = false;   // by one that does not
};

}  // namespace

Result<database::Access::Rows> GuardAccess::compile(
    const Grant& grant, const database::Entity& entity, const ConditionContext& context
) const {
  Narrowing narrowing(entity, context);
  for (const Policy& policy : grant.policies) {
    if (auto added = narrowing.add(policy); !added)
      return std::unexpected(std::move(added.error()));
  }
  return narrowing.take(grant.allow);
}

Error GuardAccess::outside(const database::Entity&, database::Action action, const Rows& rows)
    const {
  return refusal(permission_for(action), "Policy filter not met", rows.policy);
}

// Accounts are made by those who know how: no request makes one over the record layer by itself.
Result<> GuardAccess::wrote(
    Transaction& transaction,
    const database::Entity& entity,
    const database::RowKey& key,
    std::string_view before,
    std::string_view after
) const {
  if (change_ == nullptr || entity.name != users_ || before.empty()) return {};
  const database::RowView old_row(before);
  const database::RowView new_row(after);
  const database::Field* role = entity.find_field("role");
  const std::string had = role != nullptr ? std::string(old_row.field(role->id).text) : "";
  if (after.empty()) return change_->erase(transaction, entity, key, had);
  const std::string has = role != nullptr ? std::string(new_row.field(role->id).text) : "";
  std::vector<std::string_view> changed;
  for (const auto& field : entity.fields) {
    const bool is_stored = !field->is_virtual && field->type != database::FieldType::kPrimary;
    if (is_stored && field.get() != role &&
        database::compare(old_row.field(field->id), new_row.field(field->id)) != 0)
      changed.push_back(field->name);
  }
  if (!changed.empty()) {
    if (auto kept = change_->fields(transaction, key, changed); !kept) return kept;
  }
  // Only an import reaches what an account signs in with.
  const bool has_other_secret = std::ranges::any_of(changed, [](std::string_view name) {
    return name == "strategy" || name == "strategy_value";
  });
  if (has_other_secret) {
    if (auto ended = change_->password(transaction, key); !ended) return ended;
  }
  return had == has ? Result<>() : change_->role(transaction, entity, key, had, has);
}

void GuardAccess::committed() const {
  if (change_ != nullptr) change_->take_effect();
}

}  // namespace noded::auth
