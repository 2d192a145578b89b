#include "modules/auth/users.hpp"

#include "codec/json.hpp"
#include "modules/auth/account_rows.hpp"
#include "modules/auth/accounts/account_change.hpp"
#include "modules/auth/made_at.hpp"
#include "repository/audit/audit_chain.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/reader.hpp"
#include "repository/database/row.hpp"
#include "repository/database/transact.hpp"
#include "repository/database/writer.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <utility>

namespace noded::auth {
namespace {

using database::Entity;
using database::RowKey;
using database::Schema;

constexpr std::array<std::string_view, 4> kOwnFields{"email", "strategy", "strategy_value", "role"};

Result<const Entity*> find_entity(const Schema* schema, std::string_view name) {
  const Entity* entity = schema != nullptr ? schema->find(name) : nullptr;
  if (entity == nullptr) return fail(Errc::kUnavailable, "there is no users entity");
  return entity;
}

// Of the node itself, which may write every field of an account.
database::Writer own_writer(
    const database::Database& database, const Schema& schema, Transaction& transaction
) {
  return {
      database.application(),
      schema,
      transaction,
      database::unrestricted_access_for_the_node_itself(),
      database.clock()
  };
}

// The row to write, of what was asked and what the node adds.
Result<json::object> make_row(
    const Entity& entity, const NewAccount& account, UnknownFields unknown
) {
  json::object row;
  for (const auto& [name, value] : account.fields) {
    if (std::ranges::find(kOwnFields, std::string_view(name)) != kOwnFields.end()) continue;
    const database::Field* field = entity.find_field(name);
    if (field == nullptr && unknown == UnknownFields::kDrop) continue;
    if (field != nullptr && (field->type == database::FieldType::kPrimary ||
                             !field->is_fillable(database::Context::kCreate))) {
      return fail(
          Errc::kInvalid,
          "Field \"" + field->name + "\" is not fillable on entity \"" + entity.name + "\""
      );
    }
    row.emplace(name, value);  // the writer words the refusal of an unknown one
  }
  if (!account.email.empty()) row["email"] = account.email;
  if (!account.username.empty()) row["username"] = account.username;
  row["strategy"] = account.strategy;
  row["strategy_value"] = account.strategy_value;
  if (!account.role.empty()) row["role"] = account.role;
  return row;
}

// What the audit chain tells about a new account.
json::object origin_of(const NewAccount& account) {
  json::object origin{{"role", account.role}, {"strategy", account.strategy}};
  if (!account.email.empty()) origin.emplace("email", account.email);
  if (!account.username.empty()) origin.emplace("username", account.username);
  return origin;
}

}  // namespace

Users Users::by(audit::Actor actor) const {
  Users users(*this);
  users.actor_ = std::move(actor);
  return users;
}

Result<> Users::record(
    Transaction& transaction,
    std::string_view action,
    const RowKey& key,
    const json::object& details
) const {
  const audit::AuditChain chain(database_->application(), database_->clock());
  if (action.starts_with("user.create")) {
    const std::int64_t now_ms = database_->clock().wall().time_since_epoch().count();
    put_made_at(transaction, database_->application(), key, now_ms);
  }
  return chain.append(
      transaction,
      done_by(actor_, std::string(action), "user " + key.text(), codec::to_json_text(details))
  );
}

Task<Result<std::optional<Account>>> Users::find_by_email(std::string email, SteadyTime deadline)
    const {
  const auto schema = database_->schema();
  const auto entity = find_entity(schema.get(), entity_name_);
  if (!entity) co_return std::unexpected(entity.error());
  const std::uint16_t application = database_->application();
  auto body = [&](Transaction& transaction) -> Result<std::optional<Account>> {
    AccountRows rows(application, **entity, transaction);
    auto key = rows.find_by_email(email);
    if (!key) return std::unexpected(std::move(key.error()));
    if (!*key) return std::nullopt;
    return rows.load(**key);
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

Task<Result<std::optional<Account>>> Users::find_by_username(
    std::string username, SteadyTime deadline
) const {
  const auto schema = database_->schema();
  const auto entity = find_entity(schema.get(), entity_name_);
  if (!entity) co_return std::unexpected(entity.error());
  if ((*entity)->find_field("username") == nullptr) co_return std::nullopt;
  const std::uint16_t application = database_->application();
  auto body = [&](Transaction& transaction) -> Result<std::optional<Account>> {
    AccountRows rows(application, **entity, transaction);
    auto key = rows.find_by_username(username);
    if (!key) return std::unexpected(std::move(key.error()));
    if (!*key) return std::nullopt;
    return rows.load(**key);
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

Task<Result<std::optional<Account>>> Users::find_by_id(std::string id, SteadyTime deadline) const {
  const auto schema = database_->schema();
  const auto entity = find_entity(schema.get(), entity_name_);
  if (!entity) co_return std::unexpected(entity.error());
  const auto key = RowKey::parse(id, (*entity)->uuid_keys);
  if (!key) co_return std::nullopt;
  const std::uint16_t application = database_->application();
  auto body = [&](Transaction& transaction) {
    return AccountRows(application, **entity, transaction).load(*key);
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

Task<Result<Account>> Users::create(
    NewAccount account,
    UnknownFields unknown,
    const database::Access& access,
    SteadyTime deadline,
    Addition addition
) const {
  auto body = [&](const Schema& schema, Transaction& transaction) -> Result<Account> {
    const auto entity = find_entity(&schema, entity_name_);
    if (!entity) return std::unexpected(entity.error());
    const auto row = make_row(**entity, account, unknown);
    if (!row) return std::unexpected(row.error());
    if (!account.role.empty()) announce_role(transaction);
    database::Writer writer(
        database_->application(), schema, transaction, access, database_->clock()
    );
    const auto keys = writer.create(**entity, std::span(&*row, 1), true);
    if (!keys) return std::unexpected(keys.error());
    if (auto kept = record(transaction, "user.create", keys->front(), origin_of(account)); !kept)
      return std::unexpected(std::move(kept.error()));
    if (addition) {
      if (auto added = addition(transaction, keys->front()); !added)
        return std::unexpected(std::move(added.error()));
    }
    auto made = AccountRows(database_->application(), **entity, transaction).load(keys->front());
    if (!made) return std::unexpected(std::move(made.error()));
    return std::move(**made);
  };
  co_return co_await database_->write(deadline, std::move(body));
}

Task<Result<std::optional<Account>>> Users::create_first(
    NewAccount account, std::vector<std::string> roles, SteadyTime deadline
) const {
  auto body = [&](const Schema& schema,
                  Transaction& transaction) -> Result<std::optional<Account>> {
    // Of two at once, the second runs again and then sees the first.
    constexpr std::string_view kToken = "auth/first_administrator";
    transaction.observe(kToken);
    transaction.announce(kToken);
    const auto entity = find_entity(&schema, entity_name_);
    if (!entity) return std::unexpected(entity.error());
    AccountRows rows(database_->application(), **entity, transaction);
    const auto taken = rows.is_any_in(roles);
    if (!taken) return std::unexpected(taken.error());
    if (*taken) return std::nullopt;
    const auto row = make_row(**entity, account, UnknownFields::kRefuse);
    if (!row) return std::unexpected(row.error());
    auto writer = own_writer(*database_, schema, transaction);
    const auto keys = writer.create(**entity, std::span(&*row, 1), true);
    if (!keys) return std::unexpected(keys.error());
    if (auto kept =
            record(transaction, "user.create.administrator", keys->front(), origin_of(account));
        !kept)
      return std::unexpected(std::move(kept.error()));
    return rows.load(keys->front());
  };
  co_return co_await database_->write(deadline, std::move(body));
}

Task<Result<bool>> Users::replace_secret(
    RowKey key,
    std::string expected,
    std::string replacement,
    SteadyTime deadline,
    AccountChange* change
) const {
  auto body = [&](const Schema& schema, Transaction& transaction) -> Result<bool> {
    const auto entity = find_entity(&schema, entity_name_);
    if (!entity) return std::unexpected(entity.error());
    const auto account = AccountRows(database_->application(), **entity, transaction).load(key);
    if (!account) return std::unexpected(account.error());
    if (!*account || (*account)->strategy_value != expected) return false;
    if (change != nullptr) {
      if (auto ended = change->password(transaction, key); !ended)
        return std::unexpected(std::move(ended.error()));
    }
    auto writer = own_writer(*database_, schema, transaction);
    return writer.update(**entity, key, {{"strategy_value", replacement}}, true);
  };
  co_return co_await database_->write(deadline, std::move(body));
}

Task<Result<std::optional<Account>>> Users::change(
    std::string email,
    Changes changes,
    AccountChange& change,
    SteadyTime deadline,
    Addition addition
) const {
  json::object fields;
  if (changes.strategy_value) fields["strategy_value"] = *changes.strategy_value;
  if (changes.role)
    fields["role"] = changes.role->empty() ? json::value() : json::value(*changes.role);
  auto body = [&](const Schema& schema,
                  Transaction& transaction) -> Result<std::optional<Account>> {
    const auto entity = find_entity(&schema, entity_name_);
    if (!entity) return std::unexpected(entity.error());
    AccountRows rows(database_->application(), **entity, transaction);
    auto key = rows.find_by_email(email);
    if (!key) return std::unexpected(std::move(key.error()));
    if (!*key) return std::nullopt;
    const auto before = rows.load(**key);
    if (!before) return std::unexpected(before.error());
    if (!fields.empty()) {
      auto writer = own_writer(*database_, schema, transaction);
      const auto updated = writer.update(**entity, **key, fields, true);
      if (!updated) return std::unexpected(updated.error());
    }
    if (changes.strategy_value) {
      if (auto ended = change.password(transaction, **key); !ended)
        return std::unexpected(std::move(ended.error()));
    }
    if (changes.role) {
      auto ended = change.role(transaction, **entity, **key, (*before)->role, *changes.role);
      if (!ended) return std::unexpected(std::move(ended.error()));
    }
    if (addition) {
      if (auto added = addition(transaction, **key); !added)
        return std::unexpected(std::move(added.error()));
    }
    return rows.load(**key);
  };
  co_return co_await database_->write(deadline, std::move(body));
}

Task<Result<Users::Listing>> Users::list(
    std::uint64_t offset, std::uint64_t limit, SteadyTime deadline
) const {
  const auto schema = database_->schema();
  const auto entity = find_entity(schema.get(), entity_name_);
  if (!entity) co_return std::unexpected(entity.error());
  const std::uint16_t application = database_->application();
  auto body = [&](Transaction& transaction) -> Result<Listing> {
    Listing listing;
    std::uint64_t met = 0;
    auto scanned = AccountRows(application, **entity, transaction).each([&](Account account) {
      if (met++ < offset) return true;
      listing.has_more = listing.accounts.size() == limit;
      if (!listing.has_more) listing.accounts.push_back(std::move(account));
      return !listing.has_more;
    });
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    return listing;
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

Task<Result<bool>> Users::is_any_in(std::vector<std::string> roles, SteadyTime deadline) const {
  const auto schema = database_->schema();
  const auto entity = find_entity(schema.get(), entity_name_);
  if (!entity) co_return std::unexpected(entity.error());
  const std::uint16_t application = database_->application();
  auto body = [&](Transaction& transaction) {
    return AccountRows(application, **entity, transaction).is_any_in(roles);
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

}  // namespace noded::auth
