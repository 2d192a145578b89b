// A data directory, its node and its backups, as an operator handles them with the real binary.
#pragma once

#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace noded::test {

struct Ended {
  int code;
  std::string output;
  std::string errors;
};

class BackupCommand : public testing::Test {
 protected:
  using Strings = std::vector<std::string>;

  static constexpr const char* kApp =
      R"({"data":{"entities":{"notes":{"fields":{"title":{"type":"text"}}}}},"auth":{"enabled":false}})";

  BackupCommand() { std::ofstream(path("app.json")) << kApp; }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  static Ended run(Strings words) {
    words.insert(words.begin(), NODED_BINARY);
    SpawnedProgram program(std::move(words));
    const int code = program.wait();
    return {code, program.output(), program.errors()};
  }
  // Of the node that is backed up, and of the one that is restored to.
  std::string key_file() const { return path("data/node.keys"); }
  Ended back_up(Strings more = {}) const {
    more.insert(more.begin(), {"backup", path("backups"), "--data", path("data")});
    return run(std::move(more));
  }
  Ended restore(Strings more = {}) const {
    more.insert(more.begin(), {"restore", path("backups"), "--data", path("restored")});
    more.insert(more.end(), {"--set", "secrets.key_file=" + key_file()});
    return run(std::move(more));
  }
  Strings serving(const std::string& data) const {
    return {
        NODED_BINARY,
        "--listen",
        "127.0.0.1:0",
        "--data",
        path(data),
        "--app",
        path("app.json"),
        "--set",
        "secrets.key_file=" + key_file()
    };
  }

  static std::uint16_t port_of(SpawnedProgram& node) {
    const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
    EXPECT_FALSE(port.empty()) << node.errors();
    return port.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoi(port));
  }
  static int status_of(LoopbackClient& client, const std::string& head, const std::string& body) {
    const auto answer = client.ask(
        head +
        " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body
    );
    return answer ? answer->status : 0;
  }
  static bool write_note(LoopbackClient& client, int number) {
    const std::string body = R"({"title":"note )" + std::to_string(number) + R"("})";
    return status_of(client, "POST /api/data/entity/notes", body) == 201;
  }
  // Asks for the backup on the admin socket as the command does; the status of the answer.
  int ask_backup(const std::string& body) const {
    LoopbackClient client(path("data/noded.sock"));
    return status_of(client, "POST /api/admin/backup", body);
  }
  // A data directory with `count` notes in it, whose node has stopped.
  void make_data(int count) const {
    SpawnedProgram node(serving("data"));
    LoopbackClient client(port_of(node));
    for (int i = 1; i <= count; ++i)
      ASSERT_TRUE(write_note(client, i));
    node.signal(SIGTERM);
    EXPECT_EQ(node.wait(), 0);
  }
  std::filesystem::path shared_file() const {
    return std::filesystem::directory_iterator(path("backups/shared_checksum"))->path();
  }

  TemporaryDirectory directory_;
};

}  // namespace noded::test
