// The man page noded(1), made from the commands and the options.
#pragma once

#include "cli/command_tree.hpp"
#include "config/option_set.hpp"

#include <span>
#include <string>
#include <string_view>

namespace noded::cli {

// In roff, with the macros of man(7). `examples` is shown as it is; `version` is that of the
// binary.
std::string man_page(
    std::span<const Command> commands,
    const config::OptionSet& options,
    std::string_view examples,
    std::string_view version
);

}  // namespace noded::cli
