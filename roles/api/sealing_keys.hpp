// The descriptor's sealing_keys().
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"
#include "noded/secret_box.hpp"

#include <cstdint>
#include <vector>

namespace noded::roles {

// Each key once. Blocks. Errors are those of the engine.
Result<std::vector<SealingKeyId>> sealing_keys_of(Engine& engine, std::uint16_t application);

}  // namespace noded::roles
