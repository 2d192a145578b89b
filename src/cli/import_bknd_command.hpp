// `noded import bknd FILE.db`.
#pragma once

#include "cli/loaded.hpp"

#include <string>

namespace noded::cli {

struct BkndArguments {
  std::string file;
  bool allows_omissions = false;  // the store is kept although something was left out
  bool only_tries = false;        // everything but keeping the store
};

// Makes the store of that data directory, which must not have one, out of a bknd database. All or
// nothing, also over a kill. Returns the exit code. Changes `loaded`: the node that fills the store
// has another data directory.
int import_bknd(Loaded loaded, const BkndArguments& arguments);

}  // namespace noded::cli
