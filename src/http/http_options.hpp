// Options of the HTTP server (http.*) and the limits made from them.
#pragma once

#include "noded/options.hpp"

#include "http/server_limits.hpp"
#include "http/tls_keys.hpp"

namespace noded::http {

using namespace option_literals;

inline constexpr Option<Bytes> kRequestLine{
    "http.request_line",
    "longest request line; beyond it the answer is 414",
    8_KiB,
    256_B,
    64_KiB,
    Reload::kLive
};
inline constexpr Option<Bytes> kHeaderField{
    "http.header_field",
    "longest header field; beyond it the answer is 431",
    16_KiB,
    256_B,
    64_KiB,
    Reload::kLive
};
inline constexpr Option<Bytes> kHeaderSize{
    "http.header_size",
    "all header fields of a request together; beyond it the answer is 431",
    64_KiB,
    1_KiB,
    256_KiB,
    Reload::kLive
};
inline constexpr Option<std::int64_t> kHeaderCount{
    "http.header_count",
    "most header fields of a request; beyond it the answer is 431",
    100,
    8,
    1000,
    Reload::kLive
};
inline constexpr Option<Bytes> kChunkExtension{
    "http.chunk_extension",
    "longest extension of a chunk; beyond it the answer is 400",
    256_B,
    0_B,
    16_KiB,
    Reload::kLive
};
inline constexpr Option<Bytes> kMaxBody{
    "http.max_body",
    "largest request body of a route that names no limit; beyond it the answer is 413",
    1_MiB,
    1_KiB,
    64_MiB,
    Reload::kLive
};
inline constexpr Option<std::int64_t> kJsonDepth{
    "http.json_depth",
    "how deeply a JSON body may be nested; beyond it the answer is 400",
    64,
    1,
    256,
    Reload::kLive
};
inline constexpr Option<std::chrono::milliseconds> kHeadTimeout{
    "http.head_timeout",
    "time in which a request's head has to arrive",
    10s,
    100ms,
    10min,
    Reload::kLive
};
inline constexpr Option<std::chrono::milliseconds> kIdleTimeout{
    "http.idle_timeout",
    "how long a connection may wait for its next request",
    75s,
    100ms,
    1h,
    Reload::kLive
};
inline constexpr Option<std::chrono::milliseconds> kWriteTimeout{
    "http.write_timeout",
    "how long a peer may leave an answer untouched before the connection is cut",
    30s,
    100ms,
    1h,
    Reload::kLive
};
inline constexpr Option<std::chrono::milliseconds> kDeadline{
    "http.deadline",
    "time from a request's head to its answer; X-Request-Timeout-Ms may lower it",
    30s,
    10ms,
    1h,
    Reload::kLive
};
inline constexpr Option<std::chrono::milliseconds> kHalfCloseTimeout{
    "http.half_close_timeout",
    "how long a request is worked on after its client has ended its side of the connection",
    1s,
    0ms,
    1h,
    Reload::kLive
};
inline constexpr Option<std::int64_t> kBodyRate{
    "http.body_rate",
    "bytes a second that a request body has to bring, averaged over 10 s",
    240,
    0,
    1'000'000,
    Reload::kLive
};
inline constexpr Option<std::int64_t> kRequestsPerConnection{
    "http.requests_per_connection",
    "requests after which a connection is closed",
    10'000,
    1,
    1'000'000'000,
    Reload::kLive
};
inline constexpr Option<std::int64_t> kConnections{
    "http.connections",
    "most open connections; further ones are closed at once",
    10'000,
    1,
    1'000'000,
    Reload::kLive
};
inline constexpr Option<std::int64_t> kConnectionsPerAddress{
    "http.connections_per_address",
    "most open connections of one IPv4 address or IPv6 /64; loopback is not counted",
    256,
    1,
    1'000'000,
    Reload::kLive
};
inline constexpr Option<std::int64_t> kSpareDescriptors{
    "http.spare_descriptors",
    "accepting pauses while fewer file descriptors than this are left",
    64,
    0,
    10'000,
    Reload::kLive
};
inline constexpr Option<std::vector<std::string>> kTlsCertificates{
    "tls.certificates",
    "PEM files of certificate chains for addresses that begin with https://; with several, the "
    "name "
    "that a client asks for decides",
    {}
};
inline constexpr Option<std::vector<std::string>> kTlsKeys{
    "tls.keys", "PEM files of the private keys, one for each of tls.certificates", {}
};
inline constexpr Option<std::string> kTlsMinimum{
    "tls.minimum", "oldest version of TLS that is spoken", "1.2", {"1.2", "1.3"}
};
inline constexpr Option<std::chrono::milliseconds> kTlsCheck{
    "tls.check", "how often the TLS files are looked at for a change", 10s, 10ms, 24h
};

OptionTable http_options();
// Null when no certificate is named. kInvalid when keys and certificates do not pair. Reads
// nothing.
Result<std::shared_ptr<TlsFiles>> make_tls_files(const Options& options);
ServerLimits make_server_limits(const Options& options);

}  // namespace noded::http
