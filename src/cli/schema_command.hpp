// `noded schema`: whole configurations of the application, planned and put in force.
#pragma once

#include "cli/loaded.hpp"

#include <string>
#include <string_view>

namespace noded::cli {

// All of them ask the node, or run it for that. The configuration is the file of the option
// app.file. kDone, kFailed: also for a plan with obstacles, which are on standard output. kUsage:
// no file is named. With `as_json` the node's answer is printed as it is.

// They work as well with a stored configuration that cannot be put in force, which they mend.

// The configuration that there is, without secrets, as a file of app.file has it.
int print_schema(const Loaded& loaded);
// kChanges when there is something to do.
int plan_schema(const Loaded& loaded, bool as_json);
// Waits for the end of the change and shows its progress. Ends early without harm.
int apply_schema(const Loaded& loaded, bool as_json);
int show_schema_change(const Loaded& loaded, bool as_json);
int cancel_schema_change(const Loaded& loaded, bool as_json);

// The answer of /api/admin/schema/plan as lines for a person; empty when it is none. Apart for its
// test, as the next.
std::string plan_screen(std::string_view answer);
std::string change_screen(std::string_view answer);

}  // namespace noded::cli
