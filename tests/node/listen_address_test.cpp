#include "node/listen_address.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace noded::node {
namespace {

struct AddressCase {
  const char* name;
  const char* text;
  std::optional<std::pair<std::string, std::uint16_t>> parts;  // empty: refused
};

class ListenAddress : public testing::TestWithParam<AddressCase> {};

TEST_P(ListenAddress, IsReadOrRefused) {
  const auto listen = parse_listen_address(GetParam().text);
  ASSERT_EQ(listen.has_value(), GetParam().parts.has_value());
  if (listen.has_value()) {
    EXPECT_EQ(listen->listen.address, GetParam().parts->first);
    EXPECT_EQ(listen->listen.port, GetParam().parts->second);
    EXPECT_TRUE(listen->listen.unix_path.empty());
    EXPECT_TRUE(listen->passed_socket.empty());
    EXPECT_EQ(listen->over_tls, std::string_view(GetParam().text).starts_with("https://"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    ListenAddress,
    testing::Values(
        AddressCase{"version_4", "127.0.0.1:1337", {{"127.0.0.1", 1337}}},
        AddressCase{"all_interfaces", "0.0.0.0:80", {{"0.0.0.0", 80}}},
        AddressCase{"version_6", "[::1]:0", {{"::1", 0}}},
        AddressCase{"tls", "https://0.0.0.0:443", {{"0.0.0.0", 443}}},
        AddressCase{"tls_version_6", "https://[::1]:443", {{"::1", 443}}},
        AddressCase{"another_scheme", "http://0.0.0.0:443", std::nullopt},
        AddressCase{"localhost", "localhost:65535", {{"127.0.0.1", 65535}}},
        AddressCase{"a_port_alone", ":80", std::nullopt},
        AddressCase{"no_port", "127.0.0.1", std::nullopt},
        AddressCase{"empty_port", "127.0.0.1:", std::nullopt},
        AddressCase{"port_above", "127.0.0.1:65536", std::nullopt},
        AddressCase{"port_with_rest", "127.0.0.1:80x", std::nullopt},
        AddressCase{"a_name", "example.com:80", std::nullopt},
        AddressCase{"version_6_bare", "::1:80", std::nullopt},
        AddressCase{"version_4_in_brackets", "[127.0.0.1]:80", std::nullopt},
        AddressCase{"nothing", "", std::nullopt}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(ListenAddress, NamesAPassedSocket) {
  const auto plain = parse_listen_address("fd:web");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->passed_socket, "web");
  EXPECT_FALSE(plain->over_tls);
  const auto secure = parse_listen_address("https://fd:web");
  ASSERT_TRUE(secure.has_value());
  EXPECT_EQ(secure->passed_socket, "web");
  EXPECT_TRUE(secure->over_tls);
  EXPECT_FALSE(parse_listen_address("fd:").has_value());
}

}  // namespace
}  // namespace noded::node
