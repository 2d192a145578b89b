// Whether an account's e-mail address was proven to be its owner's: a record of its own beside the
// account. Accounts that were made by somebody else (the operator, an import) have none, and are
// asked for nothing.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/value.hpp"

#include <cstdint>
#include <string_view>

namespace noded::auth {

struct AddressProof {
  bool is_pending = false;     // has yet to be proven
  std::int64_t proven_ms = 0;  // since 1970; 0: not
};

// Of the address that the account has now; a record of another one counts for nothing.
Result<AddressProof> address_proof(
    Transaction& transaction,
    std::uint16_t application,
    const database::RowKey& user,
    std::string_view address
);
// `proven_ms` 0: it has yet to be.
void put_address_proof(
    Transaction& transaction,
    std::uint16_t application,
    const database::RowKey& user,
    std::string_view address,
    std::int64_t proven_ms
);
void erase_address_proof(
    Transaction& transaction, std::uint16_t application, const database::RowKey& user
);

}  // namespace noded::auth
