// A small blocking HTTP/1.1 client for the command line: one request, one connection. Not for
// loops.
#pragma once

#include "noded/http.hpp"
#include "noded/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace noded::http {

struct Endpoint {
  std::string unix_path;  // set: a unix socket
  std::string address;    // else an IP address and a port
  std::uint16_t port = 0;
};

struct ClientAnswer {
  int status = 0;
  std::string body;  // at most 64 MiB
};

// Connects, asks and reads the whole answer within `timeout`. Errors: kNotFound (nobody listens
// there), kForbidden (the socket is another user's), kUnavailable (the peer went away), kTimeout,
// kInvalid (no such address; the answer is no HTTP), kTooLarge.
Result<ClientAnswer> request(
    const Endpoint& endpoint,
    Method method,
    std::string_view target,
    std::string_view body,
    std::string_view content_type,
    std::chrono::milliseconds timeout
);

}  // namespace noded::http
