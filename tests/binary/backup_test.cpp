// Backup and restore as an operator does them, with the real binary.
#include "binary/backup_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace noded {
namespace {

namespace fs = std::filesystem;
using test::BackupCommand;
using test::Ended;
using test::SpawnedProgram;
using testing::HasSubstr;

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
  EXPECT_FALSE(fs::exists(path("restored")));
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

TEST_F(BackupCommand, OfWhichASecondAtOnceIsRefusedByTheCodeOfABusyNode) {
  make_data(1);
  SpawnedProgram node(serving("data"));
  port_of(node);
  std::atomic<bool> is_over = false;
  std::vector<std::thread> askers;
  for (const char* name : {"some", "others"}) {
    askers.emplace_back([this, name, &is_over] {
      const std::string body = R"({"directory":")" + path(name) + R"(","keep":1})";
      while (!is_over) {
        const int status = ask_backup(body);
        if (status == 200 || status == 409) continue;
        ADD_FAILURE() << status;
        break;
      }
    });
  }
  Ended refused = back_up();
  while (refused.code == 0)
    refused = back_up();
  is_over = true;
  for (std::thread& asker : askers)
    asker.join();
  EXPECT_EQ(refused.code, 5) << refused.errors;
  EXPECT_THAT(refused.errors, HasSubstr("another backup is under way"));
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

}  // namespace
}  // namespace noded
