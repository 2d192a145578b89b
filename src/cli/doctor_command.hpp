// `noded doctor`: whether an installation and its records are in order, and what mends what is
// not.
#pragma once

#include "cli/loaded.hpp"

#include <string>
#include <string_view>

namespace noded::cli {

// Looks from outside, then asks the node, whether it runs or not. kDone: in order. kFailed: it is
// not, or nobody can tell. kBusy: another check is under way, and what is seen from outside is in
// order. What was found is on standard output.
int examine_node(const Loaded& loaded, bool repairs, bool as_json);

// The answer of /api/admin/doctor as lines for a person; empty when it is none. Apart for its test.
std::string records_screen(std::string_view answer);

}  // namespace noded::cli
