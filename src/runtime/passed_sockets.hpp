// Sockets that a service manager opened for this process, as sd_listen_fds(3) describes:
// $LISTEN_FDS descriptors from 3 on, meant for the process $LISTEN_PID, named by $LISTEN_FDNAMES.
#pragma once

#include "noded/result.hpp"

#include <string>
#include <vector>

namespace noded::runtime {

struct PassedSocket {
  std::string name;     // several may share one; "unknown" when the manager gave none
  int descriptor = -1;  // stays open for the life of the process
};

// What was passed to this process; the variables are removed and the descriptors closed for
// children. Empty when nothing was passed, or it was meant for another process. kInvalid: the
// variables are not in order. Once, before any thread is started.
Result<std::vector<PassedSocket>> take_passed_sockets();

}  // namespace noded::runtime
