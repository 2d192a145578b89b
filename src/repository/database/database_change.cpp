// How Database changes its schema.
#include "repository/database/index_fill.hpp"
#include "repository/database/key_format.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/running_change.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace noded::database {
namespace {

constexpr net::use_awaitable_t<net::any_io_executor> kAwait{};
constexpr std::string_view kCatalogName = "catalog";
constexpr std::chrono::seconds kBetweenAttempts{1};
constexpr std::uint64_t kRowsToTellARate = 1000;

// What may pass by itself: no room on the disk, too many who write.
bool may_pass(const Error& error) {
  return error.code == Errc::kUnavailable || error.code == Errc::kOverloaded;
}

}  // namespace

Result<> Database::go_on() const {
  const std::scoped_lock lock(mutex_);
  if (wish_ == Wish::kGoOn) return {};
  if (wish_ == Wish::kCancel)
    return fail(Errc::kConflict, "the change of the configuration was cancelled");
  return fail(
      Errc::kUnavailable,
      "the node stops; the change of the configuration goes on at its next start"
  );
}

// Repeats `attempt`, a Task<Result<>>() whose change is stored, while the store takes no writes.
template <class Attempt>
Task<Result<>> Database::persist(const Change& change, Attempt attempt) {
  while (true) {
    auto done = co_await attempt();
    if (done || change.filling.empty() || !may_pass(done.error())) co_return done;
    {
      const std::scoped_lock lock(mutex_);
      if (wish_ == Wish::kPause) co_return done;
    }
    tell_wait(done.error().message);
    net::steady_timer pause(co_await net::this_coro::executor, kBetweenAttempts);
    co_await pause.async_wait(kAwait);
  }
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
    json::object data, std::vector<MetaRecord> records, ChangeWatch watch
) {
  const ChangeInProgress in_progress(*this);
  if (!in_progress.is_first() || unfinished_change()) {
    co_return fail(Errc::kConflict, "another change of the configuration is under way; try again");
  }
  Change change;
  change.wanted.data = std::move(data);
  change.wanted.records = std::move(records);
  change.wanted.begun_ms = clock_.wall().time_since_epoch().count();
  change.watch = std::move(watch);
  auto done = co_await run(change);
  if (!done) co_return std::unexpected(std::move(done.error()));
  co_return change.after;
}

Task<Result<>> Database::run(Change& change) {
  if (auto prepared = co_await prepare(change); !prepared) co_return prepared;
  if (!change.filling.empty()) {
    begin_status(change, false);
    auto schema = maintaining(change);
    if (!schema) {
      (void)co_await withdraw(change);
      co_return std::unexpected(std::move(schema.error()));
    }
    publish(std::move(*schema), change.data_before);
  }
  co_return co_await finish(change);
}

// From the filling on. The maintaining schema is in force when indices are to be filled.
Task<Result<>> Database::finish(Change& change) {
  auto done = change.filling.empty() ? Result<>() : co_await fill(change);
  if (done) done = co_await persist(change, [&] { return store_change(change); });
  if (!done) {
    if (!change.filling.empty() && !may_pass(done.error())) {
      auto withdrawn = co_await withdraw(change);
      if (!withdrawn) co_return withdrawn;
    }
    co_return done;
  }
  publish(change.after, change.wanted.data);
  // What is stored is in force, whatever becomes of the rest: without the announcement a write that
  // is under way may still commit as one before the change; entries of removed indices are never
  // looked at again.
  (void)co_await announce();
  {
    const std::scoped_lock lock(mutex_);
    status_.reset();
  }
  if (change.watch.on_published) change.watch.on_published();
  (void)co_await remove_leftovers();
  co_return done;
}

// Builds the schema and makes its numbers durable before anybody uses them: a number must never
// come to mean something else.
Task<Result<>> Database::prepare(Change& change) {
  auto stored = co_await load_catalog(SteadyTime::max());
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  change.stored = std::move(*stored);
  change.wanted.grown = change.stored;
  auto built = Schema::build(change.wanted.data, change.wanted.grown, true);
  if (!built) co_return std::unexpected(std::move(built.error()));
  change.after = std::move(*built);
  {
    const std::scoped_lock lock(mutex_);
    change.before = schema_;
    change.data_before = data_;
  }
  if (auto checked = co_await require_key_formats(change); !checked) co_return checked;
  compare(change);
  Catalog reserved = change.wanted.grown;
  for (const Index* index : change.filling)
    reserved.forget_index(index->id);
  auto rows = co_await rows_to_fill(change);
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  change.wanted.rows = *rows;
  if (reserved == change.stored && change.filling.empty()) co_return Result<>{};
  co_return co_await reserve(change, reserved);
}

// What `after` has more and less than what is stored.
void Database::compare(Change& change) const {
  std::vector<std::uint32_t> used;
  for (const auto& entity : change.after->entities()) {
    for (const Index* index : entity->indices) {
      used.push_back(index->id);
      if (!has_index(change.stored, index->id)) change.filling.push_back(index);
    }
  }
  change.next = change.wanted.grown;
  for (const auto& [key, index] : change.stored.indices()) {
    if (std::ranges::find(used, index) != used.end()) continue;
    change.removed.emplace_back(index, key.unique);
    change.next.forget_index(index);
  }
}

Task<Result<std::uint64_t>> Database::rows_to_fill(const Change& change) {
  auto body = [this, &change](Transaction& transaction) -> Result<std::uint64_t> {
    std::int64_t rows = 0;
    const Entity* counted = nullptr;
    for (const Index* index : change.filling) {  // those of one entity lie together
      if (index->entity == counted) continue;
      counted = index->entity;
      const auto count = transaction.read_counter(keys::row_count(application_, *counted));
      if (!count) return std::unexpected(count.error());
      rows += *count;
    }
    return static_cast<std::uint64_t>(rows);
  };
  co_return co_await read(lane_only(), SteadyTime::max(), std::move(body));
}

Task<Result<>> Database::reserve(const Change& change, const Catalog& reserved) {
  auto body = [this, &change, &reserved](Transaction& transaction) -> Result<> {
    transaction.put(keys::meta(application_, kCatalogName), reserved.serialise());
    if (!change.filling.empty()) ChangeRecords(application_, transaction).put(change.wanted);
    return {};
  };
  co_return co_await transact(store_, SteadyTime::max(), std::move(body));
}

// Keys of integers and of UUIDs cannot stand beside each other: the rows of an entity decide.
Task<Result<>> Database::require_key_formats(const Change& change) {
  auto body = [this, &change](Transaction& transaction) -> Result<> {
    for (const auto& entity : change.after->entities()) {
      const Entity* before = change.before->find(entity->name);
      if (before != nullptr && before->uuid_keys == entity->uuid_keys) continue;
      const auto fits = key_format_fits(application_, transaction, *entity);
      if (!fits) return std::unexpected(fits.error());
      if (!*fits) return fail(Errc::kInvalid, key_format_refusal(*entity));
    }
    return {};
  };
  co_return co_await read(lane_only(), SteadyTime::max(), std::move(body));
}

Result<std::shared_ptr<const Schema>> Database::maintaining(const Change& change) const {
  std::vector<std::uint32_t> numbers;
  for (const Index* index : change.filling)
    numbers.push_back(index->id);
  Catalog catalog = change.wanted.grown;
  return Schema::build_while_filling(change.data_before, catalog, change.after, numbers);
}

Task<Result<>> Database::fill(Change& change) {
  change.filling_since = clock_.steady();
  co_return co_await persist(change, [this, &change] { return fill_once(change); });
}

Task<Result<>> Database::fill_once(Change& change) {
  if (auto announced = co_await announce(); !announced) co_return announced;
  auto body = [this](Transaction& transaction) {
    return ChangeRecords(application_, transaction).progress();
  };
  auto progress = co_await read(lane_only(), SteadyTime::max(), std::move(body));
  if (!progress) co_return std::unexpected(std::move(progress.error()));
  IndexFill entries(
      lane_only(),
      application_,
      [this, &change](std::uint64_t rows_done) { tell_progress(change, rows_done); },
      [this] { return go_on(); }
  );
  co_return co_await entries.fill(change.filling, std::move(*progress));
}

Task<Result<>> Database::store_change(const Change& change) {
  auto body = [this, &change](Transaction& transaction) -> Result<> {
    transaction.put(keys::meta(application_, kCatalogName), change.next.serialise());
    for (const MetaRecord& record : change.wanted.records)
      transaction.put(keys::meta(application_, record.name), record.text);
    if (change.watch.on_store) {
      if (auto stored = change.watch.on_store(transaction); !stored) return stored;
    }
    ChangeRecords records(application_, transaction);
    if (!change.filling.empty()) records.erase(change.wanted.records);
    if (change.rows_per_second > 0) records.put_rate(change.rows_per_second);
    return records.add_to_clear(change.removed);
  };
  co_return co_await transact(store_, SteadyTime::max(), std::move(body));
}

Task<Result<>> Database::store_withdrawal(const Change& change) {
  auto body = [this, &change](Transaction& transaction) -> Result<> {
    std::vector<IndexToClear> filled;
    for (const Index* index : change.filling)
      filled.emplace_back(index->id, index->unique);
    ChangeRecords records(application_, transaction);
    records.erase(change.wanted.records);
    return records.add_to_clear(filled);
  };
  co_return co_await transact(store_, SteadyTime::max(), std::move(body));
}

// Back to the schema before; durable before anything else happens.
Task<Result<>> Database::withdraw(const Change& change) {
  auto withdrawn = co_await persist(change, [&] { return store_withdrawal(change); });
  if (!withdrawn) co_return withdrawn;
  publish(change.before, change.data_before);
  (void)co_await announce();
  {
    const std::scoped_lock lock(mutex_);
    status_.reset();
  }
  (void)co_await remove_leftovers();
  co_return Result<>{};
}

void Database::begin_status(const Change& change, bool is_resumed) {
  const std::scoped_lock lock(mutex_);
  status_ = ChangeStatus{
      .rows_done = change.progress.rows_done,
      .rows = change.wanted.rows,
      .begun = WallTime(std::chrono::milliseconds(change.wanted.begun_ms)),
      .is_resumed = is_resumed,
      .waits_for = {},
  };
}

void Database::tell_progress(Change& change, std::uint64_t rows_done) {
  const auto elapsed = std::chrono::duration<double>(clock_.steady() - change.filling_since);
  const std::uint64_t here = rows_done - change.progress.rows_done;
  if (here >= kRowsToTellARate && elapsed.count() > 0)
    change.rows_per_second =
        static_cast<std::uint64_t>(static_cast<double>(here) / elapsed.count());
  {
    const std::scoped_lock lock(mutex_);
    if (status_) {
      status_->rows_done = rows_done;
      status_->per_second = change.rows_per_second;
      status_->waits_for.clear();
    }
  }
  if (change.watch.on_progress) change.watch.on_progress(rows_done);
}

void Database::tell_wait(std::string reason) {
  const std::scoped_lock lock(mutex_);
  if (status_) status_->waits_for = std::move(reason);
}

}  // namespace noded::database
