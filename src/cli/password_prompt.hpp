// Passwords from a person or from another program; never from the command line, where others can
// read them.
#pragma once

#include "noded/result.hpp"

#include <string>

namespace noded::cli {

// Asks twice on the terminal, without echo. kInvalid: no terminal, the two differ, or nothing was
// typed.
Result<std::string> ask_password();
// The first line of standard input, without its end. kInvalid when there is none.
Result<std::string> read_password_line();

}  // namespace noded::cli
