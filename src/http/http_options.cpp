#include "http/http_options.hpp"

#include <fmt/format.h>

#include <utility>

namespace noded::http {

OptionTable http_options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kRequestLine,      &kHeaderField,
      &kHeaderSize,       &kHeaderCount,
      &kChunkExtension,   &kMaxBody,
      &kJsonDepth,        &kHeadTimeout,
      &kIdleTimeout,      &kWriteTimeout,
      &kDeadline,         &kHalfCloseTimeout,
      &kBodyRate,         &kRequestsPerConnection,
      &kConnections,      &kConnectionsPerAddress,
      &kSpareDescriptors, &kTlsCertificates,
      &kTlsKeys,          &kTlsMinimum,
      &kTlsCheck,
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
  limits.half_close_timeout = options.get(kHalfCloseTimeout);
  limits.body_rate = static_cast<std::uint32_t>(options.get(kBodyRate));
  limits.requests_per_connection = static_cast<std::uint32_t>(options.get(kRequestsPerConnection));
  limits.connections = static_cast<std::size_t>(options.get(kConnections));
  limits.connections_per_address = static_cast<std::size_t>(options.get(kConnectionsPerAddress));
  limits.spare_descriptors = static_cast<std::size_t>(options.get(kSpareDescriptors));
  return limits;
}

Result<std::shared_ptr<TlsFiles>> make_tls_files(const Options& options) {
  const std::vector<std::string>& certificates = options.get(kTlsCertificates);
  const std::vector<std::string>& keys = options.get(kTlsKeys);
  if (certificates.size() != keys.size()) {
    return fail(
        Errc::kInvalid,
        fmt::format(
            "tls.certificates names {} and tls.keys {} files; each certificate needs its key",
            certificates.size(),
            keys.size()
        )
    );
  }
  if (certificates.empty()) return nullptr;
  std::vector<TlsKeys::Pair> pairs;
  for (std::size_t index = 0; index < keys.size(); ++index)
    pairs.push_back({certificates[index], keys[index]});
  return std::make_shared<TlsFiles>(std::move(pairs), options.get(kTlsMinimum) == "1.3");
}

}  // namespace noded::http
