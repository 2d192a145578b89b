#include "node/known_hosts.hpp"

#include "gateway/gateway_options.hpp"
#include "node/listen_address.hpp"
#include "node/node_options.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace noded::node {
namespace {

bool is_loopback(const std::string& text) {
  const auto listen = parse_listen_address(text);
  if (!listen) return false;  // told when it is listened on
  boost::system::error_code fault;
  return net::ip::make_address(listen->listen.address, fault).is_loopback();
}

}  // namespace

std::optional<std::vector<std::string>> known_hosts(const Options& options) {
  const std::vector<std::string>& hosts = options.get(gateway::kHosts);
  if (std::ranges::find(hosts, "*") != hosts.end()) return std::nullopt;
  if (hosts.empty() && !std::ranges::all_of(options.get(kListen), is_loopback)) return std::nullopt;
  return hosts;
}

}  // namespace noded::node
