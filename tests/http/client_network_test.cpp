#include "http/client_network.hpp"

#include "codec/text.hpp"

#include <gtest/gtest.h>

namespace noded::http {
namespace {

TEST(ClientNetwork, IsAnAddressOrAnIpv6Network) {
  struct Case {
    const char* peer;
    const char* network;
  };
  const Case cases[] = {
      {"127.0.0.1", ""},
      {"127.1.2.3", ""},
      {"::1", ""},
      {"::ffff:127.0.0.1", ""},
      {"local", ""},
      {"", ""},
      {"192.0.2.7", "c0000207"},
      {"::ffff:192.0.2.7", "c0000207"},
      {"2001:db8:1:2:3:4:5:6", "20010db800010002"},
      {"2001:db8:1:2::9", "20010db800010002"},
      {"2001:db8:1:3::9", "20010db800010003"},
  };
  for (const Case& given : cases)
    EXPECT_EQ(codec::hex_encode(client_network(std::string_view(given.peer))), given.network)
        << given.peer;
}

}  // namespace
}  // namespace noded::http
