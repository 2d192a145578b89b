#include "repository/database/database.hpp"

#include "repository/database/keys.hpp"
#include "repository/database/running_change.hpp"

#include <utility>

namespace noded::database {
namespace {

constexpr std::string_view kCatalogName = "catalog";

std::shared_ptr<const Schema> empty_schema() {
  Catalog catalog;
  return Schema::build({}, catalog, true).value();
}

}  // namespace

Database::Database(StoreAccess store, std::uint16_t application, const Clock& clock)
    : store_(store),
      application_(application),
      clock_(clock),
      schema_token_("schema " + keys::meta(application, kCatalogName)),
      schema_(empty_schema()) {
  store_.contended = &contended_;
}

Database::~Database() = default;

std::shared_ptr<const Schema> Database::schema() const {
  const std::scoped_lock lock(mutex_);
  return schema_;
}

void Database::publish(std::shared_ptr<const Schema> schema, json::object data) {
  const std::scoped_lock lock(mutex_);
  schema_ = std::move(schema);
  data_ = std::move(data);
}

StoreAccess Database::lane_only() const {
  StoreAccess store = store_;
  store.loop_steps = 0;
  return store;
}

Task<Result<Catalog>> Database::load_catalog(SteadyTime deadline) {
  const std::string key = keys::meta(application_, kCatalogName);
  auto body = [&key](Transaction& transaction) -> Result<Catalog> {
    std::string text;
    const auto found = transaction.get(key, text);
    if (!found) return std::unexpected(found.error());
    return Catalog::parse(*found ? text : std::string());
  };
  co_return co_await read(store_, deadline, std::move(body));
}

Task<Result<std::optional<StoredChange>>> Database::load_change() {
  auto body = [this](Transaction& transaction) {
    return ChangeRecords(application_, transaction).load();
  };
  co_return co_await read(store_, SteadyTime::max(), std::move(body));
}

Task<Result<>> Database::open(json::object data) {
  auto stored = co_await load_catalog(SteadyTime::max());
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  Catalog catalog = *stored;
  auto built = Schema::build(data, catalog, true);
  if (!built) co_return std::unexpected(std::move(built.error()));
  if (catalog == *stored) {
    auto unfinished = co_await load_change();
    if (!unfinished) co_return std::unexpected(std::move(unfinished.error()));
    publish(*built, data);
    if (!*unfinished) co_return Result<>{};
    co_return co_await adopt(std::move(*built), std::move(data), std::move(**unfinished));
  }
  // Another program stored it, whose unfinished change cannot be taken over.
  auto discarded = co_await discard_unfinished_change();
  if (!discarded) co_return std::unexpected(std::move(discarded.error()));
  auto changed = co_await change_schema(std::move(data), {});
  if (!changed) co_return std::unexpected(std::move(changed.error()));
  co_return Result<>{};
}

std::optional<StoredChange> Database::unfinished_change() const {
  const std::scoped_lock lock(mutex_);
  if (!unfinished_) return std::nullopt;
  return unfinished_->wanted;
}

std::optional<ChangeStatus> Database::change_status() const {
  const std::scoped_lock lock(mutex_);
  return status_;
}

bool Database::cancel_change() {
  const std::scoped_lock lock(mutex_);
  if (!status_) return false;
  if (wish_ == Wish::kGoOn) wish_ = Wish::kCancel;
  return true;
}

void Database::pause_changes() {
  const std::scoped_lock lock(mutex_);
  wish_ = Wish::kPause;
}

}  // namespace noded::database
