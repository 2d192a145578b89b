// The number of the newest metadata blob that a node has used, kept in its store.
#pragma once

#include "noded/result.hpp"
#include "noded/task.hpp"

#include "repository/database/database.hpp"

#include <cstdint>

namespace noded::auth {

// FIDO Metadata Service 3.0 §3.1.7: a blob's number ("no") never goes back. Errors: kInvalid when a
// newer blob was used before; those of reads. A store that takes no writes now remembers it at the
// next start.
Task<Result<>> require_newest_metadata(database::Database& database, std::int64_t number);

}  // namespace noded::auth
