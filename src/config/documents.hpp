// Texts made from the declarations: the sample file, the reference page, the lines of --help, the
// effective configuration.
#pragma once

#include "config/configuration.hpp"
#include "config/option_set.hpp"

#include <string>

namespace noded::config {

// A YAML file that names every option at its default, commented out, with its sentence and range.
std::string sample_file(const OptionSet& options);
// The reference page (Markdown).
std::string reference_page(const OptionSet& options);
// One line an option: name, default, sentence.
std::string help_lines(const OptionSet& options);
// The values in force as YAML, each with its origin as a comment.
std::string effective_file(const Configuration& configuration);

}  // namespace noded::config
