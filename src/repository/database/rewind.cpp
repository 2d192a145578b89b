#include "repository/database/rewind.hpp"

#include "codec/text.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/record_store.hpp"
#include "repository/database/stored_change.hpp"
#include "storage/append_key.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace noded::database {
namespace {

constexpr std::string_view kCatalogName = "catalog";

Result<WallTime> oldest_in(std::uint16_t application, Transaction& transaction) {
  const auto running = ChangeRecords(application, transaction).load();
  if (!running) return std::unexpected(running.error());
  if (*running)
    return fail(
        Errc::kInvalid,
        "it was taken while a change of the schema was under way, whose new indices would miss "
        "what is taken back: take another backup, or restore this one without --at"
    );
  Feed feed(application, transaction);
  const auto horizon = feed.horizon();
  if (!horizon) return std::unexpected(horizon.error());
  const auto oldest = feed.first({*horizon, 0});
  if (!oldest) return std::unexpected(oldest.error());
  if (!*oldest)
    return fail(Errc::kInvalid, "its change feed is empty: no time before the backup is known");
  const auto change = (*oldest)->change();
  if (!change) return std::unexpected(change.error());
  return WallTime{std::chrono::milliseconds(change->time_ms)};
}

}  // namespace

Task<Result<std::uint64_t>> Rewind::run(WallTime time) {
  if (auto prepared = prepare(time); !prepared)
    co_return std::unexpected(std::move(prepared.error()));
  for (bool goes_on = true; goes_on;) {
    auto transaction = engine_.begin({});
    if (!transaction) co_return std::unexpected(std::move(transaction.error()));
    const auto batch = take_back_batch(**transaction, time);
    if (!batch) co_return std::unexpected(batch.error());
    goes_on = *batch;
    auto committed = co_await engine_.commit(std::move(*transaction));
    if (!committed) co_return std::unexpected(std::move(committed.error()));
  }
  co_return changes_;
}

Result<WallTime> Rewind::oldest() const {
  const auto transaction = engine_.begin({});
  if (!transaction) return std::unexpected(transaction.error());
  return oldest_in(application_, **transaction);
}

Result<> Rewind::prepare(WallTime time) {
  const auto transaction = engine_.begin({});
  if (!transaction) return std::unexpected(transaction.error());
  const auto oldest = oldest_in(application_, **transaction);
  if (!oldest) return std::unexpected(oldest.error());
  std::string text;
  const auto found = (*transaction)->peek(keys::meta(application_, kCatalogName), text);
  if (!found) return std::unexpected(found.error());
  auto catalog = Catalog::parse(text);
  if (!catalog) return std::unexpected(std::move(catalog.error()));
  catalog_ = std::move(*catalog);
  for (const auto& [name, number] : catalog_.entities())
    names_.emplace(number, name);
  const auto horizon = Feed(application_, **transaction).horizon();
  if (!horizon) return std::unexpected(horizon.error());
  horizon_ = *horizon;
  next_ = {(*transaction)->snapshot() + 1, 0};
  if (*oldest <= time) return {};
  return fail(
      Errc::kInvalid,
      fmt::format(
          "its change feed begins at {}, the oldest time that is possible with it",
          codec::format_iso(oldest->time_since_epoch().count())
      )
  );
}

Result<Rewind::Known*> Rewind::known(std::uint32_t entity) {
  if (const auto found = known_.find(entity); found != known_.end()) return found->second.get();
  const auto name = names_.find(entity);
  if (name == names_.end())
    return fail(
        Errc::kInvalid,
        fmt::format(
            "its change feed names entity {}, which its catalogue does not know: take another "
            "backup",
            entity
        )
    );
  auto known = std::make_unique<Known>();
  known->entity.id = entity;
  known->entity.name = name->second;
  for (const auto& [key, id] : catalog_.indices()) {
    if (key.entity != entity) continue;
    auto& index = *known->indices.emplace_back(std::make_unique<Index>());
    index.id = id;
    index.entity = &known->entity;
    index.unique = key.unique;
    for (const std::uint16_t field : key.fields) {
      index.fields.push_back(known->entity.fields.emplace_back(std::make_unique<Field>()).get());
      known->entity.fields.back()->id = field;
    }
    known->entity.indices.push_back(&index);
  }
  return known_.emplace(entity, std::move(known)).first->second.get();
}

Result<bool> Rewind::take_back_batch(Transaction& transaction, WallTime time) {
  const std::string prefix = keys::prefix(application_, keys::Space::kFeed);
  KeyRange range = Feed::range_from(application_, horizon_);
  range.end = storage::append_key(prefix, next_.sequence, next_.position);
  const auto cursor = transaction.scan(std::move(range), Direction::kBackward);
  std::size_t bytes = 0;
  for (std::size_t entries = 0; entries < kBatchEntries && bytes < kBatchBytes; ++entries) {
    if (!cursor->next()) {
      if (auto status = cursor->status(); !status) return std::unexpected(status.error());
      return false;
    }
    const auto place = Feed::place_of(cursor->key().substr(prefix.size()));
    if (!place) return fail(Errc::kInternal, "damaged key in the change feed");
    const auto change = decode_change(cursor->value());
    if (!change) return std::unexpected(change.error());
    // A commit stays or goes as a whole: its last change tells.
    if (place->sequence != taken_back_ && change->time_ms <= time.time_since_epoch().count())
      return false;
    if (auto taken = take_back(transaction, *place, *change); !taken)
      return std::unexpected(std::move(taken.error()));
    taken_back_ = place->sequence;
    next_ = *place;
    bytes += cursor->value().size();
    ++changes_;
  }
  return true;
}

Result<> Rewind::take_back(Transaction& transaction, FeedPlace place, const Change& change) {
  const auto entity = known(change.entity);
  if (!entity) return std::unexpected(entity.error());
  std::string row;
  RecordStore records(application_, transaction);
  const auto is_there = records.get((*entity)->entity, change.key, row);
  if (!is_there) return std::unexpected(is_there.error());
  const bool was_left = change.kind != Change::Kind::kErased;
  if (*is_there != was_left || (was_left && row != change.after)) return contradiction(place);
  if (change.kind == Change::Kind::kCreated) {
    const auto now_ms = clock_.wall().time_since_epoch().count();
    return records.erase((*entity)->entity, change.key, row, now_ms);
  }
  return put_back(transaction, **entity, change, *is_there ? &row : nullptr);
}

Result<> Rewind::put_back(
    Transaction& transaction, const Known& known, const Change& change, const std::string* present
) {
  RecordStore records(application_, transaction);
  auto put = records.put(
      known.entity,
      change.key,
      present,
      std::string(change.before),
      clock_.wall().time_since_epoch().count()
  );
  if (put || put.error().code != Errc::kExists) return put;
  return fail(
      Errc::kInvalid,
      fmt::format(
          "row {} of \"{}\" cannot come back: another row has its values in a unique index, which "
          "was added since; take a backup from before that",
          change.key.text(),
          known.entity.name
      )
  );
}

std::unexpected<Error> Rewind::contradiction(FeedPlace place) const {
  return fail(
      Errc::kInternal,
      fmt::format(
          "entry {}.{} of its change feed contradicts the rows: take another backup",
          place.sequence,
          place.position
      )
  );
}

}  // namespace noded::database
