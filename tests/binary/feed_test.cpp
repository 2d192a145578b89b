// The change feed's end, as an operator meets it.
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace noded {
namespace {

using test::SpawnedProgram;
using testing::HasSubstr;
using testing::Not;
using Strings = std::vector<std::string>;

class FeedOfANode : public testing::Test {
 protected:
  Strings on_data(Strings words) const {
    words.insert(words.begin(), NODED_BINARY);
    words.insert(words.end(), {"--data", (directory_.path() / "data").string()});
    return words;
  }
  std::string said(Strings words) const {
    SpawnedProgram program(on_data(std::move(words)));
    EXPECT_EQ(program.wait(), 0) << program.output() << program.errors();
    return program.output();
  }

  test::TemporaryDirectory directory_;
};

TEST_F(FeedOfANode, IsTrimmedWhenItIsOldAndTheNodeTellsSo) {
  SpawnedProgram create(
      on_data({"user", "create", "me@example.com", "--role", "admin", "--password-stdin"}),
      "a long secret\n"
  );
  ASSERT_EQ(create.wait(), 0) << create.errors();
  SpawnedProgram node(on_data({
      "--role=n1",
      "--listen",
      "127.0.0.1:0",
      "--set",
      "feed.max_age=1s",
      "--set",
      "feed.check=100ms",
  }));
  const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
  ASSERT_FALSE(port.empty()) << node.errors();
  ASSERT_TRUE(node.wait_for_error_text("change feed trimmed")) << node.errors();
  EXPECT_THAT(said({"status"}), HasSubstr("trimmed up to commit"));
  EXPECT_THAT(said({"status"}), Not(HasSubstr("oldest change")));
  EXPECT_THAT(said({"doctor"}), HasSubstr("Everything is in order."));
  test::LoopbackClient client(static_cast<std::uint16_t>(std::stoi(port)));
  const auto metrics = client.ask("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  ASSERT_TRUE(metrics);
  EXPECT_THAT(metrics->body, HasSubstr("\nnoded_feed_oldest_seconds 0\n"));
  EXPECT_THAT(metrics->body, HasSubstr("\nnoded_feed_bytes 0\n"));
  EXPECT_THAT(metrics->body, Not(HasSubstr("\nnoded_feed_trimmed_commits_total 0\n")));
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
  EXPECT_THAT(said({"doctor"}), HasSubstr("Everything is in order."));
}

}  // namespace
}  // namespace noded
