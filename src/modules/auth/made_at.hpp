// When an account was made, which its row does not tell: a record of its own beside it.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/value.hpp"

#include <cstdint>
#include <optional>

namespace noded::auth {

void put_made_at(
    Transaction& transaction,
    std::uint16_t application,
    const database::RowKey& key,
    std::int64_t unix_ms
);
void erase_made_at(
    Transaction& transaction, std::uint16_t application, const database::RowKey& key
);
// Empty for an account that a version without such records made.
Result<std::optional<std::int64_t>> made_at(
    Transaction& transaction, std::uint16_t application, const database::RowKey& key
);

}  // namespace noded::auth
