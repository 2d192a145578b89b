// Each byte of a log of RocksDB is flipped, cut off and overwritten with zeroes: damage is told
// from what a power cut leaves.
#include "storage/rocksdb/log_scan.hpp"

#include "storage/open.hpp"
#include "storage/rocksdb/log_check.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace noded::storage {
namespace {

namespace fs = std::filesystem;

LogScan scan(const std::string& log) {
  LogScan scan;
  for (std::size_t at = 0; at < log.size(); at += LogScan::kBlockBytes) {
    const bool is_last = at + LogScan::kBlockBytes >= log.size();
    scan.read(std::string_view(log).substr(at, LogScan::kBlockBytes), is_last);
  }
  return scan;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class LogOfAStore : public testing::Test {
 protected:
  LogOfAStore() { settings_.directory = directory_.path() / "store"; }

  std::unique_ptr<Engine> open() {
    auto opened = open_engine(settings_);
    return opened ? std::move(*opened) : nullptr;
  }
  std::string error() {
    auto opened = open_engine(settings_);
    return opened ? "" : opened.error().message;
  }
  // Commits `count` rows of `bytes` each and returns where they were logged.
  fs::path write_rows(int count, std::size_t bytes) {
    auto engine = open();
    for (int i = 0; i < count; ++i)
      test::store(*engine, {{"row" + std::to_string(i), std::string(bytes, 'x')}});
    engine->close();
    return last_log();
  }
  fs::path last_log() const {
    fs::path last;
    for (const auto& entry : fs::directory_iterator(settings_.directory)) {
      if (entry.path().extension() == ".log" && entry.path() > last) last = entry.path();
    }
    return last;
  }
  int rows() {
    auto engine = open();
    auto transaction = test::begin(*engine);
    return static_cast<int>(test::scan(*transaction, prefix_range("row")).size());
  }

  test::TemporaryDirectory directory_;
  StorageSettings settings_;
};

TEST_F(LogOfAStore, IsWholeAsItIsWritten) {
  const LogScan whole = scan(read_file(write_rows(3, 40'000)));
  EXPECT_FALSE(whole.bad_place());
  EXPECT_FALSE(whole.is_damaged());
  EXPECT_GT(whole.first_sequence(), 0u);
  EXPECT_GE(whole.next_sequence(), whole.first_sequence() + 6);  // each commit notes itself too
}

TEST_F(LogOfAStore, IsDamagedByAnyFlippedByte) {
  const std::string log = read_file(write_rows(4, 60));
  for (std::size_t at = 0; at < log.size(); ++at) {
    std::string damaged = log;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    EXPECT_TRUE(scan(damaged).is_damaged()) << at;
  }
}

TEST_F(LogOfAStore, IsDamagedByAFlippedByteOfARecordOfManyBlocks) {
  const std::string log = read_file(write_rows(1, 100'000));
  for (std::size_t at = 0; at < log.size(); at += 997) {
    std::string damaged = log;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    EXPECT_TRUE(scan(damaged).is_damaged()) << at;
  }
}

TEST_F(LogOfAStore, IsTornWhenItsEndIsCutOff) {
  const std::string log = read_file(write_rows(4, 60));
  for (std::size_t size = 0; size < log.size(); ++size)
    EXPECT_FALSE(scan(log.substr(0, size)).is_damaged()) << size;
}

TEST_F(LogOfAStore, IsTornWhenItsLastSectorsAreZero) {
  const std::string log = read_file(write_rows(1, 100'000));
  for (std::size_t at = 4096; at + 512 < log.size(); at += 512) {
    std::string torn = log;
    std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(at), 512, '\0');
    const LogScan found = scan(torn);
    EXPECT_TRUE(found.bad_place()) << at;
    EXPECT_FALSE(found.is_damaged()) << at;
  }
}

TEST_F(LogOfAStore, IsDamagedByAZeroSectorBeforeGoodRecords) {
  std::string log = read_file(write_rows(40, 100));
  std::fill_n(log.begin() + 1024, 512, '\0');
  EXPECT_TRUE(scan(log).is_damaged());
}

TEST_F(LogOfAStore, IsOpenedWithoutItsTornEnd) {
  const fs::path log = write_rows(10, 100);
  fs::resize_file(log, fs::file_size(log) - 20);
  EXPECT_EQ(rows(), 9);
  EXPECT_EQ(rows(), 9);
}

TEST_F(LogOfAStore, IsRefusedByNameWhenItIsDamagedUntilTheLossIsAccepted) {
  const fs::path log = write_rows(10, 100);
  std::string bytes = read_file(log);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(log, bytes);
  for (int attempt = 0; attempt < 2; ++attempt) {
    const std::string refusal = error();
    EXPECT_NE(refusal.find(log.string()), std::string::npos) << refusal;
    EXPECT_NE(refusal.find("storage.accept_lost_writes"), std::string::npos) << refusal;
  }
  settings_.accept_lost_writes = true;
  const int left = rows();
  EXPECT_GT(left, 0);
  EXPECT_LT(left, 10);
  settings_.accept_lost_writes = false;
  EXPECT_EQ(rows(), left);
}

TEST_F(LogOfAStore, IsDamagedWhenALaterLogDoesNotGoOnWhereItEnds) {
  const fs::path first = write_rows(10, 100);
  const std::string whole = read_file(first);
  const fs::path second = write_rows(12, 100);
  ASSERT_NE(first, second);
  ASSERT_TRUE(fs::exists(first));
  EXPECT_FALSE(find_log_damage(settings_.directory).value());
  fs::resize_file(first, fs::file_size(first) - 20);
  const auto damage = find_log_damage(settings_.directory).value();
  ASSERT_TRUE(damage);
  EXPECT_EQ(damage->file, first);
}

}  // namespace
}  // namespace noded::storage
