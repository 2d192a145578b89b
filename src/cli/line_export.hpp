// `noded export DIR`: the application's configuration, one file of lines per entity, and a manifest
// once all are whole.
#pragma once

#include "cli/loaded.hpp"

#include <string>
#include <vector>

namespace noded::cli {

struct ExportArguments {
  std::string directory;
  std::vector<std::string> entities;  // empty: all
};

// Whether the node runs or not. Goes on where an interrupted export there stopped. The files hold
// everything, hashes of passwords too: they are for the owner alone (0600). Returns the exit code.
int export_lines(const Loaded& loaded, const ExportArguments& arguments);

}  // namespace noded::cli
