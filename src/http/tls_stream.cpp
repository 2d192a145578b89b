#include "http/tls_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <utility>

namespace noded::http {
namespace {

constexpr auto kAwait = net::as_tuple(net::use_awaitable_t<net::any_io_executor>{});

constexpr std::string_view kSpeakTls =
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    "Content-Length: 41\r\n\r\nThis address speaks HTTPS; use https://.\n";

struct FreeSession {
  void operator()(SSL* session) const { SSL_free(session); }
};
using SessionPtr = std::unique_ptr<SSL, FreeSession>;

class TlsStream final : public Stream {
 public:
  TlsStream(
      TcpSocket socket,
      std::shared_ptr<const TlsKeys> keys,
      SessionPtr session,
      telemetry::Counter& failures
  )
      : socket_(std::move(socket)),
        keys_(std::move(keys)),
        session_(std::move(session)),
        failures_(failures) {}

  Task<IoResult> read_some(net::mutable_buffer buffer) override {
    for (;;) {
      std::size_t count = 0;
      ERR_clear_error();
      const int result = SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &count);
      if (result == 1) co_return IoResult({}, count);
      const auto error = co_await wait_for(SSL_get_error(session_.get(), result));
      if (error) co_return IoResult(error, 0);
    }
  }

  Task<IoResult> write_some(net::const_buffer buffer) override {
    for (;;) {
      std::size_t count = 0;
      ERR_clear_error();
      const int result = SSL_write_ex(session_.get(), buffer.data(), buffer.size(), &count);
      if (result == 1) co_return IoResult({}, count);
      const auto error = co_await wait_for(SSL_get_error(session_.get(), result));
      if (error) co_return IoResult(error, 0);
    }
  }

  std::size_t try_write(std::string_view first, std::string_view second) noexcept override {
    std::size_t taken = write_now(first);
    if (taken == first.size()) taken += write_now(second);
    return taken;
  }

  PeerState peer_state() noexcept override { return state_of_peer(socket_.native_handle()); }

  void interrupt() noexcept override {
    boost::system::error_code ignored;
    socket_.cancel(ignored);
  }

  // close_notify (RFC 8446 §6.1) goes out if the socket takes it at once.
  void shutdown_write() noexcept override {
    ERR_clear_error();
    if (!is_broken_ && SSL_is_init_finished(session_.get()) == 1) SSL_shutdown(session_.get());
    boost::system::error_code ignored;
    socket_.shutdown(TcpSocket::shutdown_send, ignored);
  }

  void close() noexcept override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  // Until what OpenSSL asked for can happen; an error if it never will.
  Task<boost::system::error_code> wait_for(int reason) {
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE) {
      const auto side =
          reason == SSL_ERROR_WANT_READ ? TcpSocket::wait_read : TcpSocket::wait_write;
      const auto [error] = co_await socket_.async_wait(side, kAwait);
      co_return error;
    }
    if (reason == SSL_ERROR_ZERO_RETURN) co_return net::error::eof;
    is_broken_ = true;  // SSL_shutdown(3): not to be called after these
    if (reason == SSL_ERROR_SSL) fail();
    co_return net::error::connection_reset;
  }

  // A peer that speaks plain HTTP is told so in its own words.
  void fail() noexcept {
    failures_.add();
    if (ERR_GET_REASON(ERR_peek_error()) != SSL_R_HTTP_REQUEST) return;
    boost::system::error_code ignored;
    socket_.write_some(net::buffer(kSpeakTls), ignored);
  }

  std::size_t write_now(std::string_view bytes) noexcept {
    std::size_t taken = 0;
    while (taken < bytes.size() && !is_broken_) {
      std::size_t count = 0;
      ERR_clear_error();
      if (SSL_write_ex(session_.get(), bytes.data() + taken, bytes.size() - taken, &count) != 1) {
        break;  // not now; or an error, which the next write_some meets again
      }
      taken += count;
    }
    return taken;
  }

  TcpSocket socket_;
  const std::shared_ptr<const TlsKeys> keys_;
  const SessionPtr session_;
  telemetry::Counter& failures_;
  bool is_broken_ = false;
};

}  // namespace

std::unique_ptr<Stream> make_tls_stream(
    TcpSocket socket, std::shared_ptr<const TlsKeys> keys, telemetry::Counter& failures
) {
  SessionPtr session(keys->make_session());
  if (!session || SSL_set_fd(session.get(), socket.native_handle()) != 1) return nullptr;
  SSL_set_accept_state(session.get());
  boost::system::error_code ignored;  // a failure shows up in the first operation
  socket.non_blocking(true, ignored);
  return std::make_unique<TlsStream>(
      std::move(socket), std::move(keys), std::move(session), failures
  );
}

}  // namespace noded::http
