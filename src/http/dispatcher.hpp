// Dispatcher: what the server hands every well-formed request to; the gateway's chain implements
// it.
#pragma once

#include "noded/http.hpp"

#include <string>
#include <string_view>

namespace noded::http {

class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  // Called on the connection's loop, concurrently for the connections of all loops. The request
  // outlives the task. An exception is answered with 500 and reported as a defect.
  virtual Task<Response> handle(Request& request) = 0;
  // The server refused what never became a request, with a status and its reason (static text).
  // Returns the id that the answer carries; empty for none. Any loop.
  virtual std::string refused(std::string_view peer, int status, std::string_view reason) = 0;
};

}  // namespace noded::http
