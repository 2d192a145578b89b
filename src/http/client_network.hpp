// What stands for one client where it is limited: an IPv4 address, or the /64 of an IPv6 one, since
// one host has all of that. Pure.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>

namespace noded::http {

// Its 4 or 8 bytes in network order; empty for this machine, which is not limited. IPv4 addresses
// mapped into IPv6 are those that they are (RFC 4291 §2.5.5.2).
std::string client_network(const boost::asio::ip::address& address);
// Of Request::peer; empty also for what is no address, as of the admin socket.
std::string client_network(std::string_view peer);

}  // namespace noded::http
