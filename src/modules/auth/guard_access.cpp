#include "modules/auth/guard_access.hpp"

#include "repository/database/row.hpp"

#include <algorithm>

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
    std::string_view users,
    std::unique_ptr<AccountChange> change
)
    : keep_(std::move(keep)),
      cache_(cache),
      identity_(identity),
      role_(guard.role_of(identity)),
      is_waived_(guard.is_waived_for(identity)),
      users_(users),
      change_(std::move(change)) {}

Result<database::Access::Rows> GuardAccess::rows(
    const database::Entity& entity, database::Action action, const database::RowKey* key
) const {
  if (is_waived_) return Rows{};
  const Grant* grant =
      role_ != nullptr ? role_->on_rows[static_cast<std::size_t>(action)] : nullptr;
  if (role_ != nullptr && grant == nullptr && role_->implicit_allow) return Rows{};
  if (grant != nullptr && grant->policies.empty()) return Rows{};

  ConditionContext context(identity_);
  context.entity = entity.name;
  if (key != nullptr) {
    if (key->is_uuid()) {
      context.id = key->text();
    } else {
      context.number = key->integer();
    }
  }
  if (auto decided = decide(role_, grant, permission_for(action), context); !decided) {
    return std::unexpected(std::move(decided.error()));
  }
  if (!grant->has_filters) return Rows{};
  if (grant->depends_on_request) return compile(*grant, entity, context);
  if (auto cached = cache_.find(*grant, entity)) return std::move(*cached);
  auto compiled = compile(*grant, entity, context);
  if (compiled) cache_.store(*grant, entity, *compiled);
  return compiled;
}

Result<database::Access::Rows> GuardAccess::compile(
    const Grant& grant, const database::Entity& entity, const ConditionContext& context
) const {
  Rows rows;
  database::Filter filter;
  for (const Policy& policy : grant.policies) {
    if (policy.effect != Policy::Effect::kFilter || !policy.applies(context)) continue;
    if (policy.filter.empty()) continue;
    if (rows.policy.empty()) rows.policy = policy.text;
    std::optional<json::value> replaced;
    if (policy.filter_has_variables) {
      replaced = substitute(policy.filter, context);
      if (!replaced) {
        rows.filter = std::make_shared<const database::Filter>(nothing(entity));
        rows.policy = policy.text;
        return rows;
      }
    }
    auto compiled = database::Filter::compile(
        entity,
        replaced ? *replaced : json::value(policy.filter),
        database::Grammar::kPolicy,
        false,
        true
    );
    if (!compiled) return std::unexpected(std::move(compiled.error()));
    auto joined = both(filter, *compiled);
    if (!joined) return std::unexpected(std::move(joined.error()));
    filter = std::move(*joined);
  }
  if (!filter.is_empty()) rows.filter = std::make_shared<const database::Filter>(std::move(filter));
  return rows;
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
  return had == has ? Result<>() : change_->role(transaction, entity, key, had, has);
}

void GuardAccess::committed() const {
  if (change_ != nullptr) change_->take_effect();
}

}  // namespace noded::auth
