// ServerLoop: what the server has on one loop: acceptors, connections, and the one timer that looks
// after all of their time limits. Everything but the constructor runs on that loop.
#pragma once

#include "noded/clock.hpp"
#include "noded/task.hpp"

#include "http/connection_counts.hpp"
#include "http/dispatcher.hpp"
#include "http/response_head.hpp"
#include "http/server_limits.hpp"
#include "http/socket_stream.hpp"
#include "http/tls_keys.hpp"
#include "http/waiting_line.hpp"
#include "runtime/latest.hpp"
#include "telemetry/metrics.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace noded::http {

class Connection;

// The other end of a connection.
struct Peer {
  std::string address;
  bool is_local_socket = false;
  bool is_tls = false;
};

// What all loops of a server share. The references outlive every connection.
struct ServerContext {
  runtime::Latest<ServerLimits> limits;  // of new connections
  Dispatcher& dispatcher;
  const Clock& clock;
  std::shared_ptr<ConnectionCounts> counts;
  telemetry::Counter& accepted;
  telemetry::Counter& refused_connections;
  telemetry::Counter& refused_requests;  // by the parser or a time limit, before the dispatcher
  telemetry::Counter& abandoned_requests;
  telemetry::Counter& tls_failures;
};

class ServerLoop : public std::enable_shared_from_this<ServerLoop> {
 public:
  using TcpAcceptor = net::basic_socket_acceptor<net::ip::tcp, net::io_context::executor_type>;
  using UnixAcceptor =
      net::basic_socket_acceptor<net::local::stream_protocol, net::io_context::executor_type>;

  ServerLoop(net::io_context& io, std::shared_ptr<ServerContext> context);
  ~ServerLoop();

  net::io_context& io() { return io_; }
  ServerContext& context() { return *context_; }
  bool is_draining() const noexcept { return is_draining_; }
  WaitingLine& line() { return *line_; }
  // The buffer that answers are rendered into, lent until they are written: idle connections have
  // none of their own, and the next answer finds one that is still in the processor's cache.
  std::string take_buffer() { return std::exchange(buffer_, {}); }
  void give_back(std::string buffer);
  std::string_view date_line() { return date_.at(context_->clock.wall()); }

  void accept_on(std::shared_ptr<TcpAcceptor> acceptor, std::shared_ptr<const TlsFiles> tls);
  void accept_on(std::shared_ptr<UnixAcceptor> acceptor);
  void begin_drain();  // closes acceptors and idle connections
  void cut_all();      // ends every connection, whatever it does

 private:
  template <class Acceptor, class Serve>
  void start_accepting(std::shared_ptr<Acceptor> acceptor, Serve serve);
  template <class Acceptor, class Serve>
  Task<> accept_loop(std::shared_ptr<Acceptor> acceptor, Serve serve);
  void serve(TcpSocket socket, const net::ip::address& address, const TlsFiles* tls);
  void serve(UnixSocket socket);
  void start(std::unique_ptr<Stream> stream, Peer peer, ConnectionCounts::Permit permit);
  bool is_short_of_descriptors(int newest) const;
  Task<> sweep_loop();

  net::io_context& io_;
  const std::shared_ptr<ServerContext> context_;
  const std::shared_ptr<WaitingLine> line_;
  DateLine date_;
  std::string buffer_;                                  // while nobody has it
  std::vector<std::function<void()>> closers_;          // of the acceptors
  std::vector<std::weak_ptr<Connection>> connections_;  // dead ones leave at the next sweep
  net::steady_timer sweep_timer_;
  bool is_sweeping_ = false;
  bool is_draining_ = false;
};

}  // namespace noded::http
