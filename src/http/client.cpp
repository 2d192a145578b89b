#include "http/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sys/un.h>

#include <cstring>
#include <utility>

namespace noded::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::uint64_t kMostBody = std::uint64_t{64} << 20;
using Message = beast::http::request<beast::http::string_body>;

// Runs the asynchronous steps on a private io_context, so that the stream's time limit holds for
// each.
template <class Protocol>
class Exchange {
 public:
  Exchange(
      const typename Protocol::endpoint& endpoint,
      const Message& message,
      std::chrono::milliseconds timeout
  )
      : message_(message), stream_(io_) {
    parser_.body_limit(kMostBody);
    stream_.expires_after(timeout);
    stream_.async_connect(endpoint, [this](error_code error) { write(error); });
  }

  Result<ClientAnswer> run() {
    io_.run();
    if (!error_) {
      return ClientAnswer{
          static_cast<int>(parser_.get().result_int()), std::move(parser_.get().body())
      };
    }
    const std::string what = error_.message();
    if (error_ == net::error::access_denied) return fail(Errc::kForbidden, what);
    if (!is_connected_ && error_ != beast::error::timeout) return fail(Errc::kNotFound, what);
    if (error_ == beast::error::timeout) return fail(Errc::kTimeout, "no answer in time");
    if (error_ == beast::http::error::body_limit)
      return fail(Errc::kTooLarge, "the answer is too large");
    const bool is_http =
        error_.category() == make_error_code(beast::http::error::bad_field).category();
    if (is_http && error_ != beast::http::error::end_of_stream) {
      return fail(Errc::kInvalid, "the answer is no HTTP: " + what);
    }
    return fail(Errc::kUnavailable, "no answer: " + what);
  }

 private:
  void write(error_code error) {
    error_ = error;
    if (error) return;
    is_connected_ = true;
    beast::http::async_write(stream_, message_, [this](error_code failed, std::size_t) {
      read(failed);
    });
  }
  void read(error_code error) {
    error_ = error;
    if (error) return;
    beast::http::async_read(stream_, buffer_, parser_, [this](error_code failed, std::size_t) {
      error_ = failed;
      error_code ignored;
      stream_.socket().close(ignored);
    });
  }

  const Message& message_;
  net::io_context io_;
  beast::basic_stream<Protocol> stream_;
  beast::flat_buffer buffer_;
  beast::http::response_parser<beast::http::string_body> parser_;
  error_code error_;
  bool is_connected_ = false;
};

Message make_message(
    Method method, std::string_view target, std::string_view body, std::string_view content_type
) {
  const std::string_view name = to_text(method);
  Message message;
  message.version(11);
  message.method_string({name.data(), name.size()});
  message.target({target.data(), target.size()});
  message.set(beast::http::field::host, "localhost");
  message.set(beast::http::field::connection, "close");
  if (!content_type.empty()) {
    message.set(
        beast::http::field::content_type,
        beast::string_view(content_type.data(), content_type.size())
    );
  }
  message.body() = body;
  message.prepare_payload();
  return message;
}

}  // namespace

Result<ClientAnswer> request(
    const Endpoint& endpoint,
    Method method,
    std::string_view target,
    std::string_view body,
    std::string_view content_type,
    std::chrono::milliseconds timeout
) {
  const Message message = make_message(method, target, body, content_type);
  if (!endpoint.unix_path.empty()) {
    if (endpoint.unix_path.size() >= sizeof(sockaddr_un::sun_path)) {
      return fail(
          Errc::kInvalid, "the path of a socket has at most 107 bytes: " + endpoint.unix_path
      );
    }
    using Local = net::local::stream_protocol;
    return Exchange<Local>(Local::endpoint(endpoint.unix_path), message, timeout).run();
  }
  error_code error;
  const auto address = net::ip::make_address(endpoint.address, error);
  if (error) return fail(Errc::kInvalid, "not an IP address: " + endpoint.address);
  using Tcp = net::ip::tcp;
  return Exchange<Tcp>(Tcp::endpoint(address, endpoint.port), message, timeout).run();
}

}  // namespace noded::http
