#include "modules/auth/made_at.hpp"

#include "repository/database/keys.hpp"

#include <charconv>
#include <string>

namespace noded::auth {
namespace {

std::string key_of(std::uint16_t application, const database::RowKey& key) {
  return database::keys::prefix(application, database::keys::Space::kMadeAt).append(key.bytes());
}

}  // namespace

void put_made_at(
    Transaction& transaction,
    std::uint16_t application,
    const database::RowKey& key,
    std::int64_t unix_ms
) {
  transaction.put(key_of(application, key), std::to_string(unix_ms));
}

void erase_made_at(
    Transaction& transaction, std::uint16_t application, const database::RowKey& key
) {
  transaction.erase(key_of(application, key));
}

Result<std::optional<std::int64_t>> made_at(
    Transaction& transaction, std::uint16_t application, const database::RowKey& key
) {
  std::string text;
  const auto found = transaction.peek(key_of(application, key), text);
  if (!found) return std::unexpected(found.error());
  std::int64_t unix_ms = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), unix_ms);
  if (!*found || read.ec != std::errc()) return std::nullopt;
  return unix_ms;
}

}  // namespace noded::auth
