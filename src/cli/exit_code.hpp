// How the program ends.
#pragma once

namespace noded::cli {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,       // of the command line or the configuration
  kNotRunning = 3,  // no node runs on that data directory
  kChanges = 4,     // of `schema plan`: there are changes to make
  kBusy = 5,        // the node is at the same already, which does not allow a second at once
};

}  // namespace noded::cli
