// GuardAccess: the guard as the record layer asks it: which rows of an entity one identity may
// touch. Filters that are the same for every request of a role are compiled once per schema.
#pragma once

#include "modules/auth/accounts/account_change.hpp"
#include "modules/auth/guard.hpp"
#include "repository/database/access.hpp"
#include "repository/database/database.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace noded::auth {

// Compiled filters that depend on role, action and entity only. Holds the schema that they point
// into. Thread-safe.
class FilterCache {
 public:
  explicit FilterCache(const database::Database& database) : database_(database) {}

  // Empty when there is none for this very entity object.
  std::optional<database::Access::Rows> find(const Grant& grant, const database::Entity& entity);
  // Kept only if the entity belongs to the schema in force.
  void store(
      const Grant& grant, const database::Entity& entity, const database::Access::Rows& rows
  );

 private:
  const database::Database& database_;
  std::mutex mutex_;  // guards what follows
  std::shared_ptr<const database::Schema> schema_;
  std::map<std::pair<const Grant*, const database::Entity*>, database::Access::Rows> rows_;
};

class GuardAccess final : public database::Access {
 public:
  // `identity`, and the text of `circumstances`, must outlive it. `keep` keeps guard and cache
  // alive. `change` goes along with writes to the entity `users`; null: nothing is ever written.
  GuardAccess(
      std::shared_ptr<const void> keep,
      const Guard& guard,
      FilterCache& cache,
      const Identity& identity,
      const Circumstances& circumstances,
      std::string_view users,
      std::unique_ptr<AccountChange> change
  );

  Result<Rows> rows(
      const database::Entity& entity, database::Action action, const database::RowKey* key
  ) const override;
  Error outside(const database::Entity& entity, database::Action action, const Rows& rows)
      const override;
  Result<> wrote(
      Transaction& transaction,
      const database::Entity& entity,
      const database::RowKey& key,
      std::string_view before,
      std::string_view after
  ) const override;
  void committed() const override;

 private:
  // Those of one role, which is the identity's or its key's.
  Result<Rows> rows_of(
      const GuardRole* role,
      const database::Entity& entity,
      database::Action action,
      const ConditionContext& context
  ) const;
  Result<Rows> compile(
      const Grant& grant, const database::Entity& entity, const ConditionContext& context
  ) const;

  std::shared_ptr<const void> keep_;
  FilterCache& cache_;
  const Identity& identity_;
  const Guard& guard_;
  const GuardRole* role_;
  bool is_waived_;
  Circumstances circumstances_;
  std::string_view users_;
  std::unique_ptr<AccountChange> change_;
};

// What satisfies one of them.
database::Filter either(database::Filter a, database::Filter b);
// What satisfies both. kInvalid when that takes more alternatives than a filter may have.
Result<database::Filter> both(const database::Filter& a, const database::Filter& b);
database::Filter nothing(const database::Entity& entity);

}  // namespace noded::auth
