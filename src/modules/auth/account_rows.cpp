#include "modules/auth/account_rows.hpp"

#include "repository/database/keys.hpp"
#include "repository/database/row.hpp"
#include "repository/database/row_json.hpp"

#include <algorithm>
#include <string>

namespace noded::auth {
namespace {

using database::Entity;
using database::RowKey;
using database::RowView;

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

}  // namespace

Result<std::optional<Account>> AccountRows::load(const RowKey& key) {
  std::string bytes;
  const auto found = transaction_.get(database::keys::row(application_, entity_, key), bytes);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;
  const RowView row(bytes);
  Account account = account_of(entity_, key, row);
  account.row = "{";
  database::append_members(entity_.visible, key, row, account.row);
  account.row += '}';
  return account;
}

Result<std::optional<RowKey>> AccountRows::find_by_email(std::string_view email) {
  if (const auto* index = unique_index("email")) return find_in(*index, email);
  return scan_for([email](const Account& account) { return account.email == email; });
}

Result<std::optional<RowKey>> AccountRows::find_by_username(std::string_view username) {
  if (const auto* index = unique_index("username")) return find_in(*index, username);
  return scan_for([username](const Account& account) { return account.username == username; });
}

Result<std::optional<RowKey>> AccountRows::scan_for(
    const std::function<bool(const Account&)>& matches
) {
  std::optional<RowKey> match;
  auto scanned = each([&](Account account) {
    if (matches(account)) match = account.key;
    return !match.has_value();
  });
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  return match;
}

Result<> AccountRows::each(const std::function<bool(Account)>& visit) {
  const std::string prefix =
      database::keys::prefix(application_, database::keys::Space::kRow, entity_.id);
  const auto cursor = transaction_.scan(prefix_range(prefix), Direction::kForward);
  while (cursor->next()) {
    const RowKey key = RowKey::from_bytes(cursor->key().substr(prefix.size()));
    if (!visit(account_of(entity_, key, RowView(cursor->value())))) return {};
  }
  return cursor->status();
}

Result<bool> AccountRows::is_any_in(const std::vector<std::string>& roles) {
  auto found = scan_for([&roles](const Account& account) {
    return std::ranges::find(roles, account.role) != roles.end();
  });
  if (!found) return std::unexpected(std::move(found.error()));
  return found->has_value();
}

const database::Index* AccountRows::unique_index(std::string_view field) const {
  for (const database::Index* index : entity_.indices) {
    if (index->unique && index->ready && index->fields.size() == 1 &&
        index->fields.front()->name == field) {
      return index;
    }
  }
  return nullptr;
}

Result<std::optional<RowKey>> AccountRows::find_in(
    const database::Index& index, std::string_view text
) {
  std::string key = database::keys::prefix(application_, database::keys::Space::kUnique, index.id);
  database::keys::append_value(key, database::ValueView::of_text(text));
  std::string holder;
  const auto found = transaction_.get(key, holder);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;
  return RowKey::from_bytes(holder);
}

}  // namespace noded::auth
