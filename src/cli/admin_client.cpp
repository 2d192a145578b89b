#include "cli/admin_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <utility>

namespace noded::cli {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using Socket = net::local::stream_protocol::socket;
using Code = boost::system::error_code;

constexpr timeval kPatience{.tv_sec = 60, .tv_usec = 0};
constexpr std::uint64_t kLargestAnswer = std::uint64_t{64} << 20;
constexpr unsigned kHttp11 = 11;

Result<AdminAnswer> send_and_receive(
    Socket& socket, const http::request<http::string_body>& request
) {
  Code fault;
  http::write(socket, request, fault);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kLargestAnswer);
  if (!fault) http::read(socket, buffer, parser, fault);
  if (fault)
    return fail(Errc::kUnavailable, fmt::format("the node does not answer: {}", fault.message()));
  return AdminAnswer{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

}  // namespace

Result<AdminAnswer> ask_node(
    const std::filesystem::path& socket,
    std::string_view method,
    std::string_view target,
    std::string_view body
) {
  net::io_context loop(1);
  Socket peer(loop);
  Code fault;
  const std::string path = socket.string();
  // sun_path of sockaddr_un, with its final zero.
  if (path.size() >= sizeof(sockaddr_un{}.sun_path)) {
    return fail(Errc::kInvalid, fmt::format("{} is too long for the path of a socket", path));
  }
  peer.connect(net::local::stream_protocol::endpoint(path), fault);
  if (fault == net::error::access_denied) {
    return fail(Errc::kForbidden, fmt::format("{} belongs to another user", path));
  }
  if (fault)
    return fail(Errc::kNotFound, fmt::format("no node runs at {} ({})", path, fault.message()));
  ::setsockopt(peer.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(peer.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  http::request<http::string_body> request(
      http::string_to_verb({method.data(), method.size()}), {target.data(), target.size()}, kHttp11
  );
  request.set(http::field::host, "localhost");
  request.set(http::field::connection, "close");
  if (!body.empty()) request.set(http::field::content_type, "application/json");
  request.body() = body;
  request.prepare_payload();
  return send_and_receive(peer, request);
}

}  // namespace noded::cli
