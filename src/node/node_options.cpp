#include "node/node_options.hpp"

#include "gateway/gateway_options.hpp"
#include "http/http_options.hpp"
#include "runtime/runtime_options.hpp"
#include "storage/storage_options.hpp"
#include "telemetry/log_options.hpp"

namespace noded::node {

std::vector<OptionTable> host_option_tables() {
  return {
      node_options(),
      telemetry::log_options(),
      runtime::runtime_options(),
      storage::storage_options(),
      http::http_options(),
      gateway::gateway_options(),
  };
}

}  // namespace noded::node
