// `noded reload`: a running node reads its configuration again.
#pragma once

#include "cli/loaded.hpp"

namespace noded::cli {

// Prints what changed, what needs a restart, or all that is wrong. Returns the exit code: kUsage
// when the configuration is not in order, and the node goes on with the one it had.
int reload_node(const Loaded& loaded);

}  // namespace noded::cli
