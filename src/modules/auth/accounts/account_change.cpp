#include "modules/auth/accounts/account_change.hpp"

#include "codec/json.hpp"
#include "modules/auth/accounts/account_states.hpp"
#include "modules/auth/keys/api_keys.hpp"
#include "modules/auth/made_at.hpp"
#include "modules/auth/mfa/second_factors.hpp"
#include "modules/auth/passkey/credentials.hpp"
#include "modules/auth/recovery/address_proof.hpp"
#include "repository/audit/audit_chain.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace noded::auth {
namespace {

namespace json = boost::json;
using database::Entity;
using database::RowKey;
using database::RowView;

std::string role_in(const Entity& users, std::string_view row) {
  const database::Field* field = users.find_field("role");
  return field != nullptr ? std::string(RowView(row).field(field->id).text) : std::string();
}

}  // namespace

Result<std::uint64_t> count_users(
    Transaction& transaction, std::uint16_t application, const Entity& users, std::string_view role
) {
  std::uint64_t count = 0;
  const auto cursor = transaction.scan(
      prefix_range(database::keys::prefix(application, database::keys::Space::kRow, users.id)),
      Direction::kForward
  );
  while (cursor->next()) {
    if (role_in(users, cursor->value()) == role) ++count;
  }
  if (auto walked = cursor->status(); !walked) return std::unexpected(std::move(walked.error()));
  return count;
}

AccountChange::Effect& AccountChange::effect(Transaction& transaction, const RowKey& key) {
  if (snapshot_ != transaction.snapshot()) effects_.clear();
  snapshot_ = transaction.snapshot();
  return effects_[key.text()];
}

// Also of roles that administrate only by a configuration that is about to be in force.
Result<> AccountChange::require_another(
    Transaction& transaction, const Entity& users, const RowKey& key, const std::string& role
) {
  if (role.empty()) return {};
  watch_administrators(transaction);
  const AdministratingRoles roles = sessions_.accounts().administrating();
  if (!roles.may(role)) return {};
  const std::uint16_t application = sessions_.database().application();
  const auto disabled = is_disabled(transaction, application, key.text());
  if (!disabled) return std::unexpected(disabled.error());
  if (*disabled) return {};  // who is no administrator to begin with
  const auto others = has_administrator(transaction, application, users, roles.sure, key.bytes());
  if (!others) return std::unexpected(others.error());
  if (*others) return {};
  return fail(Errc::kConflict, "nobody else may administrate this node", std::string(kLastOne));
}

Result<> AccountChange::end_sessions(Transaction& transaction, const RowKey& key) {
  const auto version = sessions_.raise(transaction, key.text());
  if (!version) return std::unexpected(version.error());
  effect(transaction, key).version = *version;
  return {};
}

Result<> AccountChange::record(
    Transaction& transaction,
    std::string_view action,
    const RowKey& key,
    const json::object& details
) const {
  const database::Database& database = sessions_.database();
  return audit::AuditChain(database.application(), database.clock())
      .append(
          transaction,
          done_by(
              actor_,
              std::string(action),
              "user " + key.text(),
              details.empty() ? std::string() : codec::to_json_text(details)
          )
      );
}

Result<> AccountChange::role(
    Transaction& transaction,
    const Entity& users,
    const RowKey& key,
    const std::string& before,
    const std::string& after
) {
  if (!after.empty()) announce_role(transaction);
  if (!sessions_.accounts().administrating().is_sure(after)) {
    if (auto checked = require_another(transaction, users, key, before); !checked) return checked;
  }
  if (auto ended = end_sessions(transaction, key); !ended) return ended;
  effect(transaction, key).role = after;
  return record(transaction, "user.role", key, {{"before", before}, {"after", after}});
}

Result<> AccountChange::erase(
    Transaction& transaction, const Entity& users, const RowKey& key, const std::string& role
) {
  if (auto checked = require_another(transaction, users, key, role); !checked) return checked;
  if (auto ended = end_sessions(transaction, key); !ended) return ended;
  const std::uint16_t application = sessions_.database().application();
  erase_made_at(transaction, application, key);
  erase_disabled(transaction, application, key.text());
  erase_address_proof(transaction, application, key);
  if (auto erased = erase_keys_of(transaction, application, key.text()); !erased) return erased;
  if (auto erased = Credentials::erase_all(transaction, application, key); !erased) return erased;
  SecondFactors::erase(transaction, application, key);
  Effect& now = effect(transaction, key);
  now.is_gone = true;
  now.is_disabled = false;
  return record(transaction, "user.delete", key);
}

Result<bool> AccountChange::disable(
    Transaction& transaction, const Entity& users, const RowKey& key, const std::string& role
) {
  const database::Database& database = sessions_.database();
  const auto already = is_disabled(transaction, database.application(), key.text());
  if (!already) return std::unexpected(already.error());
  if (*already) return false;
  if (auto checked = require_another(transaction, users, key, role); !checked)
    return std::unexpected(std::move(checked.error()));
  put_disabled(transaction, database.application(), key.text(), sessions_.now_ms());
  if (auto ended = end_sessions(transaction, key); !ended)
    return std::unexpected(std::move(ended.error()));
  effect(transaction, key).is_disabled = true;
  if (auto kept = record(transaction, "user.disable", key); !kept)
    return std::unexpected(std::move(kept.error()));
  return true;
}

Result<bool> AccountChange::enable(Transaction& transaction, const RowKey& key) {
  const std::uint16_t application = sessions_.database().application();
  const auto disabled = is_disabled(transaction, application, key.text());
  if (!disabled || !*disabled) return disabled;
  erase_disabled(transaction, application, key.text());
  effect(transaction, key).is_disabled = false;
  if (auto kept = record(transaction, "user.enable", key); !kept)
    return std::unexpected(std::move(kept.error()));
  return true;
}

Result<> AccountChange::password(Transaction& transaction, const RowKey& key) {
  if (auto ended = end_sessions(transaction, key); !ended) return ended;
  return record(transaction, "user.password", key);
}

Result<> AccountChange::fields(
    Transaction& transaction, const RowKey& key, const std::vector<std::string_view>& names
) {
  return record(
      transaction, "user.change", key, {{"changed", json::array(names.begin(), names.end())}}
  );
}

void AccountChange::take_effect() {
  for (const auto& [user, effect] : std::exchange(effects_, {})) {
    if (effect.is_disabled) sessions_.accounts().set_disabled(user, *effect.is_disabled);
    if (effect.version) sessions_.put_in_force(user, *effect.version);
    if (effect.is_gone) {
      sessions_.accounts().tell(user, std::nullopt);
    } else if (effect.role) {
      sessions_.accounts().tell(user, *effect.role);
    }
  }
}

}  // namespace noded::auth
