// Bounds of the HTTP server. The defaults are those of the options; tests set smaller ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace noded::http {

struct HeadLimits {
  std::size_t request_line = 8 << 10;  // bytes, beyond: 414
  std::size_t field = 16 << 10;        // bytes of one field line, beyond: 431
  std::size_t fields_size =
      64 << 10;                       // bytes of all field lines, beyond: 431; also bounds trailers
  std::size_t field_count = 100;      // beyond: 431
  std::size_t chunk_extension = 256;  // bytes, beyond: 400
};

struct ServerLimits {
  HeadLimits head;
  std::uint64_t max_body = 1 << 20;                     // bytes, for routes that name no limit: 413
  std::uint32_t json_depth = 64;                        // levels of a JSON body
  std::chrono::milliseconds head_timeout{10'000};       // from the first byte of a head to its end
  std::chrono::milliseconds idle_timeout{75'000};       // between two requests
  std::chrono::milliseconds write_timeout{30'000};      // without the peer taking a byte
  std::chrono::milliseconds linger_timeout{2'000};      // for the peer to take the last answer
  std::chrono::milliseconds deadline{30'000};           // from head to answer
  std::chrono::milliseconds half_close_timeout{1'000};  // for the answer, once the peer is silent
  std::uint32_t body_rate = 240;                        // bytes a second, averaged over body_window
  std::chrono::milliseconds body_window{10'000};
  std::uint32_t requests_per_connection = 10'000;
  std::size_t connections = 10'000;
  std::size_t connections_per_address = 256;  // an IPv4 address or an IPv6 /64; loopback is free
  // While the server drains: for the first request of a connection that was already accepted.
  std::chrono::milliseconds first_request_grace{500};
  std::size_t spare_descriptors = 64;             // accepting pauses while fewer are left
  std::chrono::milliseconds sweep_interval{250};  // how late a time limit may be noticed
};

}  // namespace noded::http
