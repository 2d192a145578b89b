// The part of an inspection that looks at rows and what is kept about them.
#include "repository/database/index_entry.hpp"
#include "repository/database/inspection.hpp"
#include "repository/database/keys.hpp"

#include <algorithm>
#include <utility>

namespace noded::database {
namespace {

std::string row_name(const Entity& entity, const RowKey& key) {
  return "row " + key.text() + " of \"" + entity.name + "\"";
}

}  // namespace

Result<> Inspection::visit_row(EntityWalk& walk, std::string_view key, std::string_view value) {
  const Entity& entity = walk.entity;
  ++walk.rows;
  if (key.size() != (entity.uuid_keys ? 16 : 8)) {
    tell(
        Flaw::kRow,
        &entity,
        {},
        "a row of \"" + entity.name + "\" has a key of " + std::to_string(key.size()) + " bytes",
        false
    );
    return {};
  }
  const RowKey row_key = RowKey::from_bytes(key);
  if (!entity.uuid_keys) walk.greatest = std::max(walk.greatest, row_key.integer());
  const RowView row(value);
  if (!row.is_well_formed()) {
    tell(
        Flaw::kRow,
        &entity,
        row_key.text(),
        row_name(entity, row_key) + " cannot be read: its bytes are no row",
        false
    );
    return {};
  }
  for (std::size_t i = 0; i < walk.indices.size(); ++i) {
    const Index& index = *walk.indices[i];
    const IndexEntry entry = entry_of(application(), index, row_key, &row);
    if (!entry.is_absent)
      walk.expected[i].add(entry.key, index.unique ? row_key.bytes() : std::string_view());
  }
  if (auto checked = check_references(entity, row_key, row); !checked) return checked;
  return check_polymorphic(walk, row_key, row);
}

Result<> Inspection::check_references(const Entity& entity, const RowKey& key, const RowView& row) {
  for (const auto& field : entity.fields) {
    if (field->type != FieldType::kRelation || field->target == nullptr) continue;
    const ValueView value = row.field(field->id);
    if (value.is_null()) continue;
    const Entity& target = *field->target;
    const bool is_key = value.type == (target.uuid_keys ? ValueType::kUuid : ValueType::kInteger);
    std::string named = "something that is no key";
    if (is_key) {
      const RowKey other =
          target.uuid_keys ? RowKey::of_uuid(value.text) : RowKey::of_integer(value.integer);
      const auto found = is_there(target, other);
      if (!found) return std::unexpected(found.error());
      if (*found) continue;
      named = row_name(target, other) + ", which is not there";
    }
    tell(
        Flaw::kReference,
        &entity,
        key.text(),
        row_name(entity, key) + " refers by \"" + field->name + "\" to " + named,
        false
    );
  }
  return {};
}

Result<bool> Inspection::is_there(const Entity& target, const RowKey& key) {
  std::string row_key = keys::row(application(), target, key);
  if (known_targets_.contains(row_key)) return true;
  std::string row;
  const auto found = transaction_->peek(row_key, row);
  if (!found || !*found) return found;
  if (known_targets_.size() >= kKnownTargets) known_targets_.clear();
  known_targets_.insert(std::move(row_key));
  return true;
}

Result<> Inspection::check_counters(const EntityWalk& walk) {
  const Entity& entity = walk.entity;
  const auto count = transaction_->read_counter(keys::row_count(application(), entity));
  if (!count) return std::unexpected(count.error());
  if (*count != walk.rows) {
    const std::string sentence = "\"" + entity.name + "\" has " + std::to_string(walk.rows) +
                                 " rows, but the kept count says " + std::to_string(*count);
    tell(Flaw::kCount, &entity, {}, sentence, true);
    damaged(Flaw::kCount, {Damage::Kind::kCount, entity.id, {}, walk.rows - *count});
  }
  if (entity.uuid_keys) return {};
  const auto mark = transaction_->read_counter(keys::identifier(application(), entity));
  if (!mark) return std::unexpected(mark.error());
  if (*mark >= walk.greatest) return {};
  const std::string sentence = "\"" + entity.name + "\" has a row " +
                               std::to_string(walk.greatest) + ", but only keys up to " +
                               std::to_string(*mark) +
                               " count as handed out: a new row could take its place";
  tell(Flaw::kIdentifier, &entity, std::to_string(walk.greatest), sentence, true);
  damaged(Flaw::kIdentifier, {Damage::Kind::kIdentifier, entity.id, {}, walk.greatest});
  return {};
}

}  // namespace noded::database
