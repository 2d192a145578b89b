#include "modules/auth/users_api/user_records.hpp"

#include "codec/blake2b.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "modules/auth/made_at.hpp"
#include "repository/audit/audit_chain.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/query.hpp"
#include "repository/database/reader.hpp"
#include "repository/database/row.hpp"
#include "repository/database/writer.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;
using database::Entity;
using database::RowKey;
using database::RowView;
using database::Schema;

constexpr std::string_view kNotUnderstood = "the users entity is not understood";

void append_member(std::string& out, std::string_view name, const std::string& text) {
  out.append(",\"").append(name).append("\":");
  if (text.empty()) {
    out += "null";
  } else {
    codec::append_json_string(out, text);
  }
}

std::string text_of(const Entity& entity, const RowView& row, std::string_view field) {
  const database::Field* found = entity.find_field(field);
  return found != nullptr ? std::string(row.field(found->id).text) : std::string();
}

// The accounts of one transaction.
class Rows {
 public:
  Rows(const database::Database& database, const Entity& entity, Transaction& transaction)
      : application_(database.application()), entity_(entity), transaction_(transaction) {}

  Result<std::optional<UserView>> load(const RowKey& key) {
    std::string bytes;
    const auto found = transaction_.get(database::keys::row(application_, entity_, key), bytes);
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::nullopt;
    auto user = view(key, RowView(bytes));
    if (!user) return std::unexpected(std::move(user.error()));
    return std::move(*user);
  }

  Result<UserView> view(const RowKey& key, const RowView& row) {
    const auto made = made_at(transaction_, application_, key);
    if (!made) return std::unexpected(made.error());
    return UserView{
        .id = key.text(),
        .email = text_of(entity_, row, "email"),
        .username = text_of(entity_, row, "username"),
        .role = text_of(entity_, row, "role"),
        .made_ms = *made
    };
  }

 private:
  std::uint16_t application_;
  const Entity& entity_;
  Transaction& transaction_;
};

// Texts that begin with it, as a range: $like would take some of its characters for patterns.
json::object begins_with(const Entity& entity, const std::string& prefix) {
  const json::object range{{"$between", json::array{prefix, prefix + "\xf4\x8f\xbf\xbf"}}};
  json::object either{{"email", range}};
  if (entity.find_field("username") != nullptr) either.emplace("username", range);
  return {{"$or", std::move(either)}};
}

Result<database::Query> query_of(const Entity& entity, const UserRecords::Wanted& wanted) {
  const std::string& primary = entity.primary().name;
  json::object options{
      {"select", json::array{primary}},
      {"sort", "-" + primary},
      {"limit", wanted.limit},
      {"offset", wanted.offset}
  };
  if (!wanted.prefix.empty()) options["where"] = begins_with(entity, wanted.prefix);
  return database::parse_query(entity, options, {});
}

std::vector<std::string> ids_in(const json::value& rows, const Entity& entity) {
  std::vector<std::string> ids;
  for (const json::value& row : rows.as_array()) {
    const json::value& id = row.at(entity.primary().name);
    ids.push_back(id.is_string() ? std::string(id.get_string()) : codec::to_json_text(id));
  }
  return ids;
}

json::object names_of(const json::object& fields) {
  json::array names;
  for (const auto& member : fields)
    names.emplace_back(member.key());
  return {{"changed", std::move(names)}};
}

}  // namespace

std::string to_json(const UserView& user) {
  std::string out = "{\"id\":";
  codec::append_json_string(out, user.id);
  append_member(out, "email", user.email);
  append_member(out, "username", user.username);
  append_member(out, "created_at", user.made_ms ? codec::format_iso(*user.made_ms) : "");
  return out + "}";
}

std::string etag_of(const UserView& user) {
  constexpr std::size_t kBytes = 12;
  return '"' + codec::hex_encode(codec::blake2b_256({to_json(user)}).substr(0, kBytes)) + '"';
}

Result<const Entity*> UserRecords::find_entity(const Schema* schema) const {
  const Entity* entity = schema != nullptr ? schema->find(entity_) : nullptr;
  if (entity == nullptr) return fail(Errc::kUnavailable, "there is no users entity");
  return entity;
}

bool UserRecords::has_usernames() const {
  const auto schema = database_->schema();
  const auto entity = find_entity(schema.get());
  return entity && (*entity)->find_field("username") != nullptr;
}

Task<Result<std::optional<UserView>>> UserRecords::find(std::string id, SteadyTime deadline) const {
  const auto schema = database_->schema();
  const auto entity = find_entity(schema.get());
  if (!entity) co_return std::unexpected(entity.error());
  const auto key = RowKey::parse(id, (*entity)->uuid_keys);
  if (!key) co_return std::nullopt;
  auto body = [&](Transaction& transaction) {
    return Rows(*database_, **entity, transaction).load(*key);
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

Task<Result<UserRecords::Listing>> UserRecords::list(
    Wanted wanted, const database::Access& access, SteadyTime deadline
) const {
  const auto schema = database_->schema();
  const auto entity = find_entity(schema.get());
  if (!entity) co_return std::unexpected(entity.error());
  const auto query = query_of(**entity, wanted);
  if (!query) co_return std::unexpected(query.error());
  auto body = [&](Transaction& transaction) -> Result<Listing> {
    std::string text;
    const auto page = database::Reader(database_->application(), transaction, access)
                          .read_many(**entity, *query, text);
    if (!page) return std::unexpected(page.error());
    const auto rows = codec::parse_json(text, "users");
    if (!rows || !rows->is_array()) return fail(Errc::kInternal, std::string(kNotUnderstood));
    Listing listing{.users = {}, .count = page->count};
    for (const std::string& id : ids_in(*rows, **entity)) {
      const auto key = RowKey::parse(id, (*entity)->uuid_keys);
      if (!key) return fail(Errc::kInternal, std::string(kNotUnderstood));
      auto user = Rows(*database_, **entity, transaction).load(*key);
      if (!user) return std::unexpected(std::move(user.error()));
      if (*user) listing.users.push_back(std::move(**user));
    }
    return listing;
  };
  co_return co_await database::read(database_->store(), deadline, std::move(body));
}

Task<Result<std::optional<UserView>>> UserRecords::change(
    std::string id, json::object fields, Check check, audit::Actor actor, SteadyTime deadline
) const {
  auto body = [&](const Schema& schema,
                  Transaction& transaction) -> Result<std::optional<UserView>> {
    const auto entity = find_entity(&schema);
    if (!entity) return std::unexpected(entity.error());
    const auto key = RowKey::parse(id, (*entity)->uuid_keys);
    if (!key) return std::nullopt;
    Rows rows(*database_, **entity, transaction);
    const auto before = rows.load(*key);
    if (!before || !*before) return before;
    if (auto checked = check(**before); !checked)
      return std::unexpected(std::move(checked.error()));
    database::Writer writer(
        database_->application(),
        schema,
        transaction,
        database::unrestricted_access_for_the_node_itself(),
        database_->clock()
    );
    const auto updated = writer.update(**entity, *key, fields, true);
    if (!updated) return std::unexpected(updated.error());
    const audit::AuditChain chain(database_->application(), database_->clock());
    auto kept = chain.append(
        transaction,
        done_by(actor, "user.change", "user " + id, codec::to_json_text(names_of(fields)))
    );
    if (!kept) return std::unexpected(std::move(kept.error()));
    return rows.load(*key);
  };
  co_return co_await database_->write(deadline, std::move(body));
}

template <class Act>
Task<Result<std::optional<UserView>>> UserRecords::write(
    std::string id, SteadyTime deadline, Act act
) const {
  auto body = [&](const Schema& schema,
                  Transaction& transaction) -> Result<std::optional<UserView>> {
    const auto entity = find_entity(&schema);
    if (!entity) return std::unexpected(entity.error());
    const auto key = RowKey::parse(id, (*entity)->uuid_keys);
    if (!key) return std::nullopt;
    Rows rows(*database_, **entity, transaction);
    const auto before = rows.load(*key);
    if (!before || !*before) return before;
    database::Writer writer(
        database_->application(),
        schema,
        transaction,
        database::unrestricted_access_for_the_node_itself(),
        database_->clock()
    );
    if (auto done = act(transaction, writer, **entity, *key, **before); !done)
      return std::unexpected(std::move(done.error()));
    auto after = rows.load(*key);
    return after && !*after ? before : after;  // of one that was deleted, as it was
  };
  co_return co_await database_->write(deadline, std::move(body));
}

Task<Result<std::optional<UserView>>> UserRecords::set_role(
    std::string id, std::string role, AccountChange& change, SteadyTime deadline
) const {
  co_return co_await write(
      std::move(id),
      deadline,
      [&](Transaction& transaction,
          database::Writer& writer,
          const Entity& users,
          const RowKey& key,
          const UserView& before) -> Result<> {
        auto changed = change.role(transaction, users, key, before.role, role);
        if (!changed) return changed;
        const json::object fields{{"role", role.empty() ? json::value() : json::value(role)}};
        const auto updated = writer.update(users, key, fields, true);
        return updated ? Result<>() : std::unexpected(updated.error());
      }
  );
}

Task<Result<std::optional<UserView>>> UserRecords::set_disabled(
    std::string id, bool is_disabled, AccountChange& change, SteadyTime deadline
) const {
  co_return co_await write(
      std::move(id),
      deadline,
      [&](Transaction& transaction,
          database::Writer&,
          const Entity& users,
          const RowKey& key,
          const UserView& before) -> Result<> {
        const auto changed = is_disabled ? change.disable(transaction, users, key, before.role)
                                         : change.enable(transaction, key);
        return changed ? Result<>() : std::unexpected(changed.error());
      }
  );
}

Task<Result<bool>> UserRecords::erase(std::string id, AccountChange& change, SteadyTime deadline)
    const {
  const auto erased = co_await write(
      std::move(id),
      deadline,
      [&](Transaction& transaction,
          database::Writer& writer,
          const Entity& users,
          const RowKey& key,
          const UserView& before) -> Result<> {
        auto changed = change.erase(transaction, users, key, before.role);
        if (!changed) return changed;
        std::string row;
        const auto done = writer.erase(users, key, row);
        return done ? Result<>() : std::unexpected(done.error());
      }
  );
  if (!erased) co_return std::unexpected(erased.error());
  co_return erased->has_value();
}

}  // namespace noded::auth
