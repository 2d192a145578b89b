#include "cli/document_commands.hpp"

#include "cli/completion.hpp"
#include "cli/exit_code.hpp"
#include "cli/man_page.hpp"
#include "node/version.hpp"

#include <fmt/format.h>

namespace noded::cli {

int print_completion(
    std::string_view shell, std::span<const Command> commands, const config::OptionSet& options
) {
  const auto make = shell == "bash"  ? bash_completion
                    : shell == "zsh" ? zsh_completion
                                     : fish_completion;
  fmt::print("{}", make(commands, options));
  return kDone;
}

int print_man_page(
    std::span<const Command> commands, const config::OptionSet& options, std::string_view examples
) {
  fmt::print("{}", man_page(commands, options, examples, node::version()));
  return kDone;
}

}  // namespace noded::cli
