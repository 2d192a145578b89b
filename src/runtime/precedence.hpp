// Precedence: which threads go before others when they compete for a processor. Where the system
// refuses (not Linux, no permission), nothing is lost.
#pragma once

#include <sys/types.h>

namespace noded::runtime {

// For a calling thread that runs often and briefly while somebody waits: it runs as soon as it is
// woken, before the hashes and the compactions of other threads have ended their slices (Linux 6.12
// and newer), and before a crowd of other processes: `niceness` (-20 to 0) is added to its own.
// That needs CAP_SYS_NICE or a limit of the niceness that allows it (getrlimit(2), RLIMIT_NICE).
// Threads that it starts do not inherit a niceness below 0.
void run_before_others(int niceness);

// A thread that went before others does so in real time from now on (SCHED_RR with the least
// priority, sched(7)), or no longer. Any thread of the process may call it.
void enter_real_time(pid_t thread);
void leave_real_time(pid_t thread);

// For a calling thread that computes for long: `steps` (0 to 19) of niceness behind those that
// run_before_others(niceness), or behind its own where they are not permitted to.
void run_behind_others(int niceness, int steps);

}  // namespace noded::runtime
