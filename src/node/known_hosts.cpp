#include "node/known_hosts.hpp"

#include "node/listen_address.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace noded::node {
namespace {

bool is_loopback(const std::string& text) {
  const auto address = parse_listen_address(text);
  if (!address || !address->passed_socket.empty()) return false;  // whoever made it knows where
  boost::system::error_code fault;
  return net::ip::make_address(address->listen.address, fault).is_loopback();
}

}  // namespace

std::optional<std::vector<std::string>> known_hosts(
    const std::vector<std::string>& named, const std::vector<std::string>& listening
) {
  if (std::ranges::find(named, "*") != named.end()) return std::nullopt;
  if (named.empty() && !std::ranges::all_of(listening, is_loopback)) return std::nullopt;
  return named;
}

}  // namespace noded::node
