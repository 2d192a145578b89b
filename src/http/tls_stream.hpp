// TLS on an accepted socket. tls_stream.cpp drives OpenSSL's state machine by hand on the socket's
// readiness: nothing of Boost's SSL streams is instantiated, and no bytes are copied in between.
// The process ignores SIGPIPE (runtime::prepare_process): OpenSSL writes to peers that have left.
#pragma once

#include "http/socket_stream.hpp"
#include "http/tls_keys.hpp"
#include "telemetry/metrics.hpp"

#include <memory>

namespace noded::http {

// The handshake happens within the first read. Null when OpenSSL has no memory for a session.
// `failures` counts handshakes and records that OpenSSL refused.
std::unique_ptr<Stream> make_tls_stream(
    TcpSocket socket, std::shared_ptr<const TlsKeys> keys, telemetry::Counter& failures
);

}  // namespace noded::http
