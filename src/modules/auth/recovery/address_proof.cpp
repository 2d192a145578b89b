#include "modules/auth/recovery/address_proof.hpp"

#include "codec/json.hpp"
#include "codec/text.hpp"
#include "crypto/crypto.hpp"
#include "repository/database/keys.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace noded::auth {
namespace {

namespace json = boost::json;

std::string key_of(std::uint16_t application, const database::RowKey& user) {
  return database::keys::prefix(application, database::keys::Space::kAddressProof)
      .append(user.bytes());
}

// The address itself stands in the account alone.
std::string hash_of(std::string_view address) {
  return codec::base64url_encode(crypto::sha256(address));
}

}  // namespace

Result<AddressProof> address_proof(
    Transaction& transaction,
    std::uint16_t application,
    const database::RowKey& user,
    std::string_view address
) {
  std::string text;
  const auto found = transaction.get(key_of(application, user), text);
  if (!found) return std::unexpected(found.error());
  if (!*found) return AddressProof{};
  const auto parsed = codec::parse_json(text, "address proof");
  if (!parsed || !parsed->is_object()) return AddressProof{};
  const json::value* of = parsed->get_object().if_contains("address");
  const json::value* proven = parsed->get_object().if_contains("proven");
  if (of == nullptr || *of != json::value(hash_of(address))) return AddressProof{};
  const std::int64_t proven_ms = proven != nullptr && proven->is_int64() ? proven->get_int64() : 0;
  return AddressProof{.is_pending = proven_ms == 0, .proven_ms = proven_ms};
}

void put_address_proof(
    Transaction& transaction,
    std::uint16_t application,
    const database::RowKey& user,
    std::string_view address,
    std::int64_t proven_ms
) {
  transaction.put(
      key_of(application, user),
      codec::to_json_text(json::object{{"address", hash_of(address)}, {"proven", proven_ms}})
  );
}

void erase_address_proof(
    Transaction& transaction, std::uint16_t application, const database::RowKey& user
) {
  transaction.erase(key_of(application, user));
}

}  // namespace noded::auth
