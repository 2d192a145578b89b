// The texts of the option `listen`.
#pragma once

#include "noded/result.hpp"

#include "http/server.hpp"

#include <string>
#include <string_view>

namespace noded::node {

// "127.0.0.1:1337", "[::1]:80", "localhost:0". Names other than localhost are refused: what a name
// stands for may change. kInvalid says what is wrong.
Result<http::Listen> parse_listen_address(std::string_view text);

// NAME of "fd:NAME", a socket that the service manager passed; empty for other texts.
std::string_view passed_socket_name(std::string_view text) noexcept;

}  // namespace noded::node
