// What only the engine on the disk can show: its files, its lock, its format, its damage.
#include "storage/open.hpp"
#include "storage/rocksdb/rocksdb_format.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace noded::storage {
namespace {

namespace fs = std::filesystem;
using test::begin;
using test::commit;
using test::Pairs;
using test::store;
using test::stored;

class RocksdbStore : public testing::Test {
 protected:
  RocksdbStore() {
    settings_.directory = directory_.path() / "data" / "store";
    settings_.write_buffer_bytes = 1 << 20;
    settings_.cache_bytes = 1 << 20;
    settings_.reserve_bytes = 0;
  }
  Result<std::unique_ptr<Engine>> open() { return open_engine(settings_); }
  Error refusal() {
    auto opened = open();
    EXPECT_FALSE(opened.has_value());
    return opened ? Error{} : opened.error();
  }
  static bool names(const Error& error, const std::string& text) {
    return error.message.find(text) != std::string::npos;
  }

  // Many values that no compression makes small.
  static void fill(Engine& engine, int count) {
    std::uint64_t random = 1;
    for (int from = 0; from < count; from += 100) {
      Pairs pairs;
      for (int i = from; i < from + 100; ++i) {
        std::string value;
        while (value.size() < 1000) {
          random = random * 6364136223846793005u + 1442695040888963407u;
          value.append(reinterpret_cast<const char*>(&random), sizeof random);
        }
        pairs.emplace_back("key" + std::to_string(i), value);
      }
      store(engine, pairs);
    }
  }
  std::vector<fs::path> files(const std::string& extension) const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(settings_.directory)) {
      if (entry.path().extension() == extension && entry.file_size() > 0)
        found.push_back(entry.path());
    }
    return found;
  }
  static void overwrite(const fs::path& path, std::uintmax_t offset, const std::string& bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
    ASSERT_TRUE(file.good());
  }

  test::TemporaryDirectory directory_;
  StorageSettings settings_;
};

TEST_F(RocksdbStore, MakesADirectoryForItsOwnerAlone) {
  const auto engine = open().value();
  struct stat status{};
  ASSERT_EQ(::stat(settings_.directory.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(RocksdbStore, IsRefusedToASecondOpener) {
  const auto engine = open().value();
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::kUnavailable);
  EXPECT_TRUE(names(error, "another noded")) << error.message;
  EXPECT_TRUE(names(error, settings_.directory.string())) << error.message;
}

TEST_F(RocksdbStore, CanBeOpenedAgainOnceClosed) {
  const auto first = open().value();
  first->close();
  EXPECT_TRUE(open().has_value());
}

TEST_F(RocksdbStore, KeepsWhatWasCommittedOverReopening) {
  auto engine = open().value();
  store(*engine, {{"a", "1"}, {"b", std::string(50'000, 'b')}});
  test::remove(*engine, "a");
  for (int i = 0; i < 3; ++i) {
    engine.reset();
    engine = open().value();
    EXPECT_EQ(engine->last_commit(), 2u + static_cast<Sequence>(i));
    EXPECT_EQ(stored(*engine, "a"), "-");
    EXPECT_EQ(stored(*engine, "b"), std::string(50'000, 'b'));
    store(*engine, {{"c", std::to_string(i)}});
  }
}

TEST_F(RocksdbStore, CountsAndAllocatesOnAfterReopening) {
  auto engine = open().value();
  auto transaction = begin(*engine);
  EXPECT_EQ(transaction->allocate("id", 10).value(), 1);
  transaction->add("n", 7);
  ASSERT_TRUE(commit(*engine, std::move(transaction)));
  engine.reset();
  engine = open().value();
  transaction = begin(*engine, {.tier = Tier::kMemory});
  EXPECT_EQ(transaction->allocate("id", 1).value(), 11);
  transaction->add("n", 1);
  ASSERT_TRUE(commit(*engine, std::move(transaction)));
  EXPECT_EQ(begin(*engine)->read_counter("n").value(), 8);
  EXPECT_EQ(begin(*engine)->read_counter("id").value(), 11);
}

TEST_F(RocksdbStore, RefusesAnUnusableDirectory) {
  std::ofstream(directory_.path() / "data") << "a file";
  EXPECT_EQ(refusal().code, Errc::kUnavailable);
}

TEST_F(RocksdbStore, RefusesAnUnknownEngine) {
  settings_.engine = "csv";
  EXPECT_EQ(refusal().code, Errc::kInvalid);
}

class RocksdbFormat : public RocksdbStore {
 protected:
  void put_note(const std::string& key, const std::string& value) {
    fs::create_directories(settings_.directory);
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, settings_.directory.string(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    ASSERT_TRUE(db->Put({}, key, value).ok());
  }
};

TEST_F(RocksdbFormat, RefusesANewerFormatByName) {
  open().value()->close();
  put_note("mformat", format_note(kStoreFormat + 1));
  const Error error = refusal();
  EXPECT_EQ(error.code, Errc::kInvalid);
  EXPECT_TRUE(names(error, fmt::format("has format {}", kStoreFormat + 1))) << error.message;
  EXPECT_TRUE(names(error, fmt::format("formats up to {}", kStoreFormat))) << error.message;
  EXPECT_TRUE(names(error, settings_.directory.string())) << error.message;
}

TEST_F(RocksdbFormat, RefusesAStoreOfSomebodyElse) {
  put_note("hello", "world");
  EXPECT_EQ(refusal().code, Errc::kInvalid);
}

TEST_F(RocksdbFormat, ReportsUnreadableNotes) {
  open().value()->close();
  put_note("msequence", "short");
  EXPECT_EQ(refusal().code, Errc::kInternal);
  put_note("mformat", "noded x");
  EXPECT_EQ(refusal().code, Errc::kInternal);
}

struct FormatCase {
  const char* name;
  const char* note;
  std::optional<std::uint32_t> version;
};
class StoreFormat : public testing::TestWithParam<FormatCase> {};

TEST_P(StoreFormat, IsReadOrRefused) {
  EXPECT_EQ(parse_store_format(GetParam().note), GetParam().version);
}

INSTANTIATE_TEST_SUITE_P(
    Notes,
    StoreFormat,
    testing::Values(
        FormatCase{"first", "noded 1", 1},
        FormatCase{"later", "noded 4294967295", 4294967295},
        FormatCase{"too_large", "noded 4294967296", std::nullopt},
        FormatCase{"zero", "noded 0", std::nullopt},
        FormatCase{"empty", "", std::nullopt},
        FormatCase{"no_number", "noded ", std::nullopt},
        FormatCase{"sign", "noded -1", std::nullopt},
        FormatCase{"rest", "noded 1 ", std::nullopt},
        FormatCase{"other_name", "other 1", std::nullopt}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_F(RocksdbStore, SendsTheMemoryTierAwayFromTheDisk) {
  auto engine = open().value();
  fill(*engine, 8000);
  engine->close();
  engine = open().value();
  auto memory = begin(*engine, {.tier = Tier::kMemory});
  auto disk = begin(*engine, {.tier = Tier::kDisk});
  int blocked = 0;
  std::string value;
  for (int i = 0; i < 8000; ++i) {
    const std::string key = "key" + std::to_string(i);
    const auto found = memory->get(key, value);
    if (found) {
      ASSERT_TRUE(*found);
    } else {
      ASSERT_EQ(found.error().code, Errc::kWouldBlock);
      ++blocked;
    }
    ASSERT_TRUE(disk->get(key, value).value());
    ASSERT_EQ(value.size(), 1000u);
  }
  EXPECT_GT(blocked, 100);
  const auto cursor = memory->scan({}, Direction::kForward);
  while (cursor->next()) {
  }
  EXPECT_EQ(cursor->status().error().code, Errc::kWouldBlock);
  EXPECT_EQ(test::scan(*disk).size(), 8000u);
}

TEST_F(RocksdbStore, AnswersTheMemoryTierOnceTheDiskTierHasRead) {
  auto engine = open().value();
  fill(*engine, 3000);
  engine->close();
  engine = open().value();
  std::string value;
  ASSERT_TRUE(begin(*engine)->get("key7", value).value());
  ASSERT_TRUE(begin(*engine, {.tier = Tier::kMemory})->get("key7", value).value());
}

TEST_F(RocksdbStore, ReportsADamagedRecordAndReadsTheOthers) {
  auto engine = open().value();
  fill(*engine, 3000);
  engine->close();
  engine.reset();
  ASSERT_FALSE(files(".sst").empty());
  for (const auto& path : files(".sst"))
    overwrite(path, fs::file_size(path) / 2, "damage");
  engine = open().value();
  auto transaction = begin(*engine);
  std::map<Errc, int> failures;
  int read = 0;
  std::string value;
  for (int i = 0; i < 3000; ++i) {
    const auto found = transaction->get("key" + std::to_string(i), value);
    found ? ++read : ++failures[found.error().code];
  }
  EXPECT_GT(failures[Errc::kInternal], 0);
  EXPECT_EQ(failures.size(), 1u);
  EXPECT_GT(read, 2000);
  const auto cursor = transaction->scan({}, Direction::kForward);
  while (cursor->next()) {
  }
  EXPECT_EQ(cursor->status().error().code, Errc::kInternal);
}

TEST_F(RocksdbStore, ReportsAMissingFile) {
  auto engine = open().value();
  fill(*engine, 3000);
  engine->close();
  engine.reset();
  fs::remove(files(".sst").front());
  EXPECT_EQ(refusal().code, Errc::kInternal);
}

TEST_F(RocksdbStore, ReportsADamagedManifest) {
  open().value()->close();
  for (const auto& entry : fs::directory_iterator(settings_.directory)) {
    if (entry.path().filename().string().starts_with("MANIFEST-"))
      overwrite(entry.path(), 4, "damage");
  }
  EXPECT_EQ(refusal().code, Errc::kInternal);
}

TEST_F(RocksdbStore, BeginsNoNewStoreOverAnOldOne) {
  auto engine = open().value();
  store(*engine, {{"a", "1"}});
  engine->close();
  engine.reset();
  fs::rename(settings_.directory / "CURRENT", directory_.path() / "CURRENT");
  EXPECT_EQ(refusal().code, Errc::kInternal);
  fs::rename(directory_.path() / "CURRENT", settings_.directory / "CURRENT");
  EXPECT_EQ(stored(*open().value(), "a"), "1");
}

TEST_F(RocksdbStore, ForgetsOnlyTheTornEndOfItsLog) {
  auto engine = open().value();
  for (int i = 0; i < 10; ++i)
    store(*engine, {{"key" + std::to_string(i), std::string(100, 'x')}});
  engine->close();
  engine.reset();
  ASSERT_EQ(files(".log").size(), 1u);
  const fs::path log = files(".log").front();
  fs::resize_file(log, fs::file_size(log) - 10);
  for (int round = 0; round < 3; ++round) {  // what is written behind the torn end stays too
    engine = open().value();
    EXPECT_EQ(engine->last_commit(), 9u + static_cast<Sequence>(round));
    EXPECT_EQ(stored(*engine, "key8"), std::string(100, 'x'));
    EXPECT_EQ(stored(*engine, "key9"), "-");
    store(*engine, {{"later", std::to_string(round)}});
    engine->close();
    engine.reset();
  }
}

TEST_F(RocksdbStore, KeepsWhatWasCommittedWithoutALogOnceClosed) {
  settings_.durability = "none";
  auto engine = open().value();
  EXPECT_EQ(engine->health().durability, "none");
  store(*engine, {{"a", "1"}});
  engine->close();
  EXPECT_EQ(stored(*open().value(), "a"), "1");
}

TEST_F(RocksdbStore, RefusesCommitsWhenLessThanTheReserveIsFree) {
  settings_.reserve_bytes = std::uint64_t{1} << 60;
  const auto engine = open().value();
  auto transaction = begin(*engine);
  transaction->put("a", "1");
  EXPECT_EQ(commit(*engine, std::move(transaction)).error().code, Errc::kUnavailable);
  EXPECT_GT(engine->health().free_bytes, 0u);
}

}  // namespace
}  // namespace noded::storage
