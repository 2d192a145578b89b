// Restores of the records as they were at a point in time, with the real binary.
#include "binary/backup_fixture.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace noded {
namespace {

namespace fs = std::filesystem;
using test::BackupCommand;
using test::Ended;
using test::SpawnedProgram;
using testing::HasSubstr;

// Writes, changes and deletes of several clients at once, as one step of the life of a store.
class PointInTime : public BackupCommand {
 protected:
  static constexpr int kClients = 4;
  static constexpr int kRounds = 25;

  static void write_at_once(std::uint16_t port, int step) {
    std::vector<std::thread> clients;
    for (int number = 0; number < kClients; ++number) {
      clients.emplace_back([port, step, number] {
        test::LoopbackClient client(port);
        for (int i = 1; i <= kRounds; ++i) {
          EXPECT_TRUE(write_note(client, 1000 * step + 100 * number + i));
          const std::string row =
              " /api/data/entity/notes/" + std::to_string(kClients * i - number);
          status_of(client, "PATCH" + row, R"({"title":"step )" + std::to_string(step) + "\"}");
          if (i % 3 == step) status_of(client, "DELETE" + row, "");
        }
      });
    }
    for (std::thread& client : clients)
      client.join();
  }
  static std::string notes(std::uint16_t port) {
    test::LoopbackClient client(port);
    const auto answer = client.ask(
        "GET /api/data/entity/notes?limit=1000&sort=id HTTP/1.1\r\nHost: localhost\r\n\r\n"
    );
    EXPECT_TRUE(answer && answer->status == 200);
    return answer ? answer->body.substr(0, answer->body.find("\"meta\"")) : "";
  }
  static std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::floor<std::chrono::milliseconds>(now).count();
  }
  // Of now; whatever comes next is later than that.
  static std::string moment() {
    const std::int64_t time = now_ms();
    while (now_ms() <= time)
      std::this_thread::yield();
    const std::chrono::sys_time<std::chrono::seconds> second{std::chrono::seconds(time / 1000)};
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", second, time % 1000);
  }
};

TEST_F(PointInTime, IsWhatARestoreGoesBackTo) {
  std::vector<std::pair<std::string, std::string>> moments;
  {
    SpawnedProgram node(serving("data"));
    const std::uint16_t port = port_of(node);
    for (int step = 0; step < 3; ++step) {
      write_at_once(port, step);
      const std::string then = notes(port);
      moments.emplace_back(moment(), then);
    }
    ASSERT_EQ(back_up().code, 0);
    write_at_once(port, 3);
    ASSERT_EQ(back_up().code, 0);
  }
  for (const auto& [time, then] : moments) {
    EXPECT_THAT(then, HasSubstr("note "));
    const Ended restored = restore({"--at", time});
    ASSERT_EQ(restored.code, 0) << restored.errors;
    EXPECT_THAT(restored.output, HasSubstr("restored backup 1"));
    EXPECT_THAT(restored.output, HasSubstr("as of " + time));
    const Ended doctor =
        run({"doctor", "--data", path("restored"), "--set", "secrets.key_file=" + key_file()});
    EXPECT_EQ(doctor.code, 0) << doctor.output;
    SpawnedProgram node(serving("restored"));
    EXPECT_EQ(notes(port_of(node)), then);
    node.signal(SIGTERM);
    EXPECT_EQ(node.wait(), 0);
    fs::remove_all(path("restored"));
  }
}

TEST_F(PointInTime, IsCheckedWithTheTimesThatArePossibleAndNothingIsCopied) {
  const std::string before = moment();
  make_data(2);
  const std::string between = moment();
  ASSERT_EQ(back_up().code, 0);
  const std::string after = moment();
  const Ended possible = restore({"--check", "--at", between});
  EXPECT_EQ(possible.code, 0) << possible.errors;
  EXPECT_THAT(possible.output, HasSubstr("backup 1 of "));
  EXPECT_THAT(possible.output, HasSubstr("as of any time from "));
  const Ended as_json = restore({"--check", "--at", between, "--json"});
  EXPECT_THAT(as_json.output, HasSubstr("\"oldest\":\""));
  const Ended too_early = restore({"--check", "--at", before});
  EXPECT_EQ(too_early.code, 1) << too_early.output;
  EXPECT_THAT(too_early.errors, HasSubstr("its change feed begins at "));
  EXPECT_THAT(too_early.errors, HasSubstr("the oldest time that is possible with it"));
  const Ended too_late = restore({"--check", "--at", after});
  EXPECT_EQ(too_late.code, 1) << too_late.output;
  EXPECT_THAT(too_late.errors, HasSubstr("was made at " + after + " or later"));
  EXPECT_FALSE(fs::exists(path("restored")));
  EXPECT_EQ(restore({"--at", between}).code, 0) << "the check left the backup as it was";
}

TEST_F(PointInTime, IsRefusedWithTheReasonAndLeavesNothing) {
  const std::string before = moment();
  make_data(2);
  ASSERT_EQ(back_up().code, 0);
  const std::string after = moment();
  const auto refusal = [this](const std::string& time, int code) {
    const Ended refused = restore({"--at", time});
    EXPECT_EQ(refused.code, code) << refused.output;
    EXPECT_FALSE(fs::exists(path("restored/store")));
    EXPECT_FALSE(fs::exists(path("restored/store.restoring")));
    return refused.errors;
  };
  EXPECT_THAT(refusal(before, 1), HasSubstr("its change feed begins at "));
  EXPECT_THAT(refusal(after, 1), HasSubstr("was made at " + after + " or later"));
  EXPECT_THAT(refusal("yesterday", 2), HasSubstr("10m ago"));
  EXPECT_THAT(refusal("2999-01-01T00:00:00Z", 2), HasSubstr("in the future"));
}

}  // namespace
}  // namespace noded
