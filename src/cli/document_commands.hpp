// `noded completion` and `noded man`: documents for the system that the binary is installed on.
#pragma once

#include "cli/command_tree.hpp"
#include "config/option_set.hpp"

#include <span>
#include <string_view>

namespace noded::cli {

// Each prints to standard output and returns the exit code. `shell` is bash, zsh or fish.
int print_completion(
    std::string_view shell, std::span<const Command> commands, const config::OptionSet& options
);
int print_man_page(
    std::span<const Command> commands, const config::OptionSet& options, std::string_view examples
);

}  // namespace noded::cli
