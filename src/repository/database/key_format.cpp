#include "repository/database/key_format.hpp"

#include "repository/database/keys.hpp"

namespace noded::database {

Result<bool> key_format_fits(
    std::uint16_t application, Transaction& transaction, const Entity& entity
) {
  const std::string prefix = keys::prefix(application, keys::Space::kRow, entity.id);
  const auto cursor = transaction.scan(prefix_range(prefix), Direction::kForward);
  const bool has_rows = cursor->next();
  if (auto status = cursor->status(); !status) return std::unexpected(std::move(status.error()));
  if (!has_rows) return true;
  return RowKey::from_bytes(cursor->key().substr(prefix.size())).is_uuid() == entity.uuid_keys;
}

std::string key_format_refusal(const Entity& entity) {
  return "The primary format of \"" + entity.name + "\" cannot change while it has rows";
}

}  // namespace noded::database
