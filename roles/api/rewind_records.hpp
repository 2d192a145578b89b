// The descriptor's rewind(): database::Rewind, run to its end on the calling thread.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/result.hpp"

#include <cstdint>

namespace noded::roles {

// Blocks. Errors are those of database::Rewind::run.
Result<std::uint64_t> rewind_records(Engine& engine, std::uint16_t application, WallTime time);

}  // namespace noded::roles
