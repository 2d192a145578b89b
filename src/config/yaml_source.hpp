// Reads a YAML text into option values. Every problem of the text is reported, with line and
// column.
#pragma once

#include "config/configuration.hpp"
#include "config/option_set.hpp"

#include <string>
#include <string_view>

namespace noded::config {

enum class Unknown : std::uint8_t { kRefuse, kSkip };

// Puts what `text` says into `configuration`; `file_name` is for messages and origins.
void load_yaml(
    std::string_view text,
    const std::string& file_name,
    Unknown unknown,
    Configuration& configuration,
    Problems& problems
);

}  // namespace noded::config
