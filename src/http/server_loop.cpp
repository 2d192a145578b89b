#include "http/server_loop.hpp"

#include "http/connection.hpp"
#include "http/tls_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <type_traits>
#include <utility>

namespace noded::http {
namespace {

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});
constexpr std::chrono::milliseconds kAcceptPause{100};  // while descriptors are short
constexpr std::size_t kMostKept = 128 << 10;            // of a buffer that was given back

// SO_PEERCRED: is the other end the same user as this process, or root?
bool is_own_user(UnixSocket& socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  const int failed =
      getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size);
  return failed == 0 && (credentials.uid == geteuid() || credentials.uid == 0);
}

std::string address_text(net::ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6());
  }
  return address.to_string();
}

}  // namespace

ServerLoop::ServerLoop(net::io_context& io, std::shared_ptr<ServerContext> context)

    : io_(io),
      context_(std::move(context)),
      line_(std::make_shared<WaitingLine>(io)),
      sweep_timer_(io) {}

ServerLoop::~ServerLoop() = default;

void ServerLoop::accept_on(
    std::shared_ptr<TcpAcceptor> acceptor, std::shared_ptr<const TlsFiles> tls
) {
  // The sockets that it accepts have it too. Answers are written whole: without it they come later.
  boost::system::error_code ignored;
  acceptor->set_option(net::ip::tcp::no_delay(true), ignored);
  const auto take = [this, tls = std::move(tls)](TcpSocket socket, const auto& peer) {
    serve(std::move(socket), peer.address(), tls.get());
  };
  start_accepting(std::move(acceptor), take);
}
void ServerLoop::accept_on(std::shared_ptr<UnixAcceptor> acceptor) {
  start_accepting(std::move(acceptor), [this](UnixSocket socket, const auto&) {
    serve(std::move(socket));
  });
}

template <class Acceptor, class Serve>
void ServerLoop::start_accepting(std::shared_ptr<Acceptor> acceptor, Serve serve) {
  closers_.emplace_back([acceptor] {
    boost::system::error_code ignored;
    acceptor->close(ignored);
  });
  spawn(io_.get_executor(), "http accept", [self = shared_from_this(), acceptor, serve] {
    return self->accept_loop(acceptor, serve);
  });
}

bool ServerLoop::is_short_of_descriptors(int newest) const {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  // The system hands out the lowest free number: what lies above the newest may be free.
  return static_cast<rlim_t>(newest) + context_->limits.get()->spare_descriptors >= limit.rlim_cur;
}

template <class Acceptor, class Serve>
Task<> ServerLoop::accept_loop(std::shared_ptr<Acceptor> acceptor, Serve serve) {
  net::steady_timer pause(io_);
  while (acceptor->is_open()) {
    typename Acceptor::protocol_type::endpoint peer;
    auto [error, socket] = co_await acceptor->async_accept(peer, kAwait);
    if (error == net::error::operation_aborted) co_return;
    // No descriptors, no memory; a peer that left while it waited is no reason to pause.
    bool is_short = error && error != net::error::connection_aborted;
    if (!error) {
      is_short = is_short_of_descriptors(socket.native_handle());
      serve(std::move(socket), peer);
    }
    if (is_short) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(kAwait);
    }
  }
}

void ServerLoop::serve(TcpSocket socket, const net::ip::address& address, const TlsFiles* tls) {
  auto permit = context_->counts->admit(&address);
  auto stream = !permit ? nullptr
                : tls == nullptr
                    ? make_stream(std::move(socket))
                    : make_tls_stream(std::move(socket), tls->keys(), context_->tls_failures);
  if (stream == nullptr) return context_->refused_connections.add();
  start(
      std::move(stream),
      {.address = address_text(address), .is_local_socket = false, .is_tls = tls != nullptr},
      std::move(*permit)
  );
}

void ServerLoop::serve(UnixSocket socket) {
  auto permit = context_->counts->admit(nullptr);
  if (!permit || !is_own_user(socket)) return context_->refused_connections.add();
  start(
      make_stream(std::move(socket)),
      {.address = "local", .is_local_socket = true, .is_tls = false},
      std::move(*permit)
  );
}

void ServerLoop::start(std::unique_ptr<Stream> stream, Peer peer, ConnectionCounts::Permit permit) {
  context_->accepted.add();
  auto connection = std::make_shared<Connection>(*this, std::move(stream), std::move(peer));
  connections_.push_back(connection);
  // The permit and the loop live as long as the coroutine.
  auto run = [self = shared_from_this(), connection, held = std::move(permit)] {
    return connection->run();
  };
  auto ended = [line = line_, connection](std::exception_ptr cause) mutable {
    if (cause && !connection->was_cut()) report_defect("http connection", std::move(cause));
    // Nobody waits for the descriptor to be closed.
    if (!line->enter()) line->add([ended = std::move(connection)] {});
  };
  net::co_spawn(
      net::any_io_executor(io_.get_executor()),
      std::move(run),
      net::bind_cancellation_slot(connection->cancellation_slot(), std::move(ended))
  );
  if (!std::exchange(is_sweeping_, true)) {
    spawn(io_.get_executor(), "http sweep", [self = shared_from_this()] {
      return self->sweep_loop();
    });
  }
}

void ServerLoop::give_back(std::string buffer) {
  if (buffer.capacity() > kMostKept || buffer.capacity() < buffer_.capacity()) return;
  buffer.clear();
  buffer_ = std::move(buffer);
}

Task<> ServerLoop::sweep_loop() {
  while (!connections_.empty()) {
    sweep_timer_.expires_after(context_->limits.get()->sweep_interval);
    co_await sweep_timer_.async_wait(kAwait);
    const SteadyTime now = context_->clock.steady();
    std::erase_if(connections_, [now](const std::weak_ptr<Connection>& weak) {
      const auto connection = weak.lock();
      if (connection != nullptr) connection->sweep(now);
      return connection == nullptr;
    });
  }
  is_sweeping_ = false;
}

void ServerLoop::begin_drain() {
  is_draining_ = true;
  for (const auto& close : std::exchange(closers_, {}))
    close();
  for (const auto& weak : connections_) {
    if (const auto connection = weak.lock()) connection->close_if_idle();
  }
}

void ServerLoop::cut_all() {
  for (const auto& weak : connections_) {
    if (const auto connection = weak.lock()) connection->cut();
  }
}

}  // namespace noded::http
