// `noded run`: the node itself.
#pragma once

#include "cli/admin_client.hpp"
#include "cli/loaded.hpp"
#include "node/reload.hpp"

#include <chrono>
#include <functional>

namespace noded::cli {

// Runs the node until it is told to stop; prints what a person has to know. Returns the exit code.
// `read_again` is what a reload does to read the configuration.
int run_node(const Loaded& loaded, node::ReadAgain read_again);

// Asks the node of that configuration over its admin socket. If none runs, runs it in this process,
// for this request alone and without any other listener. Errors: those of ask_node, and why the
// node could not run.
Result<http::ClientAnswer> ask_node_or_run_it(
    const Loaded& loaded,
    http::Method method,
    std::string_view target,
    std::string_view body = {},
    std::chrono::milliseconds patience = kAdminPatience
);

}  // namespace noded::cli
