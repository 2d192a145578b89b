// `noded import PATH`: rows of a file of lines, or of a directory that `noded export` made.
#pragma once

#include "cli/loaded.hpp"

#include <string>

namespace noded::cli {

struct LineImportArguments {
  std::string path;
  std::string entity;                // of a file; empty: its name up to the first dot
  std::string on_conflict = "fail";  // or skip, replace
  bool begins_anew = false;          // forget how far an earlier import of the same path has come
};

// Whether the node runs or not. Begins a store with the file of --app, else with the configuration
// that the export holds. Stops at the first line that is refused; what was before it is taken, and
// the same command goes on from there. Returns the exit code.
int import_lines(const Loaded& loaded, const LineImportArguments& arguments);

}  // namespace noded::cli
