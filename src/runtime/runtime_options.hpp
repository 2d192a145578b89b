// Options of the loops, the worker threads and the process.
#pragma once

#include "noded/options.hpp"

namespace noded::runtime {

inline constexpr Option<std::int64_t> kLoops{
    "runtime.loops", "event loops, each a thread with its own listener and connections", 1, 1, 64
};
inline constexpr Option<std::int64_t> kWorkers{
    "runtime.workers", "most threads of each lane of blocking work; 0 is one per core", 0, 0, 256
};
inline constexpr Option<std::int64_t> kNiceness{
    "runtime.niceness",
    "added to the niceness of the threads that answer and commit, so that other work of the "
    "machine "
    "does not hold them up; where the system does not permit it, they keep the node's",
    -15,
    -20,
    0
};
inline constexpr Option<bool> kRealTime{
    "runtime.real_time",
    "run the threads that answer and commit in real time while passwords are hashed, where the "
    "system permits it and there are more processors than runtime.loops",
    true
};
inline constexpr Option<std::int64_t> kStoreQueue{
    "runtime.store_queue",
    "reads of the store that may wait for a thread; more are refused with 503",
    1024,
    1,
    1'000'000
};
inline constexpr Option<std::int64_t> kHashThreads{
    "runtime.hash_threads",
    "most password hashes at once; 0 is half of the cores, and one at least",
    0,
    0,
    256
};
inline constexpr Option<std::chrono::milliseconds> kHashWait{
    "runtime.hash_wait",
    "time that a password hash may wait for a thread, by how long the last ones took; who would "
    "wait longer is refused with 503",
    500ms,
    1ms,
    1min
};
inline constexpr Option<std::chrono::milliseconds> kDrain{
    "runtime.drain",
    "time that requests in flight get after SIGTERM or SIGINT",
    15s,
    0s,
    10min,
    Reload::kLive
};
inline constexpr Option<std::string> kReadyFile{
    "runtime.ready_file",
    "file that is written with the addresses once the node serves; empty is none",
    ""
};

inline OptionTable runtime_options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kLoops,
      &kWorkers,
      &kNiceness,
      &kRealTime,
      &kStoreQueue,
      &kHashThreads,
      &kHashWait,
      &kDrain,
      &kReadyFile
  };
  return kTable;
}

}  // namespace noded::runtime
