#include "modules/auth/accounts/administrators.hpp"

#include "modules/auth/accounts/account_states.hpp"
#include "repository/database/keys.hpp"
#include "repository/database/row.hpp"

#include <algorithm>
#include <utility>

namespace noded::auth {
namespace {

using database::Entity;
using database::RowKey;
using database::RowView;

constexpr std::string_view kToken = "auth/administrators";

Result<bool> is_administrated(
    Transaction& transaction,
    const database::Database& database,
    const Administration& administration
) {
  if (!administration.has_accounts || administration.roles.empty()) return false;
  const auto schema = database.schema();
  const Entity* users = schema != nullptr ? schema->find(administration.users) : nullptr;
  if (users == nullptr) return false;
  return has_administrator(transaction, database.application(), *users, administration.roles, {});
}

}  // namespace

std::vector<std::string> administrating_roles(const Guard& guard) {
  std::vector<std::string> names;
  for (const bool may_do_everything : {true, false}) {
    for (const GuardRole& role : guard.roles()) {
      if (role.implicit_allow == may_do_everything && role.administrates())
        names.push_back(role.name);
    }
  }
  return names;
}

void watch_administrators(Transaction& transaction) {
  transaction.observe(kToken);
  transaction.announce(kToken);
}

void announce_role(Transaction& transaction) {
  transaction.announce(kToken);
}

Result<bool> has_administrator(
    Transaction& transaction,
    std::uint16_t application,
    const Entity& users,
    const std::vector<std::string>& roles,
    std::string_view one
) {
  const database::Field* role = users.find_field("role");
  if (role == nullptr) return false;
  const std::string prefix =
      database::keys::prefix(application, database::keys::Space::kRow, users.id);
  const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
  while (cursor->next()) {
    const RowKey key = RowKey::from_bytes(cursor->key().substr(prefix.size()));
    if (key.bytes() == one) continue;
    const std::string_view has = RowView(cursor->value()).field(role->id).text;
    if (std::ranges::find(roles, has) == roles.end()) continue;
    const auto disabled = is_disabled(transaction, application, key.text());
    if (!disabled) return std::unexpected(disabled.error());
    if (!*disabled) return true;
  }
  if (auto walked = cursor->status(); !walked) return std::unexpected(std::move(walked.error()));
  return false;
}

Administration administration_of(const AuthRules& rules, const Guard& guard) {
  const GuardRole* otherwise = guard.default_role();
  return {
      .users = rules.entity_name,
      .roles = administrating_roles(guard),
      .has_accounts = rules.enabled,
      .is_open = !guard.is_enabled() || (otherwise != nullptr && otherwise->administrates())
  };
}

Result<> require_administrator(
    Transaction& transaction,
    const database::Database& database,
    const Administration& before,
    const Administration& after
) {
  watch_administrators(transaction);
  if (after.is_open) return {};
  const auto stays = is_administrated(transaction, database, after);
  if (!stays) return std::unexpected(stays.error());
  if (*stays) return {};
  const auto was = is_administrated(transaction, database, before);
  if (!was) return std::unexpected(was.error());
  if (!*was) return {};
  return fail(
      Errc::kConflict, "nobody could administrate this node any more", std::string(kLastOne)
  );
}

}  // namespace noded::auth
