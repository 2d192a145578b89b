#include "gateway/host_filter.hpp"

#include <gtest/gtest.h>

namespace noded::gateway {
namespace {

struct Case {
  const char* name;
  std::string_view host;
  bool is_answered;
};

class Hosts : public testing::TestWithParam<Case> {};

TEST_P(Hosts, AreAnsweredWhenTheNodeGoesByThem) {
  HostFilter filter(std::vector<std::string>{"Node.Example", "192.168.1.5"});
  http::Request request;
  const http::Header host{"Host", GetParam().host};
  request.headers = std::span(&host, 1);
  const auto answer = filter.before(request);
  EXPECT_EQ(!answer.has_value(), GetParam().is_answered);
  if (answer) {
    EXPECT_EQ(answer->status, 421);
    EXPECT_NE(answer->body.find("http.hosts"), std::string::npos) << answer->body;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    Hosts,
    testing::Values(
        Case{"loopback", "127.0.0.1:1337", true},
        Case{"another_loopback", "127.1.2.3", true},
        Case{"ipv6_loopback", "[::1]:80", true},
        Case{"localhost", "LocalHost:80", true},
        Case{"below_localhost", "app.localhost", true},
        Case{"named", "node.example:443", true},
        Case{"named_in_capitals", "NODE.EXAMPLE", true},
        Case{"named_address", "192.168.1.5:1337", true},
        Case{"stranger", "evil.example", false},
        Case{"loopback_as_a_label", "127.0.0.1.evil.example", false},
        Case{"localhost_as_a_label", "localhost.evil.example", false},
        Case{"below_a_named_one", "x.node.example", false},
        Case{"named_as_a_label", "node.example.evil", false},
        Case{"another_address", "192.168.1.6", false},
        Case{"quotes", "a'\"b", false}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(Hosts, AreNotAskedOfTheAdminSocketOrHttp10) {
  HostFilter filter(std::vector<std::string>{});
  http::Request request;
  EXPECT_FALSE(filter.before(request)) << "HTTP/1.0 without a Host";
  const http::Header host{"Host", "evil.example"};
  request.headers = std::span(&host, 1);
  request.from_local_socket = true;
  EXPECT_FALSE(filter.before(request));
}

TEST(Hosts, AreAnyUntilSomeAreNamed) {
  HostFilter filter(std::nullopt);
  http::Request request;
  const http::Header host{"Host", "evil.example"};
  request.headers = std::span(&host, 1);
  EXPECT_FALSE(filter.before(request));
  filter.set_hosts(std::vector<std::string>{"node.example"});
  EXPECT_TRUE(filter.before(request));
  filter.set_hosts(std::nullopt);
  EXPECT_FALSE(filter.before(request));
}

}  // namespace
}  // namespace noded::gateway
