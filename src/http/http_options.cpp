#include "http/http_options.hpp"

namespace noded::http {

OptionTable http_options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kRequestLine,
      &kHeaderField,
      &kHeaderSize,
      &kHeaderCount,
      &kChunkExtension,
      &kMaxBody,
      &kJsonDepth,
      &kHeadTimeout,
      &kIdleTimeout,
      &kWriteTimeout,
      &kDeadline,
      &kBodyRate,
      &kRequestsPerConnection,
      &kConnections,
      &kConnectionsPerAddress,
      &kSpareDescriptors,
  };
  return kTable;
}

ServerLimits make_server_limits(const Options& options) {
  ServerLimits limits;
  limits.head.request_line = static_cast<std::size_t>(options.get(kRequestLine).count);
  limits.head.field = static_cast<std::size_t>(options.get(kHeaderField).count);
  limits.head.fields_size = static_cast<std::size_t>(options.get(kHeaderSize).count);
  limits.head.field_count = static_cast<std::size_t>(options.get(kHeaderCount));
  limits.head.chunk_extension = static_cast<std::size_t>(options.get(kChunkExtension).count);
  limits.max_body = options.get(kMaxBody).count;
  limits.json_depth = static_cast<std::uint32_t>(options.get(kJsonDepth));
  limits.head_timeout = options.get(kHeadTimeout);
  limits.idle_timeout = options.get(kIdleTimeout);
  limits.write_timeout = options.get(kWriteTimeout);
  limits.deadline = options.get(kDeadline);
  limits.body_rate = static_cast<std::uint32_t>(options.get(kBodyRate));
  limits.requests_per_connection = static_cast<std::uint32_t>(options.get(kRequestsPerConnection));
  limits.connections = static_cast<std::size_t>(options.get(kConnections));
  limits.connections_per_address = static_cast<std::size_t>(options.get(kConnectionsPerAddress));
  limits.spare_descriptors = static_cast<std::size_t>(options.get(kSpareDescriptors));
  return limits;
}

}  // namespace noded::http
