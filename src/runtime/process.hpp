// What a node asks of its process: limits, permissions, memory, defects, the ready file.
#pragma once

#include "noded/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace noded::runtime {

// umask 077, SIGPIPE ignored, as many open files as allowed, modest memory for threads. First thing
// in main, before any thread.
void prepare_process();
// Defects go to the log from now on.
void log_defects();

// Writes the file as a whole: a reader sees all of it or nothing. kUnavailable with the system's
// reason.
Result<> write_ready_file(const std::string& path, std::string_view text);

bool has_terminal();              // a controlling terminal that is still there
bool is_hangup_ignored();         // SIGHUP, by whoever started this process: nohup(1)
std::uint64_t resident_bytes();   // of this process; 0 when the system does not tell
std::uint64_t open_file_limit();  // soft limit

}  // namespace noded::runtime
