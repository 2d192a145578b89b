#include "http/server.hpp"

#include "http/server_loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace noded::http {
namespace {

using boost::system::error_code;

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});
constexpr std::chrono::milliseconds kDrainPoll{10};
constexpr int kBacklog = 4096;

std::unexpected<Error> refuse_listen(const std::string& where, const error_code& error) {
  const Errc code = error == net::error::address_in_use ? Errc::kExists : Errc::kUnavailable;
  return fail(code, "cannot listen on " + where + ": " + error.message());
}

std::string endpoint_text(const net::ip::tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

error_code open_tcp(
    ServerLoop::TcpAcceptor& acceptor, const net::ip::tcp::endpoint& endpoint, bool shares
) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(net::socket_base::reuse_address(true), error);
  const int on = 1;
  if (!error && shares &&
      setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
    error = error_code(errno, boost::system::system_category());
  }
  if (!error && endpoint.protocol() == net::ip::tcp::v6()) {
    acceptor.set_option(net::ip::v6_only(true), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  return error;
}

// The value of a socket's whole-numbered option; -1 when the descriptor has none.
int socket_option(int descriptor, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

// Removes a socket file that no process answers on any more.
Result<> clear_stale(const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) return fail(Errc::kExists, path + " is there and is no socket");
  net::io_context io;
  net::local::stream_protocol::socket probe(io);
  error_code error;
  probe.connect(net::local::stream_protocol::endpoint(path), error);
  if (!error) return fail(Errc::kExists, "another process answers on " + path);
  unlink(path.c_str());
  return {};
}

}  // namespace

struct Server::State {
  std::shared_ptr<ServerContext> context;
  std::vector<std::shared_ptr<ServerLoop>> loops;
  std::vector<std::string> socket_files;

  Result<std::string> listen_tcp(const Listen& listen);
  Result<std::string> listen_inherited(const Listen& listen);
  Result<std::string> listen_unix(const std::string& path);
  void accept(
      const std::vector<std::shared_ptr<ServerLoop::TcpAcceptor>>& acceptors,
      const std::shared_ptr<const TlsFiles>& tls
  );
  Task<> wait_until_empty(SteadyTime end);

  // Loops that may still hold a connection that was accepted and is not counted yet.
  std::atomic<std::size_t> accepting{0};
};

Server::Server(
    std::vector<net::io_context*> loops,
    ServerLimits limits,
    Dispatcher& dispatcher,
    const Clock& clock,
    telemetry::Metrics& metrics
)
    : state_(std::make_unique<State>()) {
  auto counts =
      std::make_shared<ConnectionCounts>(limits.connections, limits.connections_per_address);
  metrics.gauge("noded_http_connections", "open HTTP connections", [counts] {
    return static_cast<double>(counts->open());
  });
  state_->context.reset(new ServerContext{
      .limits = runtime::Latest<ServerLimits>(std::make_shared<ServerLimits>(limits)),
      .dispatcher = dispatcher,
      .clock = clock,
      .counts = counts,
      .accepted = metrics.counter("noded_http_accepted_total", "accepted HTTP connections"),
      .refused_connections = metrics.counter(
          "noded_http_refused_connections_total", "connections closed at once because of a limit"
      ),
      .refused_requests = metrics.counter(
          "noded_http_refused_requests_total", "requests refused before they reached the gateway"
      ),
      .abandoned_requests = metrics.counter(
          "noded_http_abandoned_requests_total",
          "requests whose clients went away before the answer"
      ),
      .tls_failures = metrics.counter(
          "noded_http_tls_failures_total", "connections that ended in an error of TLS"
      ),
  });
  for (net::io_context* io : loops) {
    state_->loops.push_back(std::make_shared<ServerLoop>(*io, state_->context));
  }
}

Server::~Server() = default;

Result<std::string> Server::listen(const Listen& listen) {
  if (listen.inherited >= 0) return state_->listen_inherited(listen);
  return listen.unix_path.empty() ? state_->listen_tcp(listen)
                                  : state_->listen_unix(listen.unix_path);
}

void Server::set_limits(const ServerLimits& limits) {
  state_->context->counts->set_limits(limits.connections, limits.connections_per_address);
  state_->context->limits.set(std::make_shared<ServerLimits>(limits));
}

Result<std::string> Server::State::listen_tcp(const Listen& listen) {
  error_code error;
  const auto address = net::ip::make_address(listen.address, error);
  if (error) return fail(Errc::kInvalid, "not an IP address: " + listen.address);
  net::ip::tcp::endpoint endpoint(address, listen.port);
  std::vector<std::shared_ptr<ServerLoop::TcpAcceptor>> acceptors;
  for (const auto& loop : loops) {
    auto acceptor = std::make_shared<ServerLoop::TcpAcceptor>(loop->io());
    error = open_tcp(*acceptor, endpoint, loops.size() > 1);
    if (error) return refuse_listen(endpoint_text(endpoint), error);
    endpoint = acceptor->local_endpoint(error);  // the port that port 0 became, for the other loops
    acceptors.push_back(std::move(acceptor));
  }
  accept(acceptors, listen.tls);
  return endpoint_text(endpoint);
}

// One acceptor a loop, in the order of the loops.
void Server::State::accept(
    const std::vector<std::shared_ptr<ServerLoop::TcpAcceptor>>& acceptors,
    const std::shared_ptr<const TlsFiles>& tls
) {
  for (std::size_t index = 0; index < loops.size(); ++index) {
    net::post(loops[index]->io(), [loop = loops[index], acceptor = acceptors[index], tls] {
      loop->accept_on(acceptor, tls);
    });
  }
}

Result<std::string> Server::State::listen_inherited(const Listen& listen) {
  const int descriptor = listen.inherited;
  const int family = socket_option(descriptor, SO_DOMAIN);
  if ((family != AF_INET && family != AF_INET6) || socket_option(descriptor, SO_ACCEPTCONN) != 1) {
    return fail(
        Errc::kInvalid,
        "descriptor " + std::to_string(descriptor) + " is no TCP socket that listens"
    );
  }
  const auto protocol = family == AF_INET ? net::ip::tcp::v4() : net::ip::tcp::v6();
  std::vector<std::shared_ptr<ServerLoop::TcpAcceptor>> acceptors;
  error_code error;
  for (const auto& loop : loops) {
    const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) error = error_code(errno, boost::system::system_category());
    auto acceptor = std::make_shared<ServerLoop::TcpAcceptor>(loop->io());
    if (!error) acceptor->assign(protocol, copy, error);
    if (error) return refuse_listen("descriptor " + std::to_string(descriptor), error);
    acceptors.push_back(std::move(acceptor));
  }
  accept(acceptors, listen.tls);
  return endpoint_text(acceptors.front()->local_endpoint(error));
}

Result<std::string> Server::State::listen_unix(const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    return fail(Errc::kInvalid, "the path of a socket has at most 107 bytes: " + path);
  }
  if (const auto cleared = clear_stale(path); !cleared) return std::unexpected(cleared.error());
  auto acceptor = std::make_shared<ServerLoop::UnixAcceptor>(loops.front()->io());
  error_code error;
  acceptor->open({}, error);
  // Set before bind, so that the file never exists with wider permissions.
  if (!error && fchmod(acceptor->native_handle(), S_IRUSR | S_IWUSR) != 0) {
    error = error_code(errno, boost::system::system_category());
  }
  if (!error) acceptor->bind(net::local::stream_protocol::endpoint(path), error);
  if (!error) acceptor->listen(kBacklog, error);
  if (error) return refuse_listen(path, error);
  socket_files.push_back(path);
  net::post(loops.front()->io(), [loop = loops.front(), acceptor] { loop->accept_on(acceptor); });
  return path;
}

Task<> Server::State::wait_until_empty(SteadyTime end) {
  net::steady_timer timer(co_await net::this_coro::executor);
  while ((accepting > 0 || context->counts->open() > 0) && context->clock.steady() < end) {
    timer.expires_after(kDrainPoll);
    co_await timer.async_wait(kAwait);
  }
}

Task<> Server::drain(std::chrono::milliseconds grace) {
  for (const std::string& path : std::exchange(state_->socket_files, {}))
    unlink(path.c_str());
  state_->accepting = state_->loops.size();
  for (const auto& loop : state_->loops) {
    net::post(loop->io(), [loop, state = state_.get()] {
      loop->begin_drain();
      // Behind whatever was accepted before the acceptors closed.
      net::post(loop->io(), [state] { --state->accepting; });
    });
  }
  co_await state_->wait_until_empty(state_->context->clock.steady() + grace);
  for (const auto& loop : state_->loops)
    net::post(loop->io(), [loop] { loop->cut_all(); });
  co_await state_->wait_until_empty(SteadyTime::max());
}

std::size_t Server::connections() const {
  return state_->context->counts->open();
}

}  // namespace noded::http
