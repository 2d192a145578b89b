// Stores of the first format, as the noded of that time wrote them: opened, migrated, cut off and
// refused.
#include "storage/rocksdb/rocksdb_migration.hpp"

#include "storage/open.hpp"
#include "storage/rocksdb/feed_times.hpp"
#include "storage/rocksdb/rocksdb_format.hpp"
#include "support/engine_access.hpp"
#include "support/manual_clock.hpp"
#include "support/spawned_program.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace noded::storage {
namespace {

namespace fs = std::filesystem;
using std::string_literals::operator""s;
using test::Pairs;
using testing::HasSubstr;

// Of application 1.
const std::string kFeed("\x00\x01\x15", 3);
const std::string kRows("\x00\x01\x10", 3);
const std::string kIndex("\x00\x01\x11", 3);
const std::string kOtherFeed("\x01\x00\x15", 3);  // of application 256

constexpr const char* kDirectoryVariable = "NODED_TEST_MIGRATION_DIRECTORY";
constexpr const char* kStepsVariable = "NODED_TEST_MIGRATION_STEPS";

constexpr int kEntries = 3000;
constexpr std::size_t kRowSize = 1000;

std::string entry_key(const std::string& feed, int sequence) {
  std::string key = feed + std::string(12, '\0');
  key[feed.size() + 6] = static_cast<char>(sequence / 256);
  key[feed.size() + 7] = static_cast<char>(sequence % 256);
  return key;
}

// Created; entity 7, key 5, no row before.
std::string untimed_entry(int sequence) {
  return "\x01\x01\x07\x00\x00\x00\x08\x80\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00"s +
         std::string(kRowSize, static_cast<char>('a' + sequence % 26));
}

class Migration : public testing::Test {
 protected:
  Migration() {
    settings_.directory = directory_.path() / "data" / "store";
    settings_.write_buffer_bytes = 1 << 20;
    settings_.cache_bytes = 1 << 20;
    settings_.reserve_bytes = 0;
  }

  std::unique_ptr<rocksdb::DB> raw() const {
    fs::create_directories(settings_.directory);
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, settings_.directory.string(), &opened).ok());
    return std::unique_ptr<rocksdb::DB>(opened);
  }
  // A store of format 1: two feeds, and beside them what the step must not touch.
  void make_old_store(int entries = kEntries) const {
    const auto db = raw();
    rocksdb::WriteBatch batch;
    const auto put = [&batch](const std::string& key, const std::string& value) {
      ASSERT_TRUE(batch.Put(std::string(1, kDataSpace) + key, value).ok());
    };
    ASSERT_TRUE(batch.Put(kFormatNote, "noded 1").ok());
    ASSERT_TRUE(batch.Put(kSequenceNote, "\0\0\0\0\0\0\x0b\xb8"s).ok());
    put("x", "a key that is shorter than a feed's");
    put(kRows + "row", "\x01row"s);
    put(kIndex + "index", "\x01index"s);
    for (int i = 1; i <= entries; ++i)
      put(entry_key(kFeed, i), untimed_entry(i));
    put(entry_key(kOtherFeed, 1), untimed_entry(1));
    put("\xff\xff\xff"s, "\x01 the last application"s);
    ASSERT_TRUE(db->Write({}, &batch).ok());
  }
  std::string note(std::string_view name) const {
    std::string value;
    return raw()->Get({}, name, &value).ok() ? value : "-";
  }
  Result<std::unique_ptr<Engine>> open() { return open_engine(settings_, {}, clock_); }
  fs::path backup() const { return migration_backup(settings_.directory); }

  // Each entry has a time from `first` to `last`, in ascending order, and is the same beside it.
  void expect_timed(Engine& engine, std::int64_t first, std::int64_t last) const {
    const auto transaction = test::begin(engine);
    const Pairs entries = test::scan(*transaction, prefix_range(kFeed));
    ASSERT_EQ(entries.size(), static_cast<std::size_t>(kEntries));
    for (int i = 1; i <= kEntries; ++i) {
      const auto& [key, value] = entries[static_cast<std::size_t>(i - 1)];
      ASSERT_EQ(key, entry_key(kFeed, i));
      std::int64_t time = 0;
      std::memcpy(&time, value.data() + 2, sizeof time);
      ASSERT_GE(time, first);
      ASSERT_LE(time, last);
      first = time;
      ASSERT_EQ(value, with_time(untimed_entry(i), time)) << i;
    }
    EXPECT_EQ(test::see(*transaction, kRows + "row"), "\x01row"s);
    EXPECT_EQ(test::see(*transaction, kIndex + "index"), "\x01index"s);
    EXPECT_EQ(test::see(*transaction, "x"), "a key that is shorter than a feed's");
    EXPECT_EQ(test::see(*transaction, "\xff\xff\xff"s), "\x01 the last application"s);
    EXPECT_EQ(test::see(*transaction, entry_key(kOtherFeed, 1)).front(), '\x02');
    EXPECT_EQ(engine.last_commit(), 3000u);
  }
  std::int64_t now() const { return clock_.wall().time_since_epoch().count(); }

  // Opens the store in a process of its own that kills itself when it has told of `steps` things.
  // It runs the test MigrationProcess, whose clock stands where that of a new fixture stands.
  void open_and_die_after(int steps) const {
    test::SpawnedProgram process(
        {"/proc/self/exe",
         "--gtest_filter=MigrationProcess.*",
         "--gtest_also_run_disabled_tests",
         "--gtest_brief=1"},
        {},
        {fmt::format("{}={}", kDirectoryVariable, settings_.directory.string()),
         fmt::format("{}={}", kStepsVariable, steps)}
    );
    ASSERT_EQ(process.wait(), -SIGKILL) << process.output();
  }

  test::TemporaryDirectory directory_;
  StorageSettings settings_;
  test::ManualClock clock_;
};

TEST_F(Migration, GivesEachEntryOfTheFeedsATimeAndLeavesTheRest) {
  make_old_store();
  {
    const auto engine = open();
    ASSERT_TRUE(engine.has_value()) << engine.error().message;
    expect_timed(**engine, now(), now());
  }
  EXPECT_EQ(note(kFormatNote), format_note(kStoreFormat));
  EXPECT_EQ(note(kMigrationNote), "-");
}

TEST_F(Migration, MakesABackupOfTheStoreAsItWas) {
  make_old_store(10);
  open().value()->close();
  const auto infos = list_backups(backup());
  ASSERT_TRUE(infos.has_value()) << infos.error().message;
  ASSERT_EQ(infos->size(), 1u);
  EXPECT_EQ(infos->front().format, 1u);
  EXPECT_EQ(infos->front().made_at_ms, now());
  EXPECT_TRUE(verify_backup(backup(), {}).has_value());
  ASSERT_TRUE(copy_backup(backup(), {}, directory_.path() / "copy").has_value());
  settings_.directory = directory_.path() / "copy";
  settings_.older_store = OlderStore::kOpen;
  const auto engine = open().value();
  EXPECT_EQ(test::stored(*engine, entry_key(kFeed, 10)), untimed_entry(10));
}

TEST_F(Migration, IsDoneOnce) {
  make_old_store(10);
  open().value()->close();
  clock_.advance(std::chrono::hours(1));
  open().value()->close();
  EXPECT_EQ(list_backups(backup())->size(), 1u);
}

TEST_F(Migration, OfANewStoreIsNone) {
  open().value()->close();
  EXPECT_FALSE(fs::exists(backup()));
}

TEST(MigrationProcess, DISABLED_OpensTheStoreAndIsKilled) {
  // NOLINTBEGIN(concurrency-mt-unsafe): set before the start
  const char* const directory = std::getenv(kDirectoryVariable);
  const char* const steps = std::getenv(kStepsVariable);
  // NOLINTEND(concurrency-mt-unsafe)
  ASSERT_TRUE(directory != nullptr && steps != nullptr);
  StorageSettings settings;
  settings.directory = directory;
  settings.reserve_bytes = 0;
  settings.on_migration = [left = std::stoi(steps)](std::string_view) mutable {
    if (--left == 0) ::kill(::getpid(), SIGKILL);
  };
  const test::ManualClock clock;
  const auto opened = open_engine(settings, {}, clock);
  FAIL() << "it told of less than that; " << (opened ? "" : opened.error().message);
}

class CutOffMigration : public Migration, public testing::WithParamInterface<int> {};

// The backup tells of itself once and each batch of a mebibyte once; the last batch has the stamp.
TEST_P(CutOffMigration, GoesOnAtTheNextStartFromTheOneBackup) {
  make_old_store();
  const std::int64_t first = now();
  open_and_die_after(GetParam());
  clock_.advance(std::chrono::hours(1));
  {
    const auto engine = open();
    ASSERT_TRUE(engine.has_value()) << engine.error().message;
    expect_timed(**engine, first, now());
  }
  EXPECT_EQ(note(kFormatNote), format_note(kStoreFormat));
  EXPECT_EQ(note(kMigrationNote), "-");
  ASSERT_EQ(list_backups(backup())->size(), 1u);
  EXPECT_EQ(list_backups(backup())->front().format, 1u);
  EXPECT_TRUE(verify_backup(backup(), {}).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    AfterSoManyThings,
    CutOffMigration,
    testing::Values(1, 2, 3, 4),
    testing::PrintToStringParamName()
);

TEST_F(Migration, CutOffTwiceGoesOnStill) {
  make_old_store();
  const std::int64_t first = now();
  open_and_die_after(2);
  open_and_die_after(1);
  const auto engine = open();
  ASSERT_TRUE(engine.has_value()) << engine.error().message;
  expect_timed(**engine, first, now());
}

TEST_F(Migration, IsRefusedToWhoMayNotMigrate) {
  make_old_store(10);
  settings_.older_store = OlderStore::kRefuse;
  const auto refused = open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kInvalid);
  EXPECT_THAT(refused.error().message, HasSubstr(settings_.directory.string()));
  EXPECT_THAT(refused.error().message, HasSubstr("has format 1"));
  EXPECT_THAT(refused.error().message, HasSubstr(fmt::format("format {}:", kStoreFormat)));
  EXPECT_THAT(refused.error().message, HasSubstr("start the node"));
  EXPECT_EQ(note(kFormatNote), "noded 1");
  EXPECT_FALSE(fs::exists(backup()));
}

TEST_F(Migration, IsRefusedWhereTheBackupHasNoPlace) {
  make_old_store(10);
  fs::create_directory(backup());
  std::ofstream(backup() / "diary") << "dear";
  const auto refused = open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr(backup().string()));
  EXPECT_EQ(note(kFormatNote), "noded 1");
}

TEST_F(Migration, IsRefusedWithoutRoomForTheBackupAndTheRewriting) {
  fs::create_directory(directory_.path() / "data");
  if (::mount("tmpfs", (directory_.path() / "data").c_str(), "tmpfs", 0, "size=12m,mode=700") != 0)
    GTEST_SKIP() << "needs the right to mount a file system: " << std::strerror(errno);
  make_old_store();
  const auto refused = open();
  const std::string format = note(kFormatNote);
  const bool has_backup = fs::exists(backup());
  ::umount2((directory_.path() / "data").c_str(), MNT_DETACH);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::kUnavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("needs up to 9 MiB"));
  EXPECT_EQ(format, "noded 1");
  EXPECT_FALSE(has_backup);
}

// A chain of steps, cut off in the middle of the second one.
TEST_F(Migration, TakesEachStepOnceAndInOrder) {
  static std::vector<std::uint32_t> taken;
  static bool is_broken = true;
  taken.clear();
  const auto run = [](MigrationRun& step) -> Result<> {
    taken.push_back(static_cast<std::uint32_t>(taken.size()) + 1);
    if (taken.size() == 2 && is_broken) return fail(Errc::kUnavailable, "the disk is gone");
    rocksdb::WriteBatch batch;
    return step.finish(batch, 0);
  };
  const std::vector<MigrationStep> steps{
      {.from = 1, .to = 2, .sentence = "one", .run = run},
      {.from = 2, .to = 3, .sentence = "two", .run = run},
  };
  make_old_store(10);
  {
    const auto files = std::make_shared<RocksdbFiles>(raw());
    EXPECT_FALSE(migrate(files, 1, settings_, clock_, steps).has_value());
  }
  EXPECT_EQ(note(kFormatNote), "noded 2");
  EXPECT_EQ(note(kMigrationNote), "noded 3");
  is_broken = false;
  {
    const auto files = std::make_shared<RocksdbFiles>(raw());
    EXPECT_TRUE(migrate(files, 2, settings_, clock_, steps).has_value());
  }
  EXPECT_EQ(taken.size(), 3u);
  EXPECT_EQ(note(kFormatNote), "noded 3");
  EXPECT_EQ(note(kMigrationNote), "-");
  EXPECT_EQ(list_backups(backup())->size(), 1u);
}

}  // namespace
}  // namespace noded::storage
