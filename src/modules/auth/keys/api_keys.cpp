#include "modules/auth/keys/api_keys.hpp"

#include "codec/json.hpp"
#include "modules/auth/accounts/account_identity.hpp"
#include "repository/audit/audit_chain.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/transact.hpp"

#include <boost/json/array.hpp>

#include <map>
#include <utility>

namespace noded::auth {
namespace {

using database::keys::Space;

std::string key_of(std::uint16_t application, std::string_view id) {
  return database::keys::prefix(application, Space::kApiKey).append(id);
}

// 0x00 is in no id, so that none is the beginning of another.
std::string index_of(std::uint16_t application, std::string_view owner) {
  std::string key = database::keys::prefix(application, Space::kApiKeyOfUser).append(owner);
  key.push_back('\0');
  return key;
}

Result<std::vector<ApiKey>> read_all(Transaction& transaction, std::uint16_t application) {
  const std::string prefix = key_of(application, {});
  std::vector<ApiKey> keys;
  const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
  while (cursor->next()) {
    auto key = decode_key(cursor->key().substr(prefix.size()), cursor->value());
    if (key) keys.push_back(std::move(*key));  // one that cannot be read is one that nobody has
  }
  if (auto walked = cursor->status(); !walked) return std::unexpected(std::move(walked.error()));
  return keys;
}

// What the audit chain tells of a key.
json::object told_of(const ApiKey& key) {
  json::object told{{"name", key.name}, {"user", key.owner}};
  if (key.role.empty()) {
    told["permissions"] = json::array(key.permissions.begin(), key.permissions.end());
  } else {
    told["role"] = key.role;
  }
  return told;
}

}  // namespace

Result<> erase_keys_of(Transaction& transaction, std::uint16_t application, std::string_view user) {
  const std::string prefix = index_of(application, user);
  std::vector<std::string> ids;
  const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
  while (cursor->next())
    ids.emplace_back(cursor->key().substr(prefix.size()));
  if (auto walked = cursor->status(); !walked) return walked;
  for (const std::string& id : ids) {
    transaction.erase(key_of(application, id));
    transaction.erase(prefix + id);
  }
  return {};
}

Task<Result<>> ApiKeys::load(AuthStatePtr state) {
  const std::uint16_t application = database_.application();
  auto keys = co_await database::read(
      database_.store(),
      SteadyTime::max(),
      [application](Transaction& transaction) { return read_all(transaction, application); }
  );
  if (!keys) co_return std::unexpected(std::move(keys.error()));
  std::map<std::string, std::optional<Identity>> owners;
  for (ApiKey& key : *keys) {
    auto found = owners.find(key.owner);
    if (found == owners.end()) {
      auto owner = co_await account_identity(*state, key.owner, SteadyTime::max());
      if (!owner && owner.error().code != Errc::kNotFound)
        co_return std::unexpected(std::move(owner.error()));
      found = owners.emplace(key.owner, std::nullopt).first;
      if (owner) found->second = std::move(*owner);
    }
    if (found->second) live_.put(std::move(key), *found->second);
  }
  co_return Result<>();
}

IdentityPtr ApiKeys::find(std::string_view text) const {
  const auto parsed = parse_key_text(text);
  return parsed ? live_.find(*parsed, now_ms()) : nullptr;
}

Result<> ApiKeys::record(
    Transaction& transaction, const audit::Actor& actor, std::string_view action, const ApiKey& key
) const {
  return audit::AuditChain(database_.application(), clock_)
      .append(
          transaction,
          done_by(actor, std::string(action), "key " + key.id, codec::to_json_text(told_of(key)))
      );
}

Result<std::optional<ApiKey>> ApiKeys::load_key(Transaction& transaction, std::string_view id)
    const {
  std::string text;
  const auto found = transaction.get(key_of(database_.application(), id), text);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;
  return decode_key(id, text);
}

Task<Result<ApiKeys::Made>> ApiKeys::make(
    ApiKey wanted, Identity owner, audit::Actor actor, SteadyTime deadline
) {
  if (live_.size() >= rules_.limit || live_.count(wanted.owner) >= rules_.per_user) {
    co_return fail(
        Errc::kUnprocessable,
        "there are as many API keys as may be: keys.limit, keys.per_user; revoke one"
    );
  }
  const KeyText text = make_key_text();
  wanted.id = text.id;
  wanted.hash = text.hash();
  wanted.created_ms = now_ms();
  const std::uint16_t application = database_.application();
  auto body = [&](Transaction& transaction) -> Result<> {
    transaction.put(key_of(application, wanted.id), encode(wanted));
    transaction.put(index_of(application, wanted.owner) + wanted.id, {});
    return record(transaction, actor, "key.create", wanted);
  };
  auto stored = co_await database::transact(database_.store(), deadline, std::move(body));
  if (!stored) co_return std::unexpected(std::move(stored.error()));
  live_.put(wanted, owner);
  co_return Made{.key = std::move(wanted), .text = text.text()};
}

Task<Result<std::optional<ApiKeys::Made>>> ApiKeys::rotate(
    std::string id, std::int64_t overlap_ms, audit::Actor actor, SteadyTime deadline
) {
  const KeyText text = make_key_text(id);
  auto body = [&](Transaction& transaction) -> Result<std::optional<ApiKey>> {
    auto key = load_key(transaction, id);
    if (!key || !*key) return key;
    (*key)->old_hash = overlap_ms > 0 ? (*key)->hash : std::string();
    (*key)->old_until_ms = overlap_ms > 0 ? now_ms() + overlap_ms : 0;
    (*key)->hash = text.hash();
    transaction.put(key_of(database_.application(), id), encode(**key));
    if (auto kept = record(transaction, actor, "key.rotate", **key); !kept)
      return std::unexpected(std::move(kept.error()));
    return key;
  };
  auto rotated = co_await database::transact(database_.store(), deadline, std::move(body));
  if (!rotated) co_return std::unexpected(std::move(rotated.error()));
  if (!*rotated || !live_.renew(**rotated)) co_return std::nullopt;
  co_return Made{.key = std::move(**rotated), .text = text.text()};
}

Task<Result<bool>> ApiKeys::revoke(std::string id, audit::Actor actor, SteadyTime deadline) {
  auto body = [&](Transaction& transaction) -> Result<bool> {
    const auto key = load_key(transaction, id);
    if (!key) return std::unexpected(key.error());
    if (!*key) return false;
    const std::uint16_t application = database_.application();
    transaction.erase(key_of(application, id));
    transaction.erase(index_of(application, (*key)->owner) + id);
    if (auto kept = record(transaction, actor, "key.revoke", **key); !kept)
      return std::unexpected(std::move(kept.error()));
    return true;
  };
  auto revoked = co_await database::transact(database_.store(), deadline, std::move(body));
  if (revoked) live_.remove(id);
  co_return revoked;
}

void ApiKeys::owner_changed(const std::string& user, const std::optional<std::string>& role) {
  if (role) {
    live_.set_role(user, *role);
  } else {
    live_.remove_all(user);
  }
}

Task<Result<>> ApiKeys::keep(SteadyTime deadline) {
  const std::vector<ApiKey> used = live_.take_used();
  if (used.empty()) co_return Result<>();
  auto body = [&](Transaction& transaction) -> Result<> {
    for (const ApiKey& key : used) {
      auto present = load_key(transaction, key.id);
      if (!present) return std::unexpected(std::move(present.error()));
      if (!*present) continue;  // revoked meanwhile
      (*present)->last_used_ms = key.last_used_ms;
      transaction.put(key_of(database_.application(), key.id), encode(**present));
    }
    return {};
  };
  // What could not be written is noted again with the next use.
  co_return co_await database::transact(database_.store(), deadline, std::move(body));
}

}  // namespace noded::auth
