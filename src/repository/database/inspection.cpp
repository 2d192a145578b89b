#include "repository/database/inspection.hpp"

#include "repository/database/change.hpp"
#include "repository/database/feed.hpp"
#include "repository/database/index_entry.hpp"
#include "repository/database/keys.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

namespace noded::database {
namespace {

std::string index_name(const Index& index) {
  return "the index \"" + index.name + "\" of \"" + index.entity->name + "\"";
}

std::uint64_t hash_of(std::string_view bytes) {
  return std::hash<std::string_view>{}(bytes);
}

}  // namespace

void Inspection::Sum::add(std::string_view key, std::string_view value) {
  constexpr std::uint64_t kOdd = 0xff51afd7ed558ccd;
  ++entries;
  digest += value.empty() ? hash_of(key) : (hash_of(key) ^ std::rotl(hash_of(value), 31)) * kOdd;
}

Task<Result<ConsistencyReport>> Inspection::run() {
  if (auto begun = begin(); !begun) co_return std::unexpected(std::move(begun.error()));
  for (const auto& entity : schema_->entities()) {
    ++report_.entities;
    auto inspected = co_await inspect_entity(*entity);
    if (!inspected) co_return std::unexpected(std::move(inspected.error()));
  }
  auto inspected = co_await inspect_kept();
  if (!inspected) co_return std::unexpected(std::move(inspected.error()));
  inspected = co_await inspect_feed();
  if (!inspected) co_return std::unexpected(std::move(inspected.error()));
  co_return std::move(report_);
}

// The schema in force at the snapshot: it did not change while that was taken.
Result<> Inspection::begin() {
  do {
    schema_ = database_.schema();
    auto begun = database_.store().engine.begin({});
    if (!begun) return std::unexpected(std::move(begun.error()));
    transaction_ = std::move(*begun);
  } while (schema_ != database_.schema());
  return {};
}

Task<Result<>> Inspection::walk(
    std::string prefix, std::string_view what, bool& is_whole, Visit visit
) {
  const auto cursor = transaction_->scan(prefix_range(prefix), Direction::kForward);
  std::size_t done = kPiece;
  const auto piece = [&]() -> Result<> {
    for (done = 0; done < kPiece && cursor->next(); ++done) {
      auto visited = visit(cursor->key().substr(prefix.size()), cursor->value());
      if (!visited) return visited;
    }
    return done < kPiece ? cursor->status() : Result<>();
  };
  while (done == kPiece) {
    auto walked = co_await offload(database_.store().lane, piece);
    if (!walked && walked.error().code == Errc::kInternal) {
      is_whole = false;
      tell(Flaw::kStore, nullptr, {}, std::string(what) + ": " + walked.error().message, false);
      co_return Result<>();
    }
    if (!walked) co_return walked;
    walked_ += done;
    if (on_progress_) on_progress_(walked_);
    auto mended = co_await mend_found();
    if (!mended) co_return mended;
  }
  co_return Result<>();
}

Task<Result<>> Inspection::inspect_entity(const Entity& entity) {
  EntityWalk rows{entity, {}, {}, polymorphic_relations(entity)};
  std::copy_if(
      entity.indices.begin(),
      entity.indices.end(),
      std::back_inserter(rows.indices),
      [](const Index* index) { return index->ready; }
  );
  rows.expected.resize(rows.indices.size());
  bool is_whole = true;
  auto walked = co_await walk(
      keys::prefix(application(), keys::Space::kRow, entity.id),
      "the rows of \"" + entity.name + "\"",
      is_whole,
      [this, &rows](std::string_view key, std::string_view value) {
        return visit_row(rows, key, value);
      }
  );
  if (!walked) co_return walked;
  report_.rows += static_cast<std::uint64_t>(rows.rows);
  note_dangling(rows);
  note_filling(rows);
  if (!is_whole) co_return Result<>();  // what follows compares with all rows
  auto checked = co_await offload(database_.store().lane, [&] { return check_counters(rows); });
  if (!checked && checked.error().code == Errc::kInternal) {
    const std::string what = "the counters of \"" + entity.name + "\": ";
    tell(Flaw::kStore, &entity, {}, what + checked.error().message, false);
    checked = {};
  }
  if (checked) checked = co_await mend_found();
  for (std::size_t i = 0; checked && i < rows.indices.size(); ++i)
    checked = co_await inspect_index(*rows.indices[i], rows.expected[i]);
  co_return checked;
}

Task<Result<>> Inspection::inspect_index(const Index& index, const Sum& expected) {
  const std::string prefix = keys::prefix(
      application(), index.unique ? keys::Space::kUnique : keys::Space::kIndex, index.id
  );
  const std::string name = index_name(index);
  Sum held;
  std::string entry = prefix;
  const auto whole = [&entry, size = prefix.size()](std::string_view rest) -> const std::string& {
    entry.resize(size);
    return entry.append(rest);
  };
  bool is_whole = true;
  auto walked = co_await walk(prefix, name, is_whole, [&](auto key, auto value) -> Result<> {
    held.add(whole(key), value);
    return {};
  });
  report_.index_entries += held.entries;
  if (!walked || (is_whole && held == expected)) co_return walked;
  // Entry by entry, first those of the index, so that a stale one is gone when its place is needed.
  walked = co_await walk(prefix, name, is_whole, [&](auto key, auto value) {
    return visit_entry(index, whole(key), value);
  });
  if (!walked || !is_whole) co_return walked;
  co_return co_await walk(
      keys::prefix(application(), keys::Space::kRow, index.entity->id),
      "the rows of \"" + index.entity->name + "\"",
      is_whole,
      [&](std::string_view key, std::string_view value) -> Result<> {
        const RowView row(value);
        const bool is_key = key.size() == (index.entity->uuid_keys ? 16 : 8);
        if (!is_key || !row.is_well_formed()) return {};
        return find_entry(index, RowKey::from_bytes(key), row);
      }
  );
}

Result<> Inspection::visit_entry(
    const Index& index, std::string_view entry, std::string_view value
) {
  const auto state = state_of(*transaction_, application(), index, entry, value, false);
  if (!state) return std::unexpected(state.error());
  if (*state == EntryState::kRight || *state == EntryState::kUnreadableRow) return {};
  std::string key;
  std::string sentence = index_name(index);
  if (*state == EntryState::kIllFormed) {
    sentence += " has an entry that names no row";
  } else {
    key = RowKey::from_bytes(row_of_entry(index, entry, value)).text();
    sentence += " lists row " + key;
    sentence += *state == EntryState::kNoRow ? ", which is not there"
                                             : " under values that the row does not have";
  }
  tell(Flaw::kIndexStale, index.entity, std::move(key), std::move(sentence), true);
  damaged(Flaw::kIndexStale, {Damage::Kind::kStaleEntry, index.id, std::string(entry), 0});
  return {};
}

Result<> Inspection::find_entry(const Index& index, const RowKey& key, const RowView& row) {
  const IndexEntry entry = entry_of(application(), index, key, &row);
  if (entry.is_absent) return {};
  std::string holder;
  const auto found = transaction_->peek(entry.key, holder);
  if (!found) return std::unexpected(found.error());
  if (*found && (!index.unique || holder == key.bytes())) return {};
  if (*found) {
    const auto state = state_of(*transaction_, application(), index, entry.key, holder, false);
    if (!state) return std::unexpected(state.error());
    if (*state == EntryState::kRight) return tell_clash(index, key, holder);
  }
  tell(
      Flaw::kIndexMissing,
      index.entity,
      key.text(),
      index_name(index) + " does not list row " + key.text() + ": searches miss it",
      true
  );
  damaged(
      Flaw::kIndexMissing, {Damage::Kind::kMissingEntry, index.id, std::string(key.bytes()), 0}
  );
  return {};
}

Result<> Inspection::tell_clash(const Index& index, const RowKey& key, const std::string& holder) {
  tell(
      Flaw::kNotUnique,
      index.entity,
      key.text(),
      "rows " + RowKey::from_bytes(holder).text() + " and " + key.text() + " of \"" +
          index.entity->name + "\" have the same values in the unique index \"" + index.name + "\"",
      false
  );
  return {};
}

Task<Result<>> Inspection::inspect_feed() {
  const auto horizon = co_await offload(database_.store().lane, [this] {
    return Feed(application(), *transaction_).horizon();
  });
  if (!horizon && horizon.error().code != Errc::kInternal)
    co_return std::unexpected(horizon.error());
  if (!horizon) tell(Flaw::kChange, nullptr, {}, horizon.error().message, false);
  bool is_whole = true;
  co_return co_await walk(
      keys::prefix(application(), keys::Space::kFeed),
      "the change feed",
      is_whole,
      [this, oldest = horizon.value_or(1)](std::string_view key, std::string_view value) {
        visit_change(oldest, key, value);
        return Result<>();
      }
  );
}

void Inspection::visit_change(Sequence horizon, std::string_view key, std::string_view value) {
  ++report_.changes;
  const auto at = Feed::place_of(key);
  if (!at) {
    tell(Flaw::kChange, nullptr, {}, "an entry of the change feed has no sequence", false);
    return;
  }
  const Sequence sequence = at->sequence;
  const std::string place = std::to_string(sequence) + "." + std::to_string(at->position);
  const std::string name = "entry " + place + " of the change feed ";
  if (sequence == 0 || sequence > transaction_->snapshot()) {
    tell(
        Flaw::kChange,
        nullptr,
        place,
        name + "is not of the commits up to " + std::to_string(transaction_->snapshot()),
        false
    );
  }
  if (sequence != 0 && sequence < horizon) {
    tell(
        Flaw::kChange,
        nullptr,
        place,
        name + "is from before the horizon, commit " + std::to_string(horizon),
        false
    );
  }
  if (!decode_change(value)) tell(Flaw::kChange, nullptr, place, name + "cannot be read", false);
}

void Inspection::tell(
    Flaw what, const Entity* entity, std::string key, std::string sentence, bool mendable
) {
  if (++report_.found[what] > Consistency::kMostFindings) return;
  report_.findings.push_back(
      {what,
       entity == nullptr ? std::string() : entity->name,
       std::move(key),
       std::move(sentence),
       mendable}
  );
}

void Inspection::damaged(Flaw what, Damage damage) {
  if (mends_) damages_.push_back({what, std::move(damage)});
}

Task<Result<>> Inspection::mend_found() {
  const auto damages = std::exchange(damages_, {});
  std::span<const FoundDamage> rest = damages;
  std::size_t most = kMendedAtOnce;
  while (!rest.empty()) {
    const auto batch = rest.first(std::min(most, rest.size()));
    const auto body = [this, batch](const Schema& schema, Transaction& transaction) {
      return mend_all(schema, transaction, batch);
    };
    const auto mended = co_await database_.write(SteadyTime::max(), body);
    if (!mended) {
      const Errc code = mended.error().code;
      const bool is_too_much = code == Errc::kTooLarge || code == Errc::kConflict;
      if (!is_too_much || batch.size() == 1) co_return std::unexpected(mended.error());
      most = batch.size() / 2;  // long values, or busy rows
      continue;
    }
    for (const Flaw flaw : *mended)
      ++report_.mended[flaw];
    rest = rest.subspan(batch.size());
  }
  co_return Result<>();
}

Result<std::vector<Flaw>> Inspection::mend_all(
    const Schema& schema, Transaction& transaction, std::span<const FoundDamage> batch
) const {
  std::vector<Flaw> out;
  for (const auto& [flaw, damage] : batch) {
    const auto mended = mend(transaction, application(), schema, damage);
    if (!mended) return std::unexpected(mended.error());
    if (*mended) out.push_back(flaw);
  }
  return out;
}

}  // namespace noded::database
