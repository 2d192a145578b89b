#include "repository/database/index_fill.hpp"

#include "repository/database/keys.hpp"
#include "repository/database/record_store.hpp"

#include <algorithm>
#include <utility>

namespace noded::database {

Task<Result<>> IndexFill::fill(std::vector<const Index*> indices) {
  while (!indices.empty()) {
    const Entity& entity = *indices.front()->entity;
    std::vector<const Index*> of_entity;
    std::erase_if(indices, [&](const Index* index) {
      const bool is_of_entity = index->entity == &entity;
      if (is_of_entity) of_entity.push_back(index);
      return is_of_entity;
    });
    auto filled = co_await fill_entity(entity, std::move(of_entity));
    if (!filled) co_return filled;
  }
  co_return Result<>{};
}

Task<Result<>> IndexFill::fill_entity(const Entity& entity, std::vector<const Index*> indices) {
  std::string begin = keys::prefix(application_, keys::Space::kRow, entity.id);
  std::size_t rows = kBatchRows;
  while (true) {
    auto body = [&](Transaction& transaction) {
      return fill_batch(transaction, entity, indices, begin, rows);
    };
    auto batch = co_await transact(store_, SteadyTime::max(), body);
    if (!batch && batch.error().code == Errc::kConflict && rows > 1) {
      rows = rows / 2;  // busy rows: smaller batches get through
      continue;
    }
    if (!batch) co_return std::unexpected(std::move(batch.error()));
    rows_done_ += batch->rows;
    if (on_progress_) on_progress_(rows_done_);
    if (batch->is_last) co_return Result<>{};
    begin = std::move(batch->next);
  }
}

Result<IndexFill::Batch> IndexFill::fill_batch(
    Transaction& transaction,
    const Entity& entity,
    const std::vector<const Index*>& indices,
    const std::string& begin,
    std::size_t rows
) const {
  const std::string prefix = keys::prefix(application_, keys::Space::kRow, entity.id);
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
  Batch batch;
  batch.rows = found.size();
  batch.is_last = found.size() < rows;
  if (!found.empty()) batch.next = keys::row(application_, entity, found.back()).append(1, '\0');
  return batch;
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
