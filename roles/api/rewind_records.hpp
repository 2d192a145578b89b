// The descriptor's rewind() and oldest_time(): database::Rewind, run to its end on the calling
// thread.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"
#include "noded/result.hpp"

#include <cstdint>

namespace noded::roles {

// Blocks. Errors are those of database::Rewind::run.
Result<std::uint64_t> rewind_records(Engine& engine, std::uint16_t application, WallTime time);
// Errors are those of database::Rewind::oldest.
Result<WallTime> oldest_time_of_records(Engine& engine, std::uint16_t application);

}  // namespace noded::roles
