// What Database does with what a former process left.
#include "repository/database/index_fill.hpp"
#include "repository/database/running_change.hpp"

#include <memory>
#include <utility>

namespace noded::database {

Task<Result<std::shared_ptr<const Schema>>> Database::resume_change(ChangeWatch watch) {
  const ChangeInProgress in_progress(*this);
  if (!in_progress.is_first())
    co_return fail(Errc::kConflict, "another change of the configuration is under way; try again");
  std::unique_ptr<Change> change;
  {
    const std::scoped_lock lock(mutex_);
    change = std::move(unfinished_);
  }
  if (!change) co_return fail(Errc::kNotFound, "there is no unfinished change");
  change->watch = std::move(watch);
  auto done = co_await finish(*change);
  if (!done) co_return std::unexpected(std::move(done.error()));
  co_return change->after;
}

// Takes over what a former process began, and lets writes keep it up.
Task<Result<>> Database::adopt(
    std::shared_ptr<const Schema> before, json::object data, StoredChange found
) {
  auto change = std::make_unique<Change>();
  auto stored = co_await load_catalog(SteadyTime::max());
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  change->stored = std::move(*stored);
  change->before = std::move(before);
  change->data_before = std::move(data);
  change->wanted = std::move(found);
  Catalog grown = change->wanted.grown;
  auto built = Schema::build(change->wanted.data, grown, true);
  // A program that counts differently than the one that began cannot go on where that one was.
  if (!built || grown != change->wanted.grown) {
    auto discarded = co_await discard_unfinished_change();
    if (!discarded) co_return std::unexpected(std::move(discarded.error()));
    co_return Result<>{};
  }
  change->after = std::move(*built);
  compare(*change);
  auto body = [this](Transaction& transaction) {
    return ChangeRecords(application_, transaction).progress();
  };
  auto progress = co_await read(store_, SteadyTime::max(), std::move(body));
  if (!progress) co_return std::unexpected(std::move(progress.error()));
  change->progress = std::move(*progress);
  auto schema = maintaining(*change);
  if (!schema) co_return std::unexpected(std::move(schema.error()));
  publish(std::move(*schema), change->data_before);
  begin_status(*change, true);
  const std::scoped_lock lock(mutex_);
  unfinished_ = std::move(change);
  co_return Result<>{};
}

Task<Result<bool>> Database::discard_unfinished_change() {
  auto stored = co_await load_catalog(SteadyTime::max());
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  auto body = [this, &stored](Transaction& transaction) -> Result<bool> {
    ChangeRecords records(application_, transaction);
    const auto change = records.load();
    if (!change) return std::unexpected(change.error());
    if (!*change) return false;
    std::vector<IndexToClear> filled;
    for (const auto& [key, index] : (*change)->grown.indices()) {
      if (!has_index(*stored, index)) filled.emplace_back(index, key.unique);
    }
    records.erase((*change)->records);
    if (auto added = records.add_to_clear(filled); !added)
      return std::unexpected(std::move(added.error()));
    return true;
  };
  co_return co_await transact(store_, SteadyTime::max(), std::move(body));
}

Task<Result<>> Database::remove_leftovers() {
  auto body = [this](Transaction& transaction) {
    return ChangeRecords(application_, transaction).to_clear();
  };
  const auto indices = co_await read(store_, SteadyTime::max(), std::move(body));
  if (!indices) co_return std::unexpected(indices.error());
  IndexFill entries(lane_only(), application_, {}, [this]() -> Result<> {
    const std::scoped_lock lock(mutex_);
    if (wish_ != Wish::kPause) return {};
    return fail(Errc::kUnavailable, "the node stops");
  });
  for (const auto& [index, unique] : *indices) {
    auto cleared = co_await entries.clear(index, unique);
    if (!cleared) co_return cleared;
    auto forget = [this, index](Transaction& transaction) {
      return ChangeRecords(application_, transaction).forget_to_clear(index);
    };
    auto forgotten = co_await transact(store_, SteadyTime::max(), std::move(forget));
    if (!forgotten) co_return forgotten;
  }
  co_return Result<>{};
}

}  // namespace noded::database
