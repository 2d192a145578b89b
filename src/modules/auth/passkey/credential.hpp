// Credential: what is kept of a passkey, and its form in the store (docs/storage_format.md). Pure.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"

#include "crypto/passkey/relying_party.hpp"
#include "repository/database/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noded::auth {

struct Credential {
  std::string id;           // as the authenticator made it
  std::string user_key;     // bytes of the account's RowKey
  std::string user_handle;  // what the authenticator knows the user by
  std::string public_key;   // COSE_Key
  passkey::Algorithm algorithm = passkey::Algorithm::kEs256;
  std::uint32_t sign_count = 0;
  passkey::Aaguid aaguid{};
  bool backup_eligible = false;
  bool backed_up = false;
  bool is_clone_suspected = false;  // its counter went back once
  std::vector<std::string> transports;
  std::string attestation;  // "none", "self", …; "trusted" in front of it when its chain is
  std::string name;         // its owner's
  WallTime created;
  std::optional<WallTime> last_used;

  passkey::StoredCredential stored() const;
};

// JSON object text; byte strings as base64url.
std::string encode(const Credential& credential);
// `id` is that of the key it was found under. Errors: kInternal, for a record that nobody wrote.
Result<Credential> decode_credential(std::string_view id, std::string_view text);

// As the account's owner sees it: no key, no counter of others.
std::string describe(const Credential& credential);

}  // namespace noded::auth
