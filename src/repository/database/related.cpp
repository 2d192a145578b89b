#include "repository/database/related.hpp"

#include "repository/database/keys.hpp"

#include <algorithm>

namespace noded::database {
namespace {

// The implicit or configured index whose first field is `first` (and second `second`, if given).
const Index* find_index(const Entity& entity, const Field& first, const Field* second) {
  for (const Index* index : entity.indices) {
    if (index->unique || index->fields.front() != &first) continue;
    if (second == nullptr && index->fields.size() == 1) return index;
    if (second != nullptr && index->fields.size() == 2 && index->fields[1] == second) return index;
  }
  return nullptr;
}

// Follows one reference from one row.
class Walk {
 public:
  Walk(
      std::uint16_t application,
      Transaction& transaction,
      const Reference& reference,
      std::size_t limit
  )
      : application_(application),
        transaction_(transaction),
        reference_(reference),
        limit_(limit) {}

  Result<std::vector<StoredRow>> run(const RowKey& key, const RowView& row) {
    const Relation& relation = *reference_.relation;
    switch (reference_.kind) {
      case Reference::Kind::kOwnKey:
        if (const auto other = key_of_value(row.field(relation.key->id)); other)
          keys_.push_back(*other);
        break;
      case Reference::Kind::kTheirKey:
        if (auto found = collect(*reference_.other, *relation.key, nullptr, {key.value()});
            !found) {
          return std::unexpected(found.error());
        }
        break;
      case Reference::Kind::kPoly: {
        const std::string reference_text = relation.source->name + "." + relation.target_name;
        const std::string key_text = key.text();
        auto found = collect(
            *reference_.other,
            *relation.poly_reference,
            relation.poly_key,
            {ValueView::of_text(reference_text), ValueView::of_text(key_text)}
        );
        if (!found) return std::unexpected(found.error());
        break;
      }
      case Reference::Kind::kThrough:
        if (auto found = collect_through(key); !found) return std::unexpected(found.error());
        break;
    }
    return fetch();
  }

 private:
  // Adds the keys of the rows of `entity` whose fields hold `values`.
  Result<> collect(
      const Entity& entity,
      const Field& first,
      const Field* second,
      const std::vector<ValueView>& values
  ) {
    const Index* index = find_index(entity, first, second);
    if (index == nullptr) {
      return fail(Errc::kInternal, "no index on " + entity.name + "." + first.name);
    }
    std::string begin = keys::prefix(application_, keys::Space::kIndex, index->id);
    for (const ValueView& value : values)
      keys::append_value(begin, value);
    const auto cursor = transaction_.scan(prefix_range(begin), Direction::kForward);
    while (cursor->next()) {
      keys_.push_back(RowKey::from_bytes(cursor->key().substr(begin.size())));
      if (keys_.size() > limit_) {
        return fail(Errc::kTooLarge, "more than " + std::to_string(limit_) + " related rows");
      }
    }
    return cursor->status();
  }

  Result<> collect_through(const RowKey& key) {
    const Relation& relation = *reference_.relation;
    const Field& near_key =
        reference_.from_source ? *relation.through_source : *relation.through_target;
    const Field& far_key =
        reference_.from_source ? *relation.through_target : *relation.through_source;
    auto found = collect(*relation.through, near_key, nullptr, {key.value()});
    if (!found) return found;
    std::vector<RowKey> connections;
    connections.swap(keys_);
    std::string row;
    for (const RowKey& connection : connections) {
      const auto exists =
          transaction_.peek(keys::row(application_, *relation.through, connection), row);
      if (!exists) return std::unexpected(exists.error());
      if (!*exists) continue;
      if (const auto other = key_of_value(RowView(row).field(far_key.id)); other)
        keys_.push_back(*other);
    }
    return {};
  }

  Result<std::vector<StoredRow>> fetch() {
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
    if (keys_.size() > 1) {
      const KeyRange rows = keys::rows(application_, *reference_.other);
      if (auto ready = transaction_.expect_lookups(rows, keys_.size(), 0); !ready)
        return std::unexpected(std::move(ready.error()));
    }
    std::vector<StoredRow> rows;
    rows.reserve(keys_.size());
    std::string bytes;
    for (const RowKey& key : keys_) {
      const auto exists = transaction_.peek(keys::row(application_, *reference_.other, key), bytes);
      if (!exists) return std::unexpected(exists.error());
      if (*exists) rows.push_back({key, bytes});
    }
    return rows;
  }

  std::uint16_t application_;
  Transaction& transaction_;
  const Reference& reference_;
  std::size_t limit_;
  std::vector<RowKey> keys_;
};

}  // namespace

std::optional<RowKey> key_of_value(const ValueView& value) {
  if (value.type == ValueType::kInteger) return RowKey::of_integer(value.integer);
  if (value.type == ValueType::kUuid) return RowKey::of_uuid(value.text);
  return std::nullopt;
}

Result<std::vector<StoredRow>> related_rows(
    std::uint16_t application,
    Transaction& transaction,
    const Reference& reference,
    const RowKey& key,
    const RowView& row,
    std::size_t limit
) {
  return Walk(application, transaction, reference, limit).run(key, row);
}

}  // namespace noded::database
