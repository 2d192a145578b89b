// The texts of the option `listen`.
#pragma once

#include "noded/result.hpp"

#include "http/server.hpp"

#include <string>
#include <string_view>

namespace noded::node {

struct ListenAddress {
  http::Listen listen;
  std::string passed_socket;  // not empty: a socket of this name, passed by the service manager
  bool over_tls = false;
};

// "127.0.0.1:1337", "[::1]:80", "localhost:0" or "fd:NAME", each behind "https://" for TLS. Names
// other than localhost are refused: what a name stands for may change. kInvalid says what is wrong.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace noded::node
