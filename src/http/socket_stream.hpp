// Streams over sockets. socket_stream.cpp is the one place that instantiates reads and writes on
// them.
#pragma once

#include "http/stream.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <memory>

namespace noded::http {

// Bound to the loop's own executor type: cheaper than the type-erased one.
using TcpSocket = net::basic_stream_socket<net::ip::tcp, net::io_context::executor_type>;
using UnixSocket =
    net::basic_stream_socket<net::local::stream_protocol, net::io_context::executor_type>;

std::unique_ptr<Stream> make_stream(TcpSocket socket);
std::unique_ptr<Stream> make_stream(UnixSocket socket);

}  // namespace noded::http
