// Precedence: which threads go before others when they compete for a processor. Each function acts
// on the calling thread; where the system refuses (not Linux, no permission), nothing is lost.
#pragma once

namespace noded::runtime {

// For a thread that runs often and briefly while somebody waits: it runs as soon as it is woken,
// before the hashes and the compactions of other threads have ended their slices (Linux 6.12 and
// newer), and before a crowd of other processes: `niceness` (-20 to 0) is added to its own. That
// needs CAP_SYS_NICE or a limit of the niceness that allows it (getrlimit(2), RLIMIT_NICE). Threads
// that it starts do not inherit a niceness below 0.
void run_before_others(int niceness);

// For a thread that computes for long: `steps` (0 to 19) of niceness behind those that
// run_before_others(niceness), or behind its own where they are not permitted to.
void run_behind_others(int niceness, int steps);

}  // namespace noded::runtime
