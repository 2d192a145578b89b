// A request to a running node over its admin socket.
#pragma once

#include "noded/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace noded::cli {

struct AdminAnswer {
  int status = 0;
  std::string body;
};

// Blocks, at most about a minute. kNotFound: no node listens there. kUnavailable: it does, but the
// request failed.
Result<AdminAnswer> ask_node(
    const std::filesystem::path& socket,
    std::string_view method,
    std::string_view target,
    std::string_view body = {}
);

}  // namespace noded::cli
