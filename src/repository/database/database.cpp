#include "repository/database/database.hpp"

#include "repository/database/index_fill.hpp"
#include "repository/database/keys.hpp"

#include <algorithm>
#include <utility>

namespace noded::database {
namespace {

constexpr std::string_view kCatalogName = "catalog";

bool contains(const Catalog& catalog, std::uint32_t index) {
  return std::any_of(
      catalog.indices().begin(),
      catalog.indices().end(),
      [index](const auto& entry) { return entry.second == index; }
  );
}

std::shared_ptr<const Schema> empty_schema() {
  Catalog catalog;
  return Schema::build({}, catalog, true).value();
}

}  // namespace

// One call of change_schema.
struct Database::Change {
  json::object data;
  std::function<Result<>(Transaction&)> also_write;
  std::function<void(std::uint64_t)> on_progress;

  Catalog stored;  // as it was
  Catalog grown;   // with the numbers of what is new
  Catalog next;    // as it will be stored at the end: without what is removed
  std::shared_ptr<const Schema> before;
  json::object data_before;
  std::shared_ptr<const Schema> after;
  std::vector<const Index*> filling;                    // of `after`
  std::vector<std::pair<std::uint32_t, bool>> removed;  // index, unique
};

// Set while a change runs; the destructor lets the next one in.
class Database::ChangeInProgress {
 public:
  explicit ChangeInProgress(Database& database) : database_(database) {
    const std::scoped_lock lock(database.mutex_);
    is_first_ = !std::exchange(database.changing_, true);
  }
  ~ChangeInProgress() {
    const std::scoped_lock lock(database_.mutex_);
    if (is_first_) database_.changing_ = false;
  }
  ChangeInProgress(const ChangeInProgress&) = delete;
  ChangeInProgress& operator=(const ChangeInProgress&) = delete;
  bool is_first() const { return is_first_; }

 private:
  Database& database_;
  bool is_first_ = false;
};

Database::Database(StoreAccess store, std::uint16_t application, const Clock& clock)
    : store_(store),
      application_(application),
      clock_(clock),
      schema_token_("schema " + keys::meta(application, kCatalogName)),
      schema_(empty_schema()) {
  store_.contended = &contended_;
}

std::shared_ptr<const Schema> Database::schema() const {
  const std::scoped_lock lock(mutex_);
  return schema_;
}

void Database::publish(std::shared_ptr<const Schema> schema, json::object data) {
  const std::scoped_lock lock(mutex_);
  schema_ = std::move(schema);
  data_ = std::move(data);
}

StoreAccess Database::lane_only() const {
  StoreAccess store = store_;
  store.loop_steps = 0;
  return store;
}

Task<Result<Catalog>> Database::load_catalog(SteadyTime deadline) {
  const std::string key = keys::meta(application_, kCatalogName);
  auto body = [&key](Transaction& transaction) -> Result<Catalog> {
    std::string text;
    const auto found = transaction.get(key, text);
    if (!found) return std::unexpected(found.error());
    return Catalog::parse(*found ? text : std::string());
  };
  co_return co_await read(store_, deadline, std::move(body));
}

Task<Result<>> Database::store_catalog(const Catalog& catalog) {
  auto body = [this, &catalog](Transaction& transaction) -> Result<> {
    transaction.put(keys::meta(application_, kCatalogName), catalog.serialise());
    return {};
  };
  co_return co_await transact(store_, SteadyTime::max(), std::move(body));
}

// A write that fetched the schema before the last publish() and has not committed yet conflicts
// with this and runs again.
Task<Result<>> Database::announce() {
  auto body = [this](Transaction& transaction) -> Result<> {
    transaction.announce(schema_token());
    return {};
  };
  co_return co_await transact(store_, SteadyTime::max(), std::move(body));
}

Task<Result<std::shared_ptr<const Schema>>> Database::change_schema(
    json::object data,
    std::function<Result<>(Transaction&)> also_write,
    std::function<void(std::uint64_t rows_done)> on_progress
) {
  const ChangeInProgress in_progress(*this);
  if (!in_progress.is_first()) {
    co_return fail(Errc::kConflict, "another change of the configuration is under way; try again");
  }
  Change change;
  change.data = std::move(data);
  change.also_write = std::move(also_write);
  change.on_progress = std::move(on_progress);
  auto done = co_await run(change);
  if (!done) co_return std::unexpected(std::move(done.error()));
  co_return change.after;
}

Task<Result<>> Database::run(Change& change) {
  if (auto prepared = co_await prepare(change); !prepared) co_return prepared;
  auto done = change.filling.empty() ? Result<>() : co_await fill(change);
  if (done) done = co_await store_change(change);
  if (!done) {
    if (!change.filling.empty()) co_await withdraw(change);
    co_return done;
  }
  publish(change.after, change.data);
  // What is stored is in force, whatever becomes of the rest: without the announcement a write that
  // is under way may still commit as one before the change; entries of removed indices are never
  // looked at again.
  (void)co_await announce();
  IndexFill entries(lane_only(), application_, {});
  for (const auto& [index, unique] : change.removed)
    (void)co_await entries.clear(index, unique);
  co_return done;
}

// Builds the schema and makes its numbers durable before anybody uses them: a number must never
// come to mean something else.
Task<Result<>> Database::prepare(Change& change) {
  auto stored = co_await load_catalog(SteadyTime::max());
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  change.stored = std::move(*stored);
  change.grown = change.stored;
  auto built = Schema::build(change.data, change.grown, true);
  if (!built) co_return std::unexpected(std::move(built.error()));
  change.after = std::move(*built);
  {
    const std::scoped_lock lock(mutex_);
    change.before = schema_;
    change.data_before = data_;
  }
  if (auto checked = co_await require_key_formats(change); !checked) co_return checked;
  std::vector<std::uint32_t> used;
  change.next = change.grown;
  Catalog reserved = change.grown;
  for (const auto& entity : change.after->entities()) {
    for (const Index* index : entity->indices) {
      used.push_back(index->id);
      if (contains(change.stored, index->id)) continue;
      change.filling.push_back(index);
      reserved.forget_index(index->id);
    }
  }
  for (const auto& [key, index] : change.stored.indices()) {
    if (std::find(used.begin(), used.end(), index) != used.end()) continue;
    change.removed.emplace_back(index, key.unique);
    change.next.forget_index(index);
  }
  if (reserved == change.stored) co_return Result<>{};
  co_return co_await store_catalog(reserved);
}

// Keys of integers and of UUIDs cannot stand beside each other: the rows of an entity decide.
Task<Result<>> Database::require_key_formats(const Change& change) {
  auto body = [this, &change](Transaction& transaction) -> Result<> {
    for (const auto& entity : change.after->entities()) {
      const Entity* before = change.before->find(entity->name);
      if (before != nullptr && before->uuid_keys == entity->uuid_keys) continue;
      const std::string prefix = keys::prefix(application_, keys::Space::kRow, entity->id);
      const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
      const bool has_rows = cursor->next();
      if (auto status = cursor->status(); !status) return status;
      if (!has_rows ||
          RowKey::from_bytes(cursor->key().substr(prefix.size())).is_uuid() == entity->uuid_keys)
        continue;
      return fail(
          Errc::kInvalid,
          "The primary format of \"" + entity->name + "\" cannot change while it has rows"
      );
    }
    return {};
  };
  co_return co_await read(lane_only(), SteadyTime::max(), std::move(body));
}

Task<Result<>> Database::fill(Change& change) {
  std::vector<std::uint32_t> numbers;
  for (const Index* index : change.filling)
    numbers.push_back(index->id);
  auto maintaining =
      Schema::build_while_filling(change.data_before, change.grown, change.after, numbers);
  if (!maintaining) co_return std::unexpected(std::move(maintaining.error()));
  publish(std::move(*maintaining), change.data_before);
  if (auto announced = co_await announce(); !announced) co_return announced;
  IndexFill entries(lane_only(), application_, change.on_progress);
  co_return co_await entries.fill(change.filling);
}

Task<Result<>> Database::store_change(const Change& change) {
  auto body = [this, &change](Transaction& transaction) -> Result<> {
    transaction.put(keys::meta(application_, kCatalogName), change.next.serialise());
    return change.also_write ? change.also_write(transaction) : Result<>();
  };
  co_return co_await transact(store_, SteadyTime::max(), std::move(body));
}

// Back to the schema before. Entries that cannot be removed now are never looked at: their numbers
// are not used again.
Task<> Database::withdraw(const Change& change) {
  publish(change.before, change.data_before);
  (void)co_await announce();
  IndexFill entries(lane_only(), application_, {});
  for (const Index* index : change.filling)
    (void)co_await entries.clear(index->id, index->unique);
}

Task<Result<>> Database::open(json::object data) {
  auto stored = co_await load_catalog(SteadyTime::max());
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  Catalog catalog = *stored;
  auto built = Schema::build(data, catalog, true);
  if (!built) co_return std::unexpected(std::move(built.error()));
  if (catalog == *stored) {
    publish(std::move(*built), std::move(data));
    co_return Result<>{};
  }
  auto changed = co_await change_schema(std::move(data), {});
  if (!changed) co_return std::unexpected(std::move(changed.error()));
  co_return Result<>{};
}

}  // namespace noded::database
