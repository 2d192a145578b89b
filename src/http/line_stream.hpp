// The lines of an answer as they arrive, over a unix socket: for the command line, which writes
// them down without holding them all. Blocks. Not for loops.
#pragma once

#include "noded/result.hpp"

#include <filesystem>
#include <functional>
#include <string_view>

namespace noded::http {

// Called for each line, without its end; an error ends the reading and is returned.
using LineSink = std::function<Result<>(std::string_view line)>;

// POSTs `body` (JSON) to `target`. Errors: kNotFound (nobody listens there), kForbidden,
// kUnavailable (the peer went away), kInvalid (the answer is no 200: what it says), and those of
// `sink`.
Result<> post_for_lines(
    const std::filesystem::path& socket,
    std::string_view target,
    std::string_view body,
    const LineSink& sink
);

}  // namespace noded::http
