// Backup and restore as an operator does them, with the real binary.
#include "support/loopback_client.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace noded {
namespace {

namespace fs = std::filesystem;
using test::SpawnedProgram;
using testing::HasSubstr;
using Strings = std::vector<std::string>;

constexpr const char* kApp =
    R"({"data":{"entities":{"notes":{"fields":{"title":{"type":"text"}}}}},"auth":{"enabled":false}})";

struct Ended {
  int code;
  std::string output;
  std::string errors;
};

class BackupCommand : public testing::Test {
 protected:
  BackupCommand() { std::ofstream(path("app.json")) << kApp; }

  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  static Ended run(Strings words) {
    words.insert(words.begin(), NODED_BINARY);
    SpawnedProgram program(std::move(words));
    const int code = program.wait();
    return {code, program.output(), program.errors()};
  }
  Ended back_up(Strings more = {}) const {
    more.insert(more.begin(), {"backup", path("backups"), "--data", path("data")});
    return run(std::move(more));
  }
  Ended restore(Strings more = {}) const {
    more.insert(more.begin(), {"restore", path("backups"), "--data", path("restored")});
    return run(std::move(more));
  }
  Strings serving(const std::string& data) const {
    return {
        NODED_BINARY, "--listen", "127.0.0.1:0", "--data", path(data), "--app", path("app.json")
    };
  }

  static std::uint16_t port_of(SpawnedProgram& node) {
    const std::string port = node.wait_for_line("listening on http://127.0.0.1:");
    EXPECT_FALSE(port.empty()) << node.errors();
    return port.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(std::stoi(port));
  }
  static int status_of(
      test::LoopbackClient& client, const std::string& head, const std::string& body
  ) {
    const auto answer = client.ask(
        head +
        " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body
    );
    return answer ? answer->status : 0;
  }
  static bool write_note(test::LoopbackClient& client, int number) {
    const std::string body = R"({"title":"note )" + std::to_string(number) + R"("})";
    return status_of(client, "POST /api/data/entity/notes", body) == 201;
  }
  // Asks for the backup on the admin socket as the command does; the status of the answer.
  int ask_backup(const std::string& body) const {
    test::LoopbackClient client(path("data/noded.sock"));
    return status_of(client, "POST /api/admin/backup", body);
  }
  // A data directory with `count` notes in it, whose node has stopped.
  void make_data(int count) const {
    SpawnedProgram node(serving("data"));
    test::LoopbackClient client(port_of(node));
    for (int i = 1; i <= count; ++i)
      ASSERT_TRUE(write_note(client, i));
    node.signal(SIGTERM);
    EXPECT_EQ(node.wait(), 0);
  }
  fs::path shared_file() const {
    return fs::directory_iterator(path("backups/shared_checksum"))->path();
  }

  test::TemporaryDirectory directory_;
};

TEST_F(BackupCommand, OfAServingNodeHoldsEveryWriteAnsweredBefore) {
  SpawnedProgram node(serving("data"));
  const std::uint16_t port = port_of(node);
  std::atomic<int> answered = 0;
  std::atomic<bool> is_over = false;
  std::thread writer([&] {
    test::LoopbackClient client(port);
    for (int i = 1; !is_over; ++i) {
      if (!write_note(client, i)) break;
      answered = i;
    }
  });
  while (answered < 200)
    std::this_thread::yield();
  const int before = answered;
  const Ended made = back_up({"--json"});
  const int after = answered;
  is_over = true;
  writer.join();
  EXPECT_EQ(made.code, 0) << made.errors;
  EXPECT_THAT(made.output, HasSubstr("\"backup\":1"));
  EXPECT_GT(after, before) << "nothing was written meanwhile";
  EXPECT_EQ(restore().code, 0);

  SpawnedProgram second(serving("restored"));
  test::LoopbackClient client(port_of(second));
  for (int i = 1; i <= before; ++i)
    ASSERT_EQ(status_of(client, "GET /api/data/entity/notes/" + std::to_string(i), ""), 200) << i;
  EXPECT_TRUE(write_note(client, 0));
}

TEST_F(BackupCommand, WorksOnAStoppedNodeAndListsAndKeeps) {
  make_data(3);
  for (int i = 0; i < 3; ++i) {
    const Ended made = back_up({"--keep", "2"});
    ASSERT_EQ(made.code, 0) << made.errors;
  }
  const Ended list = run({"backup", path("backups"), "--list", "--json"});
  EXPECT_EQ(list.code, 0) << list.errors;
  EXPECT_THAT(list.output, testing::Not(HasSubstr("\"backup\":1,")));
  EXPECT_THAT(list.output, HasSubstr("\"backup\":2,"));
  EXPECT_THAT(list.output, HasSubstr("\"backup\":3,"));
}

TEST_F(BackupCommand, IsNotRestoredOverAStore) {
  make_data(1);
  ASSERT_EQ(back_up().code, 0);
  const Ended refused = run({"restore", path("backups"), "--data", path("data")});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr(path("data/store") + " already holds a store"));
}

TEST_F(BackupCommand, IsRestoredOverAnEmptyStoreAndWhatAKilledRestoreLeft) {
  make_data(1);
  ASSERT_EQ(back_up().code, 0);
  fs::create_directories(path("restored/store"));
  fs::create_directories(path("restored/store.restoring"));
  std::ofstream(path("restored/store.restoring/000099.sst")) << "half";
  const Ended restored = restore();
  EXPECT_EQ(restored.code, 0) << restored.errors;
  EXPECT_FALSE(fs::exists(path("restored/store.restoring")));
  EXPECT_FALSE(fs::exists(path("restored/store/000099.sst")));
  EXPECT_TRUE(fs::exists(path("restored/store/CURRENT")));
}

TEST_F(BackupCommand, IsCheckedWithoutTouchingTheDataDirectory) {
  make_data(1);
  ASSERT_EQ(back_up().code, 0);
  const Ended whole = restore({"--check"});
  EXPECT_EQ(whole.code, 0) << whole.errors;
  const fs::path file = shared_file();
  {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    const char first = static_cast<char>(bytes.get() ^ 1);
    bytes.seekp(0);
    bytes.put(first);
  }
  const Ended damaged = restore({"--check"});
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.errors, HasSubstr(file.filename().string()));
  EXPECT_FALSE(fs::exists(path("restored")));
  const Ended refused = restore();
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.errors, HasSubstr(file.filename().string()));
  EXPECT_TRUE(fs::is_empty(path("restored")));
}

TEST_F(BackupCommand, IsRefusedWhereItDoesNotBelong) {
  make_data(1);
  const auto refusal = [this](const std::string& directory) {
    const Ended refused = run({"backup", directory, "--data", path("data")});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.errors, HasSubstr(directory));
    return refused.errors;
  };
  EXPECT_THAT(refusal(path("data/backups")), HasSubstr("inside the data directory"));
  fs::create_directory_symlink(path("data"), path("link"));
  EXPECT_THAT(refusal(path("link/backups")), HasSubstr("inside the data directory"));
  EXPECT_THAT(refusal(directory_.path().string()), HasSubstr("name an empty directory"));
  EXPECT_THAT(refusal(path("app.json")), HasSubstr("cannot use the backup directory"));
  EXPECT_THAT(refusal("/proc/backups"), HasSubstr("cannot use the backup directory"));
  const Ended missing = run({"backup", path("backups"), "--data", path("nowhere")});
  EXPECT_EQ(missing.code, 1);
  EXPECT_FALSE(fs::exists(path("nowhere")));
}

TEST_F(BackupCommand, IsForTheAdminSocketAndForAbsolutePaths) {
  SpawnedProgram node(serving("data"));
  test::LoopbackClient stranger(port_of(node));
  const std::string body = R"({"directory":")" + path("backups") + R"("})";
  EXPECT_EQ(status_of(stranger, "POST /api/admin/backup", body), 403);
  EXPECT_EQ(ask_backup(R"({"directory":"backups"})"), 400);
  EXPECT_EQ(ask_backup(R"({"directory":7})"), 400);
  EXPECT_EQ(ask_backup("[]"), 400);
  EXPECT_EQ(ask_backup("{"), 400);
  EXPECT_EQ(ask_backup(R"({"directory":")" + path("backups") + R"(","keep":0})"), 400);
  EXPECT_EQ(ask_backup(R"({"directory":")" + path("backups") + R"(","keep":"all"})"), 400);
  EXPECT_FALSE(fs::exists(path("backups")));
  EXPECT_EQ(ask_backup(body), 200);
  struct stat status{};
  ASSERT_EQ(::stat(path("backups").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(BackupCommand, OfWhichASecondAtOnceIsRefused) {
  make_data(1);
  SpawnedProgram node(serving("data"));
  port_of(node);
  std::atomic<bool> is_refused = false;
  std::vector<std::thread> askers;
  for (const char* name : {"backups", "others"}) {
    askers.emplace_back([this, name, &is_refused] {
      const std::string body = R"({"directory":")" + path(name) + R"(","keep":1})";
      while (!is_refused) {
        const int status = ask_backup(body);
        if (status == 409) is_refused = true;
        if (status == 200 || status == 409) continue;
        ADD_FAILURE() << status;
        break;
      }
    });
  }
  for (std::thread& asker : askers)
    asker.join();
  EXPECT_TRUE(is_refused);
  EXPECT_EQ(back_up().code, 0) << "the next one is taken";
}

TEST_F(BackupCommand, EndsWithANodeThatIsToldToStopAndLeavesNoHalfOfIt) {
  SpawnedProgram node(serving("data"));
  test::LoopbackClient client(port_of(node));
  std::mt19937_64 random(7);
  for (int i = 0; i < 150; ++i) {
    std::string text(100'000, ' ');
    for (char& c : text)
      c = static_cast<char>('0' + random() % 64);
    std::ranges::replace(text, '\\', '/');
    ASSERT_EQ(
        status_of(client, "POST /api/data/entity/notes", R"({"title":")" + text + R"("})"), 201
    );
  }
  std::thread asker([this] {
    const int status = ask_backup(R"({"directory":")" + path("backups") + R"("})");
    EXPECT_TRUE(status == 200 || status == 503 || status == 0) << status;
  });
  while (!fs::exists(path("backups/private")))
    std::this_thread::yield();
  node.signal(SIGTERM);
  EXPECT_EQ(node.wait(), 0);
  asker.join();
  const Ended listed = run({"backup", path("backups"), "--list"});
  const Ended checked = restore({"--check"});
  EXPECT_EQ(checked.code, listed.code) << checked.errors << "what is listed is whole";
  ASSERT_EQ(back_up().code, 0);
  EXPECT_EQ(restore({"--check"}).code, 0);
}

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
    const Ended doctor = run({"doctor", "--data", path("restored")});
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
