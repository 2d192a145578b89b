#include "repository/database/schema_plan.hpp"

#include "repository/database/key_format.hpp"
#include "repository/database/keys.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace noded::database {
namespace {

using What = SchemaPlan::What;

const json::object& object_at(const json::object& parent, std::string_view name) {
  static const json::object kNone;
  const json::value* value = parent.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

std::uint64_t rows_of(const RowCounts& rows, const Entity& entity) {
  const auto found = rows.find(entity.id);
  return found == rows.end() ? 0 : found->second;
}

// Names of members that only one has or that differ; an object's own ones behind a dot.
void compare_members(
    const json::object& before,
    const json::object& after,
    const std::string& prefix,
    std::vector<std::string>& differing
) {
  std::set<std::string> names;
  for (const auto& member : before)
    names.emplace(member.key());
  for (const auto& member : after)
    names.emplace(member.key());
  for (const std::string& name : names) {
    const json::value* old_value = before.if_contains(name);
    const json::value* new_value = after.if_contains(name);
    if (old_value != nullptr && new_value != nullptr) {
      if (*old_value == *new_value) continue;
      if (prefix.empty() && old_value->is_object() && new_value->is_object()) {
        compare_members(old_value->get_object(), new_value->get_object(), name + ".", differing);
        continue;
      }
    }
    differing.push_back(prefix + name);
  }
}

class Planner {
 public:
  Planner(const Schema& before, const Schema& after, const Catalog& stored, const RowCounts& rows)
      : before_(before),
        after_(after),
        stored_(stored),
        rows_(rows),
        old_dump_(before.dump()),
        new_dump_(after.dump()) {}

  SchemaPlan run() {
    compare_entities();
    compare_relations();
    add_new_indices();
    add_old_indices();
    return std::move(plan_);
  }

 private:
  void compare_entities() {
    for (const auto& entity : after_.entities()) {
      if (before_.find(entity->name) == nullptr) {
        plan_.entities.push_back({What::kAdded, entity->name, rows_of(rows_, *entity)});
      } else {
        compare_fields(entity->name);
      }
    }
    for (const auto& entity : before_.entities()) {
      if (after_.find(entity->name) == nullptr)
        plan_.entities.push_back({What::kRemoved, entity->name, rows_of(rows_, *entity)});
    }
  }

  void compare_fields(const std::string& entity) {
    const json::object& before =
        object_at(object_at(object_at(old_dump_, "entities"), entity), "fields");
    const json::object& after =
        object_at(object_at(object_at(new_dump_, "entities"), entity), "fields");
    for (const auto& [name, value] : after) {
      if (!before.contains(name)) {
        plan_.fields.push_back({What::kAdded, entity, name, {}});
        continue;
      }
      std::vector<std::string> members;
      compare_members(before.at(name).get_object(), value.get_object(), "", members);
      if (!members.empty())
        plan_.fields.push_back({What::kChanged, entity, name, std::move(members)});
    }
    for (const auto& member : before) {
      if (!after.contains(member.key()))
        plan_.fields.push_back({What::kRemoved, entity, member.key(), {}});
    }
  }

  void compare_relations() {
    const json::object& before = object_at(old_dump_, "relations");
    const json::object& after = object_at(new_dump_, "relations");
    for (const auto& [name, value] : after) {
      if (!before.contains(name)) {
        plan_.relations.push_back({What::kAdded, name});
      } else if (before.at(name) != value) {
        plan_.relations.push_back({What::kChanged, name});
      }
    }
    for (const auto& member : before) {
      if (!after.contains(member.key())) plan_.relations.push_back({What::kRemoved, member.key()});
    }
  }

  static SchemaPlan::IndexChange describe(What what, const Index& index, std::uint64_t rows) {
    SchemaPlan::IndexChange change{what, index.name, index.entity->name, {}, index.unique, rows};
    for (const Field* field : index.fields)
      change.fields.push_back(field->name);
    return change;
  }

  bool is_stored(const Index& index) const {
    return std::ranges::any_of(stored_.indices(), [&index](const auto& entry) {
      return entry.second == index.id;
    });
  }

  void add_new_indices() {
    for (const auto& entity : after_.entities()) {
      const std::uint64_t rows = rows_of(rows_, *entity);
      bool has_new = false;
      for (const Index* index : entity->indices) {
        used_.insert(index->id);
        if (is_stored(*index)) continue;
        has_new = true;
        const bool is_known = std::ranges::any_of(before_.indices(), [index](const auto& old) {
          return old->name == index->name && old->entity->id == index->entity->id;
        });
        if (is_known) rebuilt_.insert(index->name);
        plan_.indices.push_back(describe(is_known ? What::kChanged : What::kAdded, *index, rows));
      }
      if (has_new) plan_.rows += rows;
    }
  }

  void add_old_indices() {
    for (const auto& entity : before_.entities()) {
      for (const Index* index : entity->indices) {
        if (used_.contains(index->id) || rebuilt_.contains(index->name)) continue;
        plan_.indices.push_back(describe(What::kRemoved, *index, 0));
      }
    }
  }

  const Schema& before_;
  const Schema& after_;
  const Catalog& stored_;
  const RowCounts& rows_;
  const json::object old_dump_;
  const json::object new_dump_;
  std::set<std::uint32_t> used_;
  std::set<std::string> rebuilt_;
  SchemaPlan plan_;
};

// What the store says about a plan.
struct StoreFacts {
  RowCounts rows;
  std::uint64_t rows_per_second = 0;
  std::vector<SchemaObstacle> obstacles;
};

Result<StoreFacts> gather(
    std::uint16_t application, Transaction& transaction, const Schema& before, const Schema& after
) {
  StoreFacts facts;
  for (const Schema* schema : {&before, &after}) {
    for (const auto& entity : schema->entities()) {
      const auto count = transaction.read_counter(keys::row_count(application, *entity));
      if (!count) return std::unexpected(count.error());
      facts.rows[entity->id] = static_cast<std::uint64_t>(std::max<std::int64_t>(0, *count));
    }
  }
  for (const auto& entity : after.entities()) {
    const auto fits = key_format_fits(application, transaction, *entity);
    if (!fits) return std::unexpected(fits.error());
    if (*fits) continue;
    const std::string place = "entities/" + entity->name + "/config/primary_format";
    facts.obstacles.push_back({place, key_format_refusal(*entity)});
  }
  const auto rate = ChangeRecords(application, transaction).rate();
  if (!rate) return std::unexpected(rate.error());
  facts.rows_per_second = *rate;
  return facts;
}

}  // namespace

Result<SchemaPlan> plan_schema(
    const Schema& before, const Catalog& stored, const json::object& data, const RowCounts& rows
) {
  Catalog grown = stored;
  const auto after = Schema::build(data, grown, true);
  if (!after) return std::unexpected(after.error());
  return Planner(before, **after, stored, rows).run();
}

Task<Result<SchemaPlan>> plan_change(Database& database, json::object data) {
  auto stored = co_await database.load_catalog(SteadyTime::max());
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  Catalog grown = *stored;
  const auto after = Schema::build(data, grown, true);
  if (!after) {
    SchemaPlan plan;
    plan.obstacles = find_obstacles(data);
    co_return plan;
  }
  const auto before = database.schema();
  StoreAccess store = database.store();
  store.loop_steps = 0;
  auto body = [&](Transaction& transaction) {
    return gather(database.application(), transaction, *before, **after);
  };
  auto facts = co_await read(store, SteadyTime::max(), std::move(body));
  if (!facts) co_return std::unexpected(std::move(facts.error()));
  SchemaPlan plan = Planner(*before, **after, *stored, facts->rows).run();
  plan.rows_per_second = facts->rows_per_second;
  plan.obstacles = std::move(facts->obstacles);
  co_return plan;
}

}  // namespace noded::database
