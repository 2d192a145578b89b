// `noded secrets`: the keys under which the secrets of a store are sealed.
#pragma once

#include "cli/loaded.hpp"

namespace noded::cli {

// Both work whether the node runs or not, and return the exit code.
int show_secrets(const Loaded& loaded, bool as_json);
int rotate_secrets(const Loaded& loaded, bool keeps_old, bool as_json);

}  // namespace noded::cli
