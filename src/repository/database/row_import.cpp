#include "repository/database/row_import.hpp"

#include "repository/database/imported_value.hpp"
#include "repository/database/index_entry.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/operand.hpp"
#include "repository/database/record_store.hpp"
#include "repository/database/row.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace noded::database {
namespace {

std::optional<RowKey> key_from(const Entity& entity, const json::value& given) {
  if (given.is_int64() && !entity.uuid_keys) return RowKey::of_integer(given.get_int64());
  return given.is_string() ? RowKey::parse(given.get_string(), entity.uuid_keys) : std::nullopt;
}

RowKey key_of_value(const ValueView& value) {
  return value.type == ValueType::kUuid ? RowKey::of_uuid(value.text)
                                        : RowKey::of_integer(value.integer);
}

std::string text_of(const json::value& key) {
  return key.is_structured() || key.is_null() ? std::string("(none)") : text_of_primitive(key);
}

std::string names_of(const Index& index) {
  std::string names;
  for (const Field* field : index.fields)
    names.append(names.empty() ? "" : ", ").append(field->name);
  return names;
}

}  // namespace

struct RowImport::Row {
  RowKey key = RowKey::of_integer(0);
  std::string bytes;
};

Result<ImportColumns> import_columns(const Entity& entity, std::span<const std::string> names) {
  ImportColumns columns{.entity = &entity, .key = names.size(), .fields = {}, .unknown = {}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i))
      return fail(Errc::kInvalid, "column \"" + names[i] + "\" is there twice");
    const Field* field = entity.find_field(names[i]);
    if (field != nullptr && field->type == FieldType::kPrimary) columns.key = i;
    const bool stores =
        field != nullptr && field->type != FieldType::kPrimary && !field->is_virtual;
    columns.fields.push_back(stores ? field : nullptr);
    if (field == nullptr || field->is_virtual) columns.unknown.push_back(names[i]);
  }
  if (columns.key == names.size()) {
    return fail(
        Errc::kInvalid,
        "no column of \"" + entity.name + "\" is the primary key \"" + entity.primary().name + "\""
    );
  }
  return columns;
}

void RowChecksum::add(const RowKey& key, std::string_view row) {
  std::string both(key.bytes());
  both.append(row);
  sum_ += std::hash<std::string_view>{}(both);
}

namespace {

// The row of `values`, or why there is none.
std::optional<RefusedRow> read_row(
    const ImportColumns& columns, const json::value& values, RowKey& key, std::string& bytes
) {
  const auto* given = values.if_array();
  if (given == nullptr || given->size() != columns.fields.size())
    return RefusedRow{"(none)", {}, "has not as many values as there are columns"};
  const Entity& entity = *columns.entity;
  const json::value& id = (*given)[columns.key];
  const auto found = key_from(entity, id);
  if (!found)
    return RefusedRow{
        text_of(id), entity.primary().name, entity.uuid_keys ? "is no UUID" : "is no integer"
    };
  key = *found;
  RowBuilder builder;
  for (std::size_t i = 0; i < columns.fields.size(); ++i) {
    const Field* field = columns.fields[i];
    if (field == nullptr) continue;
    const auto stored = imported_value(*field, (*given)[i]);
    if (!stored) return RefusedRow{key.text(), field->name, stored.error().message};
    builder.set(field->id, stored->view());
  }
  bytes = builder.build();
  return std::nullopt;
}

}  // namespace

Result<std::optional<RefusedRow>> RowImport::objection_to(
    const ImportColumns& columns, const Row& row, Uniqueness uniqueness, bool is_behind_all
) {
  std::string present;
  const auto is_there =
      is_behind_all
          ? Result<bool>(false)
          : RecordStore(application_, transaction_).get(*columns.entity, row.key, present);
  if (!is_there) return std::unexpected(is_there.error());
  if (*is_there) return RefusedRow{row.key.text(), {}, "is there already"};
  if (uniqueness == Uniqueness::kExpected) return std::nullopt;
  const RowView view(row.bytes);
  for (const Index* index : columns.entity->indices) {
    if (!index->unique) continue;
    const IndexEntry entry = entry_of(application_, *index, row.key, &view);
    if (entry.is_absent) continue;
    const auto taken = transaction_.get(entry.key, present);
    if (!taken) return std::unexpected(taken.error());
    if (!*taken) continue;
    return RefusedRow{
        row.key.text(),
        names_of(*index),
        "must be unique, but row " + RowKey::from_bytes(present).text() + " has the same"
    };
  }
  return std::nullopt;
}

// Rows mostly come in the order of their keys: what comes behind the last one cannot be there yet.
Result<std::optional<RowKey>> RowImport::last_key(const Entity& entity) {
  const std::string prefix = keys::prefix(application_, keys::Space::kRow, entity.id);
  const auto cursor = transaction_.scan(prefix_range(prefix), Direction::kBackward);
  std::optional<RowKey> last;
  if (cursor->next()) last = RowKey::from_bytes(cursor->key().substr(prefix.size()));
  if (auto status = cursor->status(); !status) return std::unexpected(std::move(status.error()));
  return last;
}

Result<RowImport::Taken> RowImport::put(
    const ImportColumns& columns, const json::array& rows, Uniqueness uniqueness
) {
  Taken taken;
  RecordStore records(application_, transaction_, access_);
  auto last = last_key(*columns.entity);
  if (!last) return std::unexpected(std::move(last.error()));
  Row row;
  for (const json::value& values : rows) {
    auto refused = read_row(columns, values, row.key, row.bytes);
    if (!refused) {
      const bool is_behind_all = !*last || **last < row.key;
      auto objection = objection_to(columns, row, uniqueness, is_behind_all);
      if (!objection) return std::unexpected(std::move(objection.error()));
      refused = std::move(*objection);
    }
    if (refused) {
      taken.refused.push_back(std::move(*refused));
      continue;
    }
    if (auto put = records.put(*columns.entity, row.key, nullptr, row.bytes, now_ms_); !put)
      return std::unexpected(std::move(put.error()));
    if (!*last || **last < row.key) *last = row.key;
    taken.checksum.add(row.key, row.bytes);
    ++taken.rows;
  }
  return taken;
}

Result<bool> RowImport::is_dangling(const Field& field, const ValueView& value) {
  std::string row;
  const auto found =
      transaction_.get(keys::row(application_, *field.target, key_of_value(value)), row);
  if (!found) return std::unexpected(found.error());
  return !*found;
}

Result<> RowImport::mend_row(
    const Entity& entity, const RowKey& key, const std::string& row, Walk& walk
) {
  RowBuilder mended{RowView(row)};
  const std::size_t refused = walk.refused.size();
  for (const auto& field : entity.fields) {
    if (field->type != FieldType::kRelation) continue;
    const ValueView value = RowView(row).field(field->id);
    if (value.is_null()) continue;
    const auto dangling = is_dangling(*field, value);
    if (!dangling) return std::unexpected(dangling.error());
    if (!*dangling) continue;
    mended.set(field->id, ValueView::null());
    const std::string target = field->target->name + " " + key_of_value(value).text();
    walk.refused.push_back({key.text(), field->name, "refers to " + target + ", which is not there"}
    );
  }
  if (walk.refused.size() == refused) return {};
  return RecordStore(application_, transaction_, access_)
      .put(entity, key, &row, mended.build(), now_ms_);
}

Result<RowImport::Walk> RowImport::mend_references(
    const Entity& entity, const std::optional<RowKey>& from, std::size_t limit
) {
  Walk walk;
  const std::string prefix = keys::prefix(application_, keys::Space::kRow, entity.id);
  KeyRange range = prefix_range(prefix);
  if (from) range.begin = prefix + std::string(from->bytes());
  const auto cursor = transaction_.scan(std::move(range), Direction::kForward);
  while (cursor->next()) {
    const RowKey key = RowKey::from_bytes(cursor->key().substr(prefix.size()));
    if (walk.rows == limit) {
      walk.next = key;
      return walk;
    }
    ++walk.rows;
    const std::string row(cursor->value());
    walk.checksum.add(key, row);
    if (auto mended = mend_row(entity, key, row, walk); !mended)
      return std::unexpected(std::move(mended.error()));
  }
  if (auto status = cursor->status(); !status) return std::unexpected(std::move(status.error()));
  return walk;
}

Result<> RowImport::continue_keys_after(const Entity& entity, std::int64_t highest) {
  if (entity.uuid_keys || highest <= 0) return {};
  const std::string counter = keys::identifier(application_, entity);
  const auto present = transaction_.read_counter(counter);
  if (!present) return std::unexpected(present.error());
  if (*present >= highest) return {};
  const auto skipped = transaction_.allocate(counter, highest - *present);
  if (!skipped) return std::unexpected(skipped.error());
  return {};
}

}  // namespace noded::database
