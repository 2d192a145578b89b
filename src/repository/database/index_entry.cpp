#include "repository/database/index_entry.hpp"

#include "repository/database/keys.hpp"

namespace noded::database {

IndexEntry entry_of(
    std::uint16_t application, const Index& index, const RowKey& key, const RowView* row
) {
  IndexEntry entry;
  if (row == nullptr) return entry;
  entry.key = keys::prefix(
      application, index.unique ? keys::Space::kUnique : keys::Space::kIndex, index.id
  );
  for (const Field* field : index.fields) {
    const ValueView value = row->field(field->id);
    if (index.unique && value.is_null()) return entry;
    keys::append_value(entry.key, value);
  }
  if (!index.unique) entry.key.append(key.bytes());
  entry.is_absent = false;
  return entry;
}

}  // namespace noded::database
