// `noded session …`: who is logged in, over the admin socket of a running node or on a store that
// no node uses.
#pragma once

#include "cli/loaded.hpp"

#include <string>

namespace noded::cli {

// `user` is an e-mail address or an id; empty: everybody's. Each returns the exit code.
int list_sessions(const Loaded& loaded, const std::string& user);
int end_session(const Loaded& loaded, const std::string& id);
int end_sessions_of(const Loaded& loaded, const std::string& user);

}  // namespace noded::cli
