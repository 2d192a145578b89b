#include "modules/auth/users.hpp"

#include "codec/json.hpp"
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
using database::RowView;
using database::Schema;

constexpr std::array<std::string_view, 4> kOwnFields{"email", "strategy", "strategy_value", "role"};

Result<const Entity*> find_entity(const Schema* schema, std::string_view name) {
  const Entity* entity = schema != nullptr ? schema->find(name) : nullptr;
  if (entity == nullptr) return fail(Errc::kUnavailable, "there is no users entity");
  return entity;
}

std::string text_of(const Entity& entity, const RowView& row, std::string_view field) {
  const database::Field* found = entity.find_field(field);
  return found != nullptr ? std::string(row.field(found->id).text) : std::string();
}

Account account_of(const Entity& entity, const RowKey& key, const RowView& row) {
  return {
      .key = key,
      .email = text_of(entity, row, "email"),
      .username = text_of(entity, row, "username"),
      .role = text_of(entity, row, "role"),
      .strategy = text_of(entity, row, "strategy"),
      .strategy_value = text_of(entity, row, "strategy_value"),
      .row = {}
  };
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

// One attempt over one transaction and one schema.
class AccountRows {
 public:
  AccountRows(std::uint16_t application, const Entity& entity, Transaction& transaction)
      : application_(application), entity_(entity), transaction_(transaction) {}

  Result<std::optional<Account>> load(const RowKey& key) {
    std::string bytes;
    const auto found = transaction_.get(database::keys::row(application_, entity_, key), bytes);
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    Account account = account_of(entity_, key, RowView(bytes));
    database::Reader reader(
        application_, transaction_, database::unrestricted_access_for_the_node_itself()
    );
    const auto page = reader.read_one(entity_, key, database::Query{}, account.row);
    if (!page) return std::unexpected(page.error());
    return account;
  }

  Result<std::optional<RowKey>> find_by_email(std::string_view email) {
    if (const auto* index = unique_index("email")) return find_in(*index, email);
    return scan_for([email](const Account& account) { return account.email == email; });
  }

  Result<std::optional<RowKey>> find_by_username(std::string_view username) {
    if (const auto* index = unique_index("username")) return find_in(*index, username);
    return scan_for([username](const Account& account) { return account.username == username; });
  }

  // The first row that `matches`.
  Result<std::optional<RowKey>> scan_for(const std::function<bool(const Account&)>& matches) {
    std::optional<RowKey> match;
    auto scanned = each([&](Account account) {
      if (matches(account)) match = account.key;
      return !match.has_value();
    });
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    return match;
  }

  // Calls `visit` for each row by key until it answers false.
  Result<> each(const std::function<bool(Account)>& visit) {
    const std::string prefix =
        database::keys::prefix(application_, database::keys::Space::kRow, entity_.id);
    const auto cursor = transaction_.scan(prefix_range(prefix), Direction::kForward);
    while (cursor->next()) {
      const RowKey key = RowKey::from_bytes(cursor->key().substr(prefix.size()));
      if (!visit(account_of(entity_, key, RowView(cursor->value())))) return {};
    }
    return cursor->status();
  }

  Result<bool> is_any_in(const std::vector<std::string>& roles) {
    auto found = scan_for([&roles](const Account& account) {
      return std::ranges::find(roles, account.role) != roles.end();
    });
    if (!found) return std::unexpected(std::move(found.error()));
    return found->has_value();
  }

 private:
  const database::Index* unique_index(std::string_view field) const {
    for (const database::Index* index : entity_.indices) {
      if (index->unique && index->ready && index->fields.size() == 1 &&
          index->fields.front()->name == field) {
        return index;
      }
    }
    return nullptr;
  }

  Result<std::optional<RowKey>> find_in(const database::Index& index, std::string_view text) {
    std::string key =
        database::keys::prefix(application_, database::keys::Space::kUnique, index.id);
    database::keys::append_value(key, database::ValueView::of_text(text));
    std::string holder;
    const auto found = transaction_.get(key, holder);
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    return RowKey::from_bytes(holder);
  }

  std::uint16_t application_;
  const Entity& entity_;
  Transaction& transaction_;
};

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
