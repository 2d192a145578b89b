#include "http/client_network.hpp"

namespace noded::http {

namespace ip = boost::asio::ip;

std::string client_network(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return client_network(ip::address(ip::make_address_v4(ip::v4_mapped, address.to_v6())));
  if (address.is_loopback()) return {};
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    return {bytes.begin(), bytes.end()};
  }
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

std::string client_network(std::string_view peer) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(peer, error);
  return error ? std::string() : client_network(address);
}

}  // namespace noded::http
