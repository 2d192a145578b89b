#include "repository/database/mending.hpp"

#include "repository/database/index_entry.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/record_store.hpp"

namespace noded::database {
namespace {

constexpr std::size_t kIntegerKeySize = 8;
constexpr std::size_t kUuidKeySize = 16;
constexpr std::size_t kPrefixSize = 2 + 1 + 4;  // application, space, number

const Index* find_index(const Schema& schema, std::uint32_t number) {
  for (const auto& index : schema.indices()) {
    if (index->id == number) return index.get();
  }
  return nullptr;
}

const Entity* find_entity(const Schema& schema, std::uint32_t number) {
  for (const auto& entity : schema.entities()) {
    if (entity->id == number) return entity.get();
  }
  return nullptr;
}

Result<bool> add_entry(
    Transaction& transaction, std::uint16_t application, const Index& index, const RowKey& key
) {
  RecordStore records(application, transaction);
  std::string row;
  const auto found = records.get(*index.entity, key, row);
  if (!found) return found;
  const RowView view(row);
  if (!*found || !view.is_well_formed()) return false;
  const auto added = records.add_to_index(index, key, view);
  if (added) return true;
  if (added.error().code == Errc::kExists) return false;
  return std::unexpected(added.error());
}

Result<bool> remove_entry(
    Transaction& transaction,
    std::uint16_t application,
    const Index& index,
    const std::string& entry
) {
  std::string value;
  const auto found = transaction.get(entry, value);
  if (!found || !*found) return found;
  const auto state = state_of(transaction, application, index, entry, value, true);
  if (!state) return std::unexpected(state.error());
  if (*state == EntryState::kRight || *state == EntryState::kUnreadableRow) return false;
  transaction.erase(entry);
  return true;
}

Result<bool> raise_mark(Transaction& transaction, const std::string& counter, std::int64_t least) {
  const auto mark = transaction.read_counter(counter);
  if (!mark) return std::unexpected(mark.error());
  if (*mark >= least) return false;
  const auto raised = transaction.allocate(counter, least - *mark);
  if (!raised) return std::unexpected(raised.error());
  return true;
}

}  // namespace

std::string_view row_of_entry(const Index& index, std::string_view entry, std::string_view value) {
  const std::size_t size = index.entity->uuid_keys ? kUuidKeySize : kIntegerKeySize;
  if (index.unique) return value.size() == size ? value : std::string_view();
  if (entry.size() < kPrefixSize + size) return {};
  return entry.substr(entry.size() - size);
}

Result<EntryState> state_of(
    Transaction& transaction,
    std::uint16_t application,
    const Index& index,
    std::string_view entry,
    std::string_view value,
    bool guards
) {
  const std::string_view bytes = row_of_entry(index, entry, value);
  if (bytes.empty()) return EntryState::kIllFormed;
  const RowKey key = RowKey::from_bytes(bytes);
  const std::string row_key = keys::row(application, *index.entity, key);
  std::string row;
  const auto found = guards ? transaction.get(row_key, row) : transaction.peek(row_key, row);
  if (!found) return std::unexpected(found.error());
  if (!*found) return EntryState::kNoRow;
  const RowView view(row);
  if (!view.is_well_formed()) return EntryState::kUnreadableRow;
  const IndexEntry expected = entry_of(application, index, key, &view);
  const bool is_right = !expected.is_absent && expected.key == entry;
  return is_right ? EntryState::kRight : EntryState::kOtherValues;
}

Result<bool> mend(
    Transaction& transaction, std::uint16_t application, const Schema& schema, const Damage& damage
) {
  if (damage.kind == Damage::Kind::kMissingEntry || damage.kind == Damage::Kind::kStaleEntry) {
    const Index* index = find_index(schema, damage.number);
    if (index == nullptr) return false;
    if (damage.kind == Damage::Kind::kStaleEntry)
      return remove_entry(transaction, application, *index, damage.key);
    return add_entry(transaction, application, *index, RowKey::from_bytes(damage.key));
  }
  const Entity* entity = find_entity(schema, damage.number);
  if (entity == nullptr) return false;
  if (damage.kind == Damage::Kind::kIdentifier)
    return raise_mark(transaction, keys::identifier(application, *entity), damage.amount);
  // What others add meanwhile they add to the rows as well: the difference stays the same.
  transaction.add(keys::row_count(application, *entity), damage.amount);
  return true;
}

}  // namespace noded::database
