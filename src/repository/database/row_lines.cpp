#include "repository/database/row_lines.hpp"

#include "codec/json.hpp"
#include "repository/database/field_value.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/record_store.hpp"
#include "repository/database/row_import.hpp"
#include "repository/database/row_input.hpp"

#include <algorithm>

namespace noded::database {
namespace {

// New keys follow the highest: beyond it clients could not tell them apart.
constexpr std::int64_t kHighestKey = (std::int64_t{1} << 53) - 1;

std::string names_of(const Entity& entity) {
  std::string names;
  for (const auto& field : entity.fields) {
    if (!field->is_virtual) names.append(names.empty() ? "" : ", ").append(field->name);
  }
  return names;
}

std::optional<RowKey> key_from(const Entity& entity, const json::value& given) {
  if (given.is_int64() && !entity.uuid_keys) {
    const std::int64_t id = given.get_int64();
    if (id > kHighestKey) return std::nullopt;
    return RowKey::of_integer(id);
  }
  const bool is_uuid = given.is_string() && entity.uuid_keys;
  return is_uuid ? RowKey::parse(given.get_string(), true) : std::nullopt;
}

std::string_view key_kind(const Entity& entity) {
  return entity.uuid_keys ? "a UUID" : "an integer below 2^53";
}

std::string missing(const Field& reference, const RowKey& key) {
  return "refers to " + reference.target->name + " " + key.text() + ", which is not there";
}

}  // namespace

std::unexpected<Error> RowLines::refused(std::string_view field, std::string_view why) const {
  const json::object members{{"row", position_}, {"field", field}};
  return fail(Errc::kUnprocessable, std::string(why), {}, codec::to_json_text(members));
}

Result<RowLines::Row> RowLines::read(const json::value& given) {
  const json::object* members = given.if_object();
  if (members == nullptr) return refused({}, "must be an object");
  Row row;
  for (const auto& [name, value] : *members) {
    const Field* field = entity_.find_field(name);
    if (field == nullptr || field->is_virtual)
      return refused(name, "is no field that stores something; allowed: " + names_of(entity_));
    if (auto read = read_member(*field, value, row); !read)
      return std::unexpected(std::move(read.error()));
  }
  if (auto read = read_absent(*members, row); !read)
    return std::unexpected(std::move(read.error()));
  return row;
}

Result<> RowLines::read_member(const Field& field, const json::value& given, Row& row) {
  if (field.type == FieldType::kPrimary) {
    if (given.is_null()) return {};
    row.key = key_from(entity_, given);
    if (row.key) return {};
    return refused(field.name, std::string("must be ").append(key_kind(entity_)));
  }
  if (given.is_null()) {
    if (field.required) return refused(field.name, "is required, and must not be null");
    return {};
  }
  if (field.type == FieldType::kRelation) {
    const auto key = given.is_structured() ? std::nullopt : key_of(field, given);
    if (!key) {
      return refused(
          field.name,
          std::string("must be ").append(key_kind(*field.target)) + ", a key of " +
              field.target->name
      );
    }
    row.references.emplace_back(&field, *key);
    return {};
  }
  if (field.type == FieldType::kJson) {  // exactly, also a text that is JSON itself
    row.values.set(field.id, ValueView::of_json(codec::to_json_text(given)));
    return {};
  }
  const auto stored = to_stored(field, given);
  if (!stored) return refused(field.name, stored.error().message);
  row.values.set(field.id, stored->view());
  return {};
}

Result<> RowLines::read_absent(const json::object& given, Row& row) {
  for (const auto& field : entity_.fields) {
    if (field->is_virtual || field->type == FieldType::kPrimary || given.contains(field->name))
      continue;
    if (field->default_value) {
      if (auto read = read_member(*field, *field->default_value, row); !read) return read;
    } else if (field->required) {
      return refused(field->name, "is required, but absent");
    }
  }
  return {};
}

std::int64_t RowLines::now_ms() const {
  return clock_.wall().time_since_epoch().count();
}

Result<bool> RowLines::is_there(const Entity& entity, const RowKey& key) {
  std::string row;
  return transaction_.get(keys::row(application_, entity, key), row);
}

Result<> RowLines::put_row(Row& row, OnConflict on_conflict, Done& done) {
  RecordStore records(application_, transaction_, access_);
  std::string before;
  const auto exists = row.key ? records.get(entity_, *row.key, before) : Result<bool>(false);
  if (!exists) return std::unexpected(exists.error());
  if (*exists && on_conflict == OnConflict::kSkip) {
    ++done.skipped;
    return {};
  }
  if (*exists && on_conflict == OnConflict::kFail) {
    return refused(
        entity_.primary().name,
        "row " + row.key->text() + " is there already (skip and replace are allowed)"
    );
  }
  for (const auto& [field, key] : row.references) {
    const bool comes_along = field->target == &entity_ && in_this_batch_.contains(key);
    const auto found = comes_along ? Result<bool>(true) : is_there(*field->target, key);
    if (!found) return std::unexpected(found.error());
    if (!*found) {
      ++done.late;
      continue;
    }
    row.values.set(field->id, key.value());
    transaction_.announce(reference_token(application_, *field->target, key));
  }
  if (!row.key) {
    const auto made = records.make_key(entity_, now_ms());
    if (!made) return std::unexpected(made.error());
    row.key = *made;
  }
  const auto put =
      records.put(entity_, *row.key, *exists ? &before : nullptr, row.values.build(), now_ms());
  if (!put && put.error().code == Errc::kExists) return refused({}, put.error().message);
  if (!put) return put;
  ++(*exists ? done.replaced : done.created);
  return {};
}

Result<RowLines::Done> RowLines::put(const json::array& rows, OnConflict on_conflict) {
  Done done;
  std::vector<Row> all;
  std::int64_t highest = 0;
  in_this_batch_.clear();
  for (position_ = 0; position_ < rows.size(); ++position_) {
    auto row = read(rows[position_]);
    if (!row) return std::unexpected(std::move(row.error()));
    if (row->key) in_this_batch_.insert(*row->key);
    if (row->key && !entity_.uuid_keys) highest = std::max(highest, row->key->integer());
    all.push_back(std::move(*row));
  }
  for (position_ = 0; position_ < all.size(); ++position_) {
    if (auto put = put_row(all[position_], on_conflict, done); !put)
      return std::unexpected(std::move(put.error()));
  }
  RowImport import(application_, transaction_, now_ms());
  if (auto continued = import.continue_keys_after(entity_, highest); !continued)
    return std::unexpected(std::move(continued.error()));
  return done;
}

Result<bool> RowLines::connect_row(const Row& row) {
  RecordStore records(application_, transaction_, access_);
  std::string before;
  const auto exists = row.key ? records.get(entity_, *row.key, before) : Result<bool>(false);
  if (!exists || !*exists) return exists;
  RowBuilder after{RowView(before)};
  bool has_changes = false;
  for (const auto& [field, key] : row.references) {
    if (!RowView(before).field(field->id).is_null()) continue;
    const auto found = is_there(*field->target, key);
    if (!found) return found;
    if (!*found) return refused(field->name, missing(*field, key));
    after.set(field->id, key.value());
    transaction_.announce(reference_token(application_, *field->target, key));
    has_changes = true;
  }
  if (!has_changes) return false;
  if (auto put = records.put(entity_, *row.key, &before, after.build(), now_ms()); !put)
    return std::unexpected(std::move(put.error()));
  return true;
}

Result<std::uint64_t> RowLines::connect(const json::array& rows) {
  std::uint64_t connected = 0;
  for (position_ = 0; position_ < rows.size(); ++position_) {
    const auto row = read(rows[position_]);
    if (!row) return std::unexpected(row.error());
    const auto changed = connect_row(*row);
    if (!changed) return std::unexpected(changed.error());
    connected += *changed ? 1 : 0;
  }
  return connected;
}

}  // namespace noded::database
