// Commands that look at a running node: `noded health`, `noded status`. Each returns the exit code.
#pragma once

#include "cli/loaded.hpp"

#include <string>
#include <string_view>

namespace noded::cli {

// kDone: ready. kFailed: it runs but is not ready; the reasons are printed. kNotRunning.
int show_health(const Loaded& loaded);
int show_status(const Loaded& loaded, bool as_json);

// The answer of /api/admin/status as lines for a person; empty when it is none. Apart for its test.
std::string status_screen(std::string_view status_json);

}  // namespace noded::cli
