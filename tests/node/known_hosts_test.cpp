#include "node/known_hosts.hpp"

#include <gtest/gtest.h>

namespace noded::node {
namespace {

using Names = std::vector<std::string>;

TEST(KnownHosts, AreThoseNamedOnLoopbackAddresses) {
  EXPECT_EQ(known_hosts({}, {"127.0.0.1:1337", "https://[::1]:443"}), Names{});
  EXPECT_EQ(known_hosts({"node.example"}, {"127.0.0.1:1337"}), Names{"node.example"});
}

TEST(KnownHosts, AreAnyBeyondLoopbackUnlessSomeAreNamed) {
  EXPECT_EQ(known_hosts({}, {"127.0.0.1:1337", "0.0.0.0:80"}), std::nullopt);
  EXPECT_EQ(known_hosts({}, {"fd:noded"}), std::nullopt);
  EXPECT_EQ(known_hosts({"node.example"}, {"0.0.0.0:80"}), Names{"node.example"});
}

TEST(KnownHosts, AreAnyByAStar) {
  EXPECT_EQ(known_hosts({"node.example", "*"}, {"127.0.0.1:1337"}), std::nullopt);
}

}  // namespace
}  // namespace noded::node
