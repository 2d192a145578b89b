#include "repository/database/record_store.hpp"

#include "codec/text.hpp"
#include "repository/database/access.hpp"
#include "repository/database/change.hpp"
#include "repository/database/index_entry.hpp"
#include "repository/database/keys.hpp"

namespace noded::database {
namespace {

std::unexpected<Error> not_unique(const Index& index) {
  std::string message = "UNIQUE constraint failed: ";
  for (const Field* field : index.fields) {
    if (field != index.fields.front()) message += ", ";
    message.append(index.entity->name).append(".").append(field->name);
  }
  return fail(Errc::kExists, std::move(message));
}

// While a unique index is being filled, the entry may be that of another row with the same values.
Result<> erase_entry(
    Transaction& transaction, const Index& index, const RowKey& key, const IndexEntry& entry
) {
  if (index.unique && !index.ready) {
    std::string holder;
    const auto found = transaction.get(entry.key, holder);
    if (!found) return std::unexpected(found.error());
    if (!*found || holder != key.bytes()) return {};
  }
  transaction.erase(entry.key);
  return {};
}

Result<> put_entry(
    Transaction& transaction, const Index& index, const RowKey& key, const IndexEntry& entry
) {
  if (!index.unique) {
    transaction.put(entry.key, {});
    return {};
  }
  std::string holder;
  const auto taken = transaction.get(entry.key, holder);
  if (!taken) return std::unexpected(taken.error());
  if (*taken && holder != key.bytes()) return not_unique(index);
  transaction.put(entry.key, key.bytes());
  return {};
}

}  // namespace

Result<bool> RecordStore::get(const Entity& entity, const RowKey& key, std::string& row) {
  return transaction_.get(keys::row(application_, entity, key), row);
}

Result<RowKey> RecordStore::make_key(const Entity& entity, std::int64_t now_ms) {
  if (entity.uuid_keys) {
    const auto bytes = codec::make_uuid_v7(now_ms);
    return RowKey::of_uuid(std::string_view(bytes.data(), bytes.size()));
  }
  const auto id = transaction_.allocate(keys::identifier(application_, entity), 1);
  if (!id) return std::unexpected(id.error());
  return RowKey::of_integer(*id);
}

Result<> RecordStore::put(
    const Entity& entity,
    const RowKey& key,
    const std::string* before,
    const std::string& after,
    std::int64_t now_ms
) {
  const RowView old_row(before != nullptr ? std::string_view(*before) : std::string_view());
  const RowView new_row(after);
  auto indexed = update_indices(entity, key, before != nullptr ? &old_row : nullptr, &new_row);
  if (!indexed) return indexed;
  transaction_.put(keys::row(application_, entity, key), after);
  if (before == nullptr) transaction_.add(keys::row_count(application_, entity), 1);
  const Change change{
      before == nullptr ? Change::Kind::kCreated : Change::Kind::kUpdated,
      now_ms,
      entity.id,
      key,
      old_row.bytes(),
      after
  };
  transaction_.append(keys::prefix(application_, keys::Space::kFeed), encode(change));
  if (access_ != nullptr) return access_->wrote(transaction_, entity, key, old_row.bytes(), after);
  return {};
}

Result<> RecordStore::erase(
    const Entity& entity, const RowKey& key, const std::string& before, std::int64_t now_ms
) {
  const RowView old_row(before);
  auto indexed = update_indices(entity, key, &old_row, nullptr);
  if (!indexed) return indexed;
  transaction_.erase(keys::row(application_, entity, key));
  transaction_.add(keys::row_count(application_, entity), -1);
  const Change change{Change::Kind::kErased, now_ms, entity.id, key, before, {}};
  transaction_.append(keys::prefix(application_, keys::Space::kFeed), encode(change));
  if (access_ != nullptr) return access_->wrote(transaction_, entity, key, before, {});
  return {};
}

Result<> RecordStore::add_to_index(const Index& index, const RowKey& key, const RowView& row) {
  const IndexEntry entry = entry_of(application_, index, key, &row);
  if (entry.is_absent) return {};
  return put_entry(transaction_, index, key, entry);
}

Result<> RecordStore::update_indices(
    const Entity& entity, const RowKey& key, const RowView* before, const RowView* after
) {
  for (const Index* index : entity.indices) {
    const IndexEntry old_entry = entry_of(application_, *index, key, before);
    const IndexEntry new_entry = entry_of(application_, *index, key, after);
    if (old_entry.is_absent == new_entry.is_absent && old_entry.key == new_entry.key) continue;
    if (!old_entry.is_absent) {
      auto erased = erase_entry(transaction_, *index, key, old_entry);
      if (!erased) return erased;
    }
    if (new_entry.is_absent) continue;
    auto put = put_entry(transaction_, *index, key, new_entry);
    if (!put) return put;
  }
  return {};
}

}  // namespace noded::database
