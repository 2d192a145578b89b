// A disk that fills up: reads go on, writes are refused, nothing acknowledged is lost, and writes
// go on once there is room.
#include "storage/open.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

namespace noded::storage {
namespace {

class RocksdbFullDisk : public testing::Test {
 protected:
  void SetUp() override {
    is_mounted_ = ::mount("tmpfs", directory_.path().c_str(), "tmpfs", 0, "size=24m") == 0;
    if (!is_mounted_)
      GTEST_SKIP() << "needs the right to mount a file system: " << std::strerror(errno);
    settings_.directory = directory_.path() / "store";
    settings_.write_buffer_bytes = 1 << 20;
    settings_.reserve_bytes = 0;
  }
  void TearDown() override {
    if (is_mounted_) ::umount2(directory_.path().c_str(), MNT_DETACH);
  }

  // Commits rows until one is refused; returns how many were not.
  static int fill(Engine& engine, int from) {
    for (int i = from;; ++i) {
      auto transaction = test::begin(engine);
      transaction->put(
          "row" + std::to_string(i), std::string(50'000, static_cast<char>('a' + i % 26))
      );
      const auto outcome = test::commit(engine, std::move(transaction));
      if (outcome) continue;
      EXPECT_EQ(outcome.error().code, Errc::kUnavailable);
      return i;
    }
  }
  static void expect_rows(Engine& engine, int count) {
    auto transaction = test::begin(engine);
    for (int i = 0; i < count; ++i)
      ASSERT_EQ(
          test::see(*transaction, "row" + std::to_string(i)),
          std::string(50'000, static_cast<char>('a' + i % 26))
      ) << i;
  }

  test::TemporaryDirectory directory_;
  StorageSettings settings_;
  bool is_mounted_ = false;
};

TEST_F(RocksdbFullDisk, StopsAtTheReserveAndGoesOnBehindIt) {
  settings_.reserve_bytes = 8 << 20;
  {
    std::ofstream(directory_.path() / "ballast") << std::string(8 << 20, 'x');
  }
  auto engine = open_engine(settings_).value();
  const int rows = fill(*engine, 0);
  EXPECT_GT(rows, 10);
  EXPECT_FALSE(engine->health().writable);
  expect_rows(*engine, rows);
  std::filesystem::remove(directory_.path() / "ballast");
  Result<Sequence> outcome;
  do {  // until the committer looks again
    auto transaction = test::begin(*engine);
    transaction->put("later", "1");
    outcome = test::commit(*engine, std::move(transaction));
  } while (!outcome);
  EXPECT_TRUE(engine->health().writable);
}

TEST_F(RocksdbFullDisk, AsksForARestartOnceThereIsRoom) {
  for (int round = 0; round < 3; ++round) {
    std::atomic<int> restarts = 0;
    auto engine = open_engine(settings_, [&](std::string_view) { ++restarts; }).value();
    const auto ballast = directory_.path() / "ballast";
    {
      std::ofstream(ballast) << std::string(14 << 20, 'x');
    }
    const int rows = fill(*engine, 0);
    EXPECT_FALSE(engine->health().writable);
    expect_rows(*engine, rows);
    std::filesystem::remove(ballast);
    while (restarts == 0) {  // the committer looks when it is asked
      EXPECT_FALSE(engine->health().writable);
      std::this_thread::yield();
    }
    expect_rows(*engine, rows);
    engine->close();
    engine = open_engine(settings_).value();
    expect_rows(*engine, rows);
    for (int i = 0; i < rows; ++i) {
      auto transaction = test::begin(*engine);
      transaction->erase("row" + std::to_string(i));
      ASSERT_TRUE(test::commit(*engine, std::move(transaction))) << i;
    }
    EXPECT_EQ(restarts, 1);
  }
}

TEST_F(RocksdbFullDisk, SurvivesADiskWithoutRoom) {
  bool is_fatal = false;
  auto engine = open_engine(settings_, [&](std::string_view) { is_fatal = true; }).value();
  const auto ballast = directory_.path() / "ballast";
  {
    std::ofstream(ballast) << std::string(12 << 20, 'x');
  }
  const int rows = fill(*engine, 0);
  EXPECT_GT(rows, 10);
  EXPECT_FALSE(engine->health().writable);
  expect_rows(*engine, rows);
  engine->close();
  engine.reset();
  std::filesystem::remove(ballast);
  engine = open_engine(settings_).value();
  expect_rows(*engine, rows);
  test::store(*engine, {{"later", "1"}});
  EXPECT_FALSE(is_fatal);
}

}  // namespace
}  // namespace noded::storage
