#include "http/socket_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <utility>

namespace noded::http {
namespace {

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});

template <class Socket>
class SocketStream final : public Stream {
 public:
  explicit SocketStream(Socket socket) : socket_(std::move(socket)) {
    boost::system::error_code ignored;  // a failure shows up in the first operation
    socket_.non_blocking(true, ignored);
  }

  // Both return Asio's own awaitable: no coroutine frame of ours in between.
  Task<IoResult> read_some(net::mutable_buffer buffer) override {
    return socket_.async_read_some(buffer, kAwait);
  }
  Task<IoResult> write_some(net::const_buffer buffer) override {
    return socket_.async_write_some(buffer, kAwait);
  }

  std::size_t try_write(std::string_view first, std::string_view second) noexcept override {
    boost::system::error_code error;
    if (second.empty()) return socket_.write_some(net::buffer(first), error);
    const std::array buffers{net::buffer(first), net::buffer(second)};
    return socket_.write_some(buffers, error);
  }

  PeerState peer_state() noexcept override { return state_of_peer(socket_.native_handle()); }

  void interrupt() noexcept override {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }
  void shutdown_write() noexcept override {
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
  void close() noexcept override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  Socket socket_;
};

}  // namespace

std::unique_ptr<Stream> make_stream(TcpSocket socket) {
  return std::make_unique<SocketStream<TcpSocket>>(std::move(socket));
}

std::unique_ptr<Stream> make_stream(UnixSocket socket) {
  return std::make_unique<SocketStream<UnixSocket>>(std::move(socket));
}

}  // namespace noded::http
