#include "http/line_stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <limits>
#include <string>

namespace noded::http {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using Socket = net::local::stream_protocol::socket;
using Parser = beast::http::response_parser<beast::http::buffer_body>;

constexpr std::size_t kPart = std::size_t{64} << 10;
constexpr std::size_t kMostRefusal = std::size_t{64} << 10;

std::unexpected<Error> failure(const error_code& error, bool is_connected) {
  if (error == net::error::access_denied) return fail(Errc::kForbidden, error.message());
  if (!is_connected) return fail(Errc::kNotFound, error.message());
  return fail(Errc::kUnavailable, "the node went away: " + error.message());
}

Result<> send(Socket& socket, std::string_view target, std::string_view body) {
  beast::http::request<beast::http::string_body> message;
  message.version(11);
  message.method(beast::http::verb::post);
  message.target({target.data(), target.size()});
  message.set(beast::http::field::host, "localhost");
  message.set(beast::http::field::connection, "close");
  message.set(beast::http::field::content_type, "application/json");
  message.body() = body;
  message.prepare_payload();
  error_code error;
  beast::http::write(socket, message, error);
  if (error) return failure(error, true);
  return {};
}

// Hands on what is a whole line of `text` and leaves the rest there.
Result<> hand_on(std::string& text, const LineSink& sink) {
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    if (auto done = sink(std::string_view(text).substr(begin, end - begin)); !done) return done;
    begin = end + 1;
  }
  text.erase(0, begin);
  return {};
}

Result<> receive(Socket& socket, beast::flat_buffer& buffer, Parser& parser, const LineSink& sink) {
  const bool is_refusal = parser.get().result_int() != 200;
  std::string text;
  std::array<char, kPart> part{};
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = part.data();
    body.size = part.size();
    error_code error;
    beast::http::read_some(socket, buffer, parser, error);
    if (error && error != beast::http::error::need_buffer) return failure(error, true);
    text.append(part.data(), part.size() - body.size);
    if (is_refusal && text.size() > kMostRefusal) break;
    if (is_refusal) continue;
    if (auto done = hand_on(text, sink); !done) return done;
  }
  if (is_refusal) return fail(Errc::kInvalid, "the node answered " + text);
  return {};
}

}  // namespace

Result<> post_for_lines(
    const std::filesystem::path& path,
    std::string_view target,
    std::string_view body,
    const LineSink& sink
) {
  net::io_context io;
  Socket socket(io);
  error_code error;
  socket.connect(net::local::stream_protocol::endpoint(path.string()), error);
  if (error) return failure(error, false);
  if (auto sent = send(socket, target, body); !sent) return sent;
  beast::flat_buffer buffer;
  Parser parser;
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  beast::http::read_header(socket, buffer, parser, error);
  if (error) return failure(error, true);
  return receive(socket, buffer, parser, sink);
}

}  // namespace noded::http
