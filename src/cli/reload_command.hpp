// `noded reload`: a running node reads its configuration again.
#pragma once

#include "cli/loaded.hpp"

namespace noded::cli {

// Prints what changed, or why nothing did. Returns the exit code: kUsage when the configuration is
// not in order or needs a restart, and the node goes on with the one it had.
int reload_node(const Loaded& loaded);

}  // namespace noded::cli
