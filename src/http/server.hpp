// Server: listeners and connections of HTTP/1.1 on one or more loops. Strict as RFC 9112 and the
// limits ask; what it refuses by itself (400, 408, 413, 414, 417, 431, 505) never reaches the
// dispatcher. A connection lives and dies on the loop that accepted it.
#pragma once

#include "noded/clock.hpp"
#include "noded/result.hpp"
#include "noded/task.hpp"

#include "http/dispatcher.hpp"
#include "http/server_limits.hpp"
#include "http/tls_keys.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace noded::http {

struct Listen {
  std::string address;                  // of an interface, as digits: "127.0.0.1", "::1", "0.0.0.0"
  std::uint16_t port = 0;               // 0: any free one
  std::shared_ptr<const TlsFiles> tls;  // set: TLS with the keys that these hold when a peer comes
  std::string unix_path;  // set: the admin socket at this path; its requests have from_local_socket
  int inherited = -1;     // set: a TCP socket that already listens; it is duplicated, never closed
};

class Server {
 public:
  // Everything referred to outlives the server and the work it left on the loops: drain() first, or
  // stop running the loops. With several loops each gets its own listening socket (SO_REUSEPORT).
  Server(
      std::vector<net::io_context*> loops,
      ServerLimits limits,
      Dispatcher& dispatcher,
      const Clock& clock,
      telemetry::Metrics& metrics
  );
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Starts to accept; returns the actual "address:port" or path. One thread at a time.
  // A socket file left by a dead process is replaced; the new one has mode 0600 and only answers
  // the same user or root. Errors: kInvalid (no such address, path too long), kExists (in use),
  // kUnavailable (the system refuses).
  Result<std::string> listen(const Listen& listen);

  // For connections accepted from now on; those that are open keep the limits they began with. Any
  // thread.
  void set_limits(const ServerLimits& limits);

  // Stops accepting, closes idle connections, answers what is in flight with `Connection: close`,
  // and after `grace` cuts the rest. Returns once no connection is left. Called once.
  Task<> drain(std::chrono::milliseconds grace);

  std::size_t connections() const;  // open now; any thread

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace noded::http
