// A request to a running node over its admin socket.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"

#include "http/client.hpp"

#include <chrono>
#include <filesystem>
#include <string_view>

namespace noded::cli {

inline constexpr std::chrono::seconds kPatience{60};

// Blocks, at most for `patience`. kNotFound: no node listens there. The other errors are those of
// http::request.
Result<http::ClientAnswer> ask_node(
    const std::filesystem::path& socket,
    http::Method method,
    std::string_view target,
    std::string_view body = {},
    std::chrono::seconds patience = kPatience
);

}  // namespace noded::cli
