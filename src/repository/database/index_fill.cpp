#include "repository/database/index_fill.hpp"

#include "repository/database/keys.hpp"
#include "repository/database/record_store.hpp"

#include <map>
#include <utility>

namespace noded::database {

Task<Result<>> IndexFill::fill(const std::vector<const Index*>& indices, FillProgress done) {
  done_ = std::move(done);
  std::map<std::uint32_t, std::vector<const Index*>> by_entity;
  for (const Index* index : indices)
    by_entity[index->entity->id].push_back(index);
  for (const auto& [entity, of_entity] : by_entity) {
    if (entity < done_.entity) continue;
    if (entity > done_.entity) done_.next_row.clear();
    done_.entity = entity;
    auto filled = co_await fill_entity(*of_entity.front()->entity, of_entity);
    if (!filled) co_return filled;
  }
  co_return Result<>{};
}

Task<Result<>> IndexFill::fill_entity(
    const Entity& entity, const std::vector<const Index*>& indices
) {
  std::size_t rows = kBatchRows;
  while (true) {
    if (auto asked = go_on_(); !asked) co_return asked;
    auto body = [&](Transaction& transaction) {
      return fill_batch(transaction, entity, indices, rows);
    };
    auto batch = co_await transact(store_, SteadyTime::max(), body);
    const bool may_be_smaller =
        !batch && (batch.error().code == Errc::kConflict || batch.error().code == Errc::kTooLarge);
    if (may_be_smaller && rows > 1) {
      rows = rows / 2;  // busy or large rows: smaller batches get through
      continue;
    }
    if (!batch) co_return std::unexpected(std::move(batch.error()));
    const bool is_last = batch->entity > entity.id;
    done_ = std::move(*batch);
    if (on_progress_) on_progress_(done_.rows_done);
    if (is_last) co_return Result<>{};
  }
}

// What is done after this batch; of the next entity when it was the last of this one.
Result<FillProgress> IndexFill::fill_batch(
    Transaction& transaction,
    const Entity& entity,
    const std::vector<const Index*>& indices,
    std::size_t rows
) const {
  const std::string prefix = keys::prefix(application_, keys::Space::kRow, entity.id);
  const std::string& begin = done_.next_row.empty() ? prefix : done_.next_row;
  std::vector<RowKey> found;
  const auto cursor = transaction.scan({begin, prefix_range(prefix).end}, Direction::kForward);
  while (found.size() < rows && cursor->next())
    found.push_back(RowKey::from_bytes(cursor->key().substr(prefix.size())));
  if (auto status = cursor->status(); !status) return std::unexpected(std::move(status.error()));
  RecordStore records(application_, transaction);
  std::string row;
  for (const RowKey& key : found) {
    const auto exists = records.get(entity, key, row);  // into the read set
    if (!exists) return std::unexpected(exists.error());
    for (const Index* index : indices) {
      auto added = records.add_to_index(*index, key, RowView(row));
      if (added) continue;
      if (added.error().code != Errc::kExists) return std::unexpected(std::move(added.error()));
      return std::unexpected(not_unique(transaction, *index, key, row));
    }
  }
  FillProgress done{entity.id, {}, done_.rows_done + found.size()};
  if (found.size() < rows) {
    ++done.entity;
  } else {
    done.next_row = keys::row(application_, entity, found.back()).append(1, '\0');
  }
  ChangeRecords(application_, transaction).put(done);
  return done;
}

Error IndexFill::not_unique(
    Transaction& transaction, const Index& index, const RowKey& key, const std::string& row
) const {
  std::string entry = keys::prefix(application_, keys::Space::kUnique, index.id);
  for (const Field* field : index.fields)
    keys::append_value(entry, RowView(row).field(field->id));
  std::string holder;
  const auto found = transaction.peek(entry, holder);
  std::string other = "another";
  if (found && *found) other = RowKey::from_bytes(holder).text();
  return {
      Errc::kInvalid,
      "Index \"" + index.name + "\" cannot be unique: rows " + other + " and " + key.text() +
          " of \"" + index.entity->name + "\" have the same values",
      {},
      {}
  };
}

Task<Result<>> IndexFill::clear(std::uint32_t index, bool unique) {
  const std::string prefix =
      keys::prefix(application_, unique ? keys::Space::kUnique : keys::Space::kIndex, index);
  while (true) {
    if (auto asked = go_on_(); !asked) co_return asked;
    auto body = [&prefix](Transaction& transaction) -> Result<std::size_t> {
      std::vector<std::string> entries;
      const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
      while (entries.size() < kBatchRows && cursor->next())
        entries.emplace_back(cursor->key());
      if (auto status = cursor->status(); !status)
        return std::unexpected(std::move(status.error()));
      for (const std::string& entry : entries)
        transaction.erase(entry);
      return entries.size();
    };
    const auto erased = co_await transact(store_, SteadyTime::max(), body);
    if (!erased) co_return std::unexpected(erased.error());
    if (*erased < kBatchRows) co_return Result<>{};
  }
}

}  // namespace noded::database
