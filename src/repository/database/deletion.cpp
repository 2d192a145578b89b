#include "repository/database/deletion.hpp"

#include "repository/database/field_value.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row_input.hpp"

#include <algorithm>

namespace noded::database {
namespace {

std::unexpected<Error> refused(
    const Entity& target, const Referrer& referrer, std::string_view why
) {
  return fail(
      Errc::kExists,
      "Cannot delete \"" + target.name + "\": \"" + referrer.entity->name + "\" rows " +
          std::string(why)
  );
}

// Every relation field has one: Schema makes it.
const Index* index_of(const Referrer& referrer) {
  const auto found = std::find_if(
      referrer.entity->indices.begin(),
      referrer.entity->indices.end(),
      [&referrer](const Index* index) {
        return !index->unique && index->ready && index->fields.size() == 1 &&
               index->fields.front() == referrer.key;
      }
  );
  return found == referrer.entity->indices.end() ? nullptr : *found;
}

}  // namespace

Result<> Deletion::erase(
    const Entity& entity, const RowKey& key, const std::string& row, std::uint32_t depth
) {
  if (depth > kMaxDepth) {
    return fail(
        Errc::kTooLarge,
        "Deleting \"" + entity.name + "\" would cascade deeper than " + std::to_string(kMaxDepth)
    );
  }
  if (auto counted = count_row(); !counted) return counted;
  if (!entity.referrers.empty()) transaction_.observe(reference_token(application_, entity, key));
  // First, so that a cascade that comes back here finds nothing more to do.
  if (auto erased = records_.erase(entity, key, row, now_ms_); !erased) return erased;
  for (const Referrer& referrer : entity.referrers) {
    if (auto followed = follow(entity, key, referrer, depth); !followed) return followed;
  }
  return {};
}

Result<> Deletion::follow(
    const Entity& entity, const RowKey& key, const Referrer& referrer, std::uint32_t depth
) {
  const auto found = find_rows(referrer, key);
  if (!found) return std::unexpected(found.error());
  if (found->empty()) return {};
  const OnDelete on_delete = referrer.key->on_delete;
  if (on_delete == OnDelete::kRestrict || on_delete == OnDelete::kNoAction)
    return refused(entity, referrer, "refer to it");
  const bool goes_too = on_delete == OnDelete::kCascade || referrer.is_connection;
  std::string row;
  for (const RowKey& row_key : *found) {
    const auto exists = records_.get(*referrer.entity, row_key, row);
    if (!exists) return std::unexpected(exists.error());
    if (!*exists) continue;  // an earlier cascade took it
    auto done = goes_too ? erase(*referrer.entity, row_key, row, depth + 1)
                         : reset_key(referrer, entity, row_key, row);
    if (!done) return done;
  }
  return {};
}

Result<> Deletion::reset_key(
    const Referrer& referrer, const Entity& target, const RowKey& row_key, const std::string& row
) {
  auto value = referrer.key->on_delete == OnDelete::kSetDefault ? default_key(*referrer.key)
                                                                : Result<Value>(Value());
  if (!value) return std::unexpected(std::move(value.error()));
  if (value->is_null() && referrer.key->required) return refused(target, referrer, "require it");
  if (auto counted = count_row(); !counted) return counted;
  RowBuilder changed{RowView(row)};
  changed.set(referrer.key->id, value->view());
  return records_.put(*referrer.entity, row_key, &row, changed.build(), now_ms_);
}

// The default as a key of a row that is there; null otherwise.
Result<Value> Deletion::default_key(const Field& field) {
  const auto key = field.default_value ? key_of(field, *field.default_value) : std::nullopt;
  if (!key) return Value();
  std::string row;
  const auto exists = transaction_.get(keys::row(application_, *field.target, *key), row);
  if (!exists) return std::unexpected(exists.error());
  if (!*exists) return Value();
  transaction_.announce(reference_token(application_, *field.target, *key));
  return Value(key->value());
}

Result<std::vector<RowKey>> Deletion::find_rows(const Referrer& referrer, const RowKey& key) {
  const Index* index = index_of(referrer);
  if (index == nullptr) {
    return fail(Errc::kInternal, "no index on " + referrer.entity->name + "." + referrer.key->name);
  }
  std::string begin = keys::prefix(application_, keys::Space::kIndex, index->id);
  keys::append_value(begin, key.value());
  std::vector<RowKey> found;
  const auto cursor = transaction_.scan(prefix_range(begin), Direction::kForward);
  while (cursor->next()) {
    found.push_back(RowKey::from_bytes(cursor->key().substr(begin.size())));
    if (found.size() > kMaxRows) break;  // count_row() refuses
  }
  if (auto status = cursor->status(); !status) return std::unexpected(std::move(status.error()));
  return found;
}

Result<> Deletion::count_row() {
  if (++rows_ <= kMaxRows) return {};
  return fail(
      Errc::kTooLarge,
      "More than " + std::to_string(kMaxRows) + " rows would be deleted or changed at once"
  );
}

}  // namespace noded::database
