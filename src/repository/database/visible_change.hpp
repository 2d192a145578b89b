// Changes of the feed as somebody sees them who may read only some of the rows.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"

#include "repository/database/access.hpp"
#include "repository/database/change.hpp"
#include "repository/database/schema.hpp"

#include <cstdint>
#include <optional>

namespace noded::database {

// What `change` is to a principal: empty where it sees nothing of it. A row that comes into its
// sight is created for it, and one that leaves it is erased. `rows` are those of the entity that
// it may read; related rows that decide are those of the transaction. Errors: those of reads.
Result<std::optional<Change::Kind>> seen_as(
    const Change& change,
    const Access::Rows& rows,
    std::uint16_t application,
    Transaction& transaction
);

}  // namespace noded::database
