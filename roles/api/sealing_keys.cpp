#include "roles/api/sealing_keys.hpp"

#include "crypto/sealed.hpp"
#include "repository/database/sealed_records.hpp"

namespace noded::roles {

Result<std::vector<SealingKeyId>> sealing_keys_of(Engine& engine, std::uint16_t application) {
  const auto transaction = engine.begin({});
  if (!transaction) return std::unexpected(transaction.error());
  const auto counts = database::count_sealed(**transaction, application, crypto::sealing_key_of);
  if (!counts) return std::unexpected(counts.error());
  std::vector<SealingKeyId> keys;
  for (const auto& [id, records] : counts->keys)
    keys.push_back(id);
  return keys;
}

}  // namespace noded::roles
