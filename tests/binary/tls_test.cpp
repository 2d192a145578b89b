// The binary over TLS, with certificates that change while it serves.
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"
#include "support/tls_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace noded {
namespace {

using test::SpawnedProgram;
using test::TlsClient;
using testing::HasSubstr;

class BinaryTls : public testing::Test {
 protected:
  BinaryTls() { test::write_certificate(certificate_, key_, "node.example"); }

  std::vector<std::string> words(std::vector<std::string> more = {}) const {
    more.insert(
        more.begin(),
        {NODED_BINARY,
         "--listen",
         "https://127.0.0.1:0",
         "--data",
         (directory_.path() / "data").string()}
    );
    return more;
  }
  std::vector<std::string> with_files() const {
    return words({"--set", "tls.certificates=" + certificate_, "--set", "tls.keys=" + key_});
  }

  test::TemporaryDirectory directory_;
  const std::string certificate_ = (directory_.path() / "node.pem").string();
  const std::string key_ = (directory_.path() / "node.key").string();
};

TEST_F(BinaryTls, ServesAndTakesARenewedCertificateAtAReload) {
  SpawnedProgram node(with_files());
  const std::string text = node.wait_for_line("listening on https://127.0.0.1:");
  ASSERT_FALSE(text.empty()) << node.errors();
  const auto port = static_cast<std::uint16_t>(std::stoi(text));
  TlsClient client(port);
  EXPECT_EQ(client.server(), "node.example");
  ASSERT_TRUE(client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(client.read_all(), HasSubstr("{\"alive\":true}"));

  test::write_certificate(certificate_, key_, "renewed.example");
  SpawnedProgram reload({NODED_BINARY, "reload", "--data", (directory_.path() / "data").string()});
  EXPECT_EQ(reload.wait(), 0) << reload.errors();
  EXPECT_EQ(TlsClient(port).server(), "renewed.example");

  std::filesystem::remove(key_);
  SpawnedProgram half({NODED_BINARY, "reload", "--data", (directory_.path() / "data").string()});
  EXPECT_EQ(half.wait(), 2);
  EXPECT_THAT(half.errors(), HasSubstr("node.key: No such file"));
  EXPECT_EQ(TlsClient(port).server(), "renewed.example");
}

TEST_F(BinaryTls, IsRefusedByNameWithoutACertificateOrWithABadOne) {
  SpawnedProgram without(words());
  EXPECT_EQ(without.wait(), 2);
  EXPECT_THAT(without.errors(), HasSubstr("tls.certificates"));
  std::filesystem::remove(key_);
  SpawnedProgram half(with_files());
  EXPECT_EQ(half.wait(), 2);
  EXPECT_THAT(half.errors(), HasSubstr("node.key: No such file"));
}

}  // namespace
}  // namespace noded
