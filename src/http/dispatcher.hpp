// Dispatcher: what the server hands every well-formed request to; the gateway's chain implements
// it.
#pragma once

#include "noded/http.hpp"

namespace noded::http {

class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  // Called on the connection's loop, concurrently for the connections of all loops. The request
  // outlives the task. An exception is answered with 500 and reported as a defect.
  virtual Task<Response> handle(Request& request) = 0;
};

}  // namespace noded::http
