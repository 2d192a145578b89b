#include "repository/database/writer.hpp"

#include "codec/json.hpp"
#include "repository/database/deletion.hpp"
#include "repository/database/field_value.hpp"
#include "repository/database/filter_match.hpp"
#include "repository/database/reader.hpp"
#include "repository/database/record_store.hpp"
#include "repository/database/row_input.hpp"

#include <utility>

namespace noded::database {
namespace {

std::string build_row(const std::string* before, const std::vector<Assignment>& assignments) {
  RowBuilder row = before != nullptr ? RowBuilder(RowView(*before)) : RowBuilder();
  for (const Assignment& assignment : assignments)
    row.set(assignment.field->id, assignment.value.view());
  return row.build();
}

// As a read without select shows it.
void append_row(const Entity& entity, const RowKey& key, const std::string& row, std::string& out) {
  const RowView view(row);
  char separator = '{';
  for (const Field* field : entity.visible) {
    out.push_back(std::exchange(separator, ','));
    codec::append_json_string(out, field->name);
    out.push_back(':');
    append_json(*field, value_of(*field, key, view), out);
  }
  out.append(entity.visible.empty() ? "{}" : "}");
}

Result<> require_complete(const Entity& entity, const std::string& row) {
  const RowView view(row);
  for (const auto& field : entity.fields) {
    const bool must_be_there =
        field->required && !field->is_virtual && field->type != FieldType::kPrimary;
    if (must_be_there && view.field(field->id).is_null()) {
      return fail(Errc::kInvalid, "Field \"" + field->name + "\" is required");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<RowKey>> Writer::create(
    const Entity& entity, std::span<const json::object> rows, bool system_fields
) {
  if (auto own = require_own(entity); !own) return std::unexpected(std::move(own.error()));
  const auto allowed = access_.rows(entity, Action::kCreate, nullptr);
  if (!allowed) return std::unexpected(allowed.error());
  if (entity.type == EntityType::kSystem && !system_fields) {
    return fail(Errc::kForbidden, "Creation of system entity \"" + entity.name + "\" is disabled");
  }
  std::vector<RowKey> keys;
  keys.reserve(rows.size());
  for (const json::object& row : rows) {
    auto key = create_one(entity, row, *allowed, system_fields);
    if (!key) return std::unexpected(std::move(key.error()));
    keys.push_back(*key);
  }
  return keys;
}

Result<RowKey> Writer::create_one(
    const Entity& entity, const json::object& given, const Access::Rows& allowed, bool system_fields
) {
  auto assignments =
      RowInput(application_, transaction_, *this, entity, Context::kCreate, system_fields)
          .read(given);
  if (!assignments) return std::unexpected(std::move(assignments.error()));
  const std::string row = build_row(nullptr, *assignments);
  if (auto complete = require_complete(entity, row); !complete)
    return std::unexpected(std::move(complete.error()));
  RecordStore records(application_, transaction_, &access_);
  auto key = records.make_key(entity, now_ms());
  if (!key) return key;
  auto inside = require_inside(entity, Action::kCreate, allowed, *key, row);
  if (!inside) return std::unexpected(std::move(inside.error()));
  if (auto put = records.put(entity, *key, nullptr, row, now_ms()); !put)
    return std::unexpected(std::move(put.error()));
  return key;
}

Result<bool> Writer::update(
    const Entity& entity, const RowKey& key, const json::object& changes, bool system_fields
) {
  if (auto own = require_own(entity); !own) return std::unexpected(std::move(own.error()));
  const auto allowed = access_.rows(entity, Action::kUpdate, &key);
  if (!allowed) return std::unexpected(allowed.error());
  RecordStore records(application_, transaction_, &access_);
  std::string before;
  const auto exists = records.get(entity, key, before);
  if (!exists || !*exists) return exists;
  auto inside = require_inside(entity, Action::kUpdate, *allowed, key, before);
  if (!inside) return std::unexpected(std::move(inside.error()));
  auto assignments =
      RowInput(application_, transaction_, *this, entity, Context::kUpdate, system_fields)
          .read(changes);
  if (!assignments) return std::unexpected(std::move(assignments.error()));
  auto put = records.put(entity, key, &before, build_row(&before, *assignments), now_ms());
  if (!put) return std::unexpected(std::move(put.error()));
  return true;
}

Result<std::vector<RowKey>> Writer::update_where(
    const Entity& entity, const json::object& where, const json::object& changes
) {
  if (auto own = require_own(entity); !own) return std::unexpected(std::move(own.error()));
  if (where.empty()) return fail(Errc::kInvalid, "Where clause must be provided for mass update");
  auto keys = Reader(application_, transaction_, access_).find_keys(entity, where, Action::kUpdate);
  if (!keys) return keys;
  auto assignments =
      RowInput(application_, transaction_, *this, entity, Context::kUpdate, false).read(changes);
  if (!assignments) return std::unexpected(std::move(assignments.error()));
  RecordStore records(application_, transaction_, &access_);
  std::string before;
  for (const RowKey& key : *keys) {
    const auto exists = records.get(entity, key, before);
    if (!exists) return std::unexpected(exists.error());
    if (!*exists) continue;
    auto put = records.put(entity, key, &before, build_row(&before, *assignments), now_ms());
    if (!put) return std::unexpected(std::move(put.error()));
  }
  return keys;
}

Result<bool> Writer::erase(const Entity& entity, const RowKey& key, std::string& out) {
  if (auto own = require_own(entity); !own) return std::unexpected(std::move(own.error()));
  const auto allowed = access_.rows(entity, Action::kDelete, &key);
  if (!allowed) return std::unexpected(allowed.error());
  std::string row;
  const auto exists = RecordStore(application_, transaction_).get(entity, key, row);
  if (!exists || !*exists) return exists;
  auto inside = require_inside(entity, Action::kDelete, *allowed, key, row);
  if (!inside) return std::unexpected(std::move(inside.error()));
  if (auto erased = Deletion(application_, transaction_, now_ms(), &access_).run(entity, key, row);
      !erased) {
    return std::unexpected(std::move(erased.error()));
  }
  append_row(entity, key, row, out);
  return true;
}

Result<std::uint64_t> Writer::erase_where(
    const Entity& entity, const json::object& where, std::string& out
) {
  if (auto own = require_own(entity); !own) return std::unexpected(std::move(own.error()));
  if (where.empty()) return fail(Errc::kInvalid, "Where clause must be provided for mass deletion");
  const auto keys =
      Reader(application_, transaction_, access_).find_keys(entity, where, Action::kDelete);
  if (!keys) return std::unexpected(keys.error());
  RecordStore records(application_, transaction_, &access_);
  Deletion deletion(application_, transaction_, now_ms(), &access_);
  std::string row;
  std::uint64_t erased = 0;
  out.push_back('[');
  for (const RowKey& key : *keys) {
    const auto exists = records.get(entity, key, row);
    if (!exists) return std::unexpected(exists.error());
    if (!*exists) continue;
    if (auto done = deletion.run(entity, key, row); !done)
      return std::unexpected(std::move(done.error()));
    if (erased++ > 0) out.push_back(',');
    append_row(entity, key, row, out);
  }
  out.push_back(']');
  return erased;
}

Result<> Writer::require_own(const Entity& entity) const {
  if (schema_.find(entity.name) == &entity) return {};
  return fail(Errc::kInternal, "entity \"" + entity.name + "\" is of another schema");
}

Result<> Writer::require_inside(
    const Entity& entity,
    Action action,
    const Access::Rows& rows,
    const RowKey& key,
    const std::string& row
) {
  if (rows.filter == nullptr) return {};
  const auto inside = matches(*rows.filter, key, RowView(row), application_, transaction_);
  if (!inside) return std::unexpected(inside.error());
  if (*inside) return {};
  return std::unexpected(access_.outside(entity, action, rows));
}

}  // namespace noded::database
