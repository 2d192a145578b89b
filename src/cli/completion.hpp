// Scripts that let a shell complete the commands, flags and options of noded.
#pragma once

#include "cli/command_tree.hpp"
#include "config/option_set.hpp"

#include <span>
#include <string>

namespace noded::cli {

// `options` are completed behind --set. Each script is whole: it is sourced, or put where the shell
// looks for completions.
std::string bash_completion(std::span<const Command> commands, const config::OptionSet& options);
std::string zsh_completion(std::span<const Command> commands, const config::OptionSet& options);
std::string fish_completion(std::span<const Command> commands, const config::OptionSet& options);

}  // namespace noded::cli
