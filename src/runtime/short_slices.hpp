// Short slices: what a thread asks of the scheduler that runs often and briefly.
#pragma once

namespace noded::runtime {

// Lets the calling thread run as soon as it is woken, before the hashes and the compactions of
// other threads have ended their slices (Linux 6.12 and newer; others refuse or ignore it, and
// nothing is lost).
void ask_for_short_slices();

}  // namespace noded::runtime
