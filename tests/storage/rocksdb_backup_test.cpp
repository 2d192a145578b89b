// Backups of an open store: what they share, what damage is found, what comes back.
#include "storage/backup.hpp"
#include "storage/open.hpp"
#include "storage/rocksdb/backup_note.hpp"
#include "storage/rocksdb/rocksdb_format.hpp"
#include "support/engine_access.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

namespace noded::storage {
namespace {

namespace fs = std::filesystem;
using test::Pairs;
using test::store;
using test::stored;

class RocksdbBackup : public testing::Test {
 protected:
  RocksdbBackup() : opened_(open(directory_.path() / "store")) {}

  static OpenedEngine open(const fs::path& path) {
    StorageSettings settings;
    settings.directory = path;
    settings.write_buffer_bytes = 1 << 20;
    settings.cache_bytes = 1 << 20;
    settings.reserve_bytes = 0;
    return std::move(open_engine_with_backups(settings).value());
  }
  Engine& engine() { return *opened_.engine; }
  fs::path backups() const { return directory_.path() / "backups"; }
  MadeBackup make(std::optional<std::uint32_t> keep = {}) {
    return opened_.backups->make(backups(), keep).value();
  }

  // `count` values of about 1 KB that no compression makes small.
  void fill(const std::string& prefix, int count) {
    std::uint64_t random = 1;
    Pairs pairs;
    for (int i = 0; i < count; ++i) {
      std::string value;
      while (value.size() < 1000) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        value.append(reinterpret_cast<const char*>(&random), sizeof random);
      }
      pairs.emplace_back(prefix + std::to_string(i), value);
    }
    store(engine(), pairs);
  }
  fs::path largest_sorted_file() const {
    fs::path found;
    std::uintmax_t most = 0;
    for (const auto& entry : fs::recursive_directory_iterator(backups())) {
      if (entry.path().extension() != ".sst" || entry.file_size() <= most) continue;
      most = entry.file_size();
      found = entry.path();
    }
    return found;
  }
  static void flip_byte(const fs::path& path, std::streamoff offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(offset);
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(offset);
    file.put(byte);
    ASSERT_TRUE(file.good());
  }
  static testing::AssertionResult names(const Error& error, const std::string& text) {
    if (error.message.find(text) != std::string::npos) return testing::AssertionSuccess();
    return testing::AssertionFailure() << error.message;
  }
  void expect_damage(const std::string& file) {
    const auto verified = verify_backup(backups(), {});
    ASSERT_FALSE(verified.has_value());
    EXPECT_EQ(verified.error().code, Errc::kInternal);
    EXPECT_TRUE(names(verified.error(), file));
    const auto copied = copy_backup(backups(), {}, directory_.path() / "copy");
    ASSERT_FALSE(copied.has_value());
    EXPECT_EQ(copied.error().code, Errc::kInternal);
    EXPECT_TRUE(names(copied.error(), file));
  }

  test::TemporaryDirectory directory_;
  OpenedEngine opened_;
};

TEST_F(RocksdbBackup, CanBeReadWhereItIsAndStaysAsItIs) {
  fill("key", 2000);
  const Sequence last = store(engine(), {{"last", "one"}});
  make();
  store(engine(), {{"last", "two"}});
  make();
  {
    const auto first = open_backup(backups(), 1);
    ASSERT_TRUE(first.has_value()) << first.error().message;
    EXPECT_EQ((*first)->last_commit(), last);
    EXPECT_EQ(stored(**first, "last"), "one");
    EXPECT_EQ(stored(**first, "key1999"), stored(engine(), "key1999"));
    (*first)->close();
  }
  EXPECT_TRUE(verify_backup(backups(), 1).has_value());
  EXPECT_TRUE(verify_backup(backups(), 2).has_value());
  const auto missing = open_backup(backups(), 3);
  ASSERT_FALSE(missing.has_value());
  EXPECT_TRUE(names(missing.error(), backups().string()));
}

TEST_F(RocksdbBackup, HoldsEveryCommitAndItsNumber) {
  fill("key", 2000);
  const Sequence last = store(engine(), {{"last", "one"}});
  make();
  store(engine(), {{"after", "x"}});
  const fs::path copy = directory_.path() / "copy";
  ASSERT_TRUE(copy_backup(backups(), {}, copy).has_value());
  const auto restored = open(copy);
  EXPECT_EQ(restored.engine->last_commit(), last);
  EXPECT_EQ(stored(*restored.engine, "last"), "one");
  EXPECT_EQ(stored(*restored.engine, "after"), "-");
  for (int i = 0; i < 2000; ++i) {
    const std::string key = "key" + std::to_string(i);
    ASSERT_EQ(stored(*restored.engine, key), stored(engine(), key)) << key;
  }
}

TEST_F(RocksdbBackup, CopiesOnlyWhatChangedTheNextTime) {
  fill("key", 2000);
  const MadeBackup first = make();
  EXPECT_GT(first.copied_bytes, 2'000'000u);
  store(engine(), {{"one", "more"}});
  const MadeBackup second = make();
  EXPECT_EQ(second.info.id, first.info.id + 1);
  EXPECT_GT(second.info.bytes, 2'000'000u);
  EXPECT_LT(second.copied_bytes, 100'000u);
  EXPECT_TRUE(verify_backup(backups(), first.info.id).has_value());
  EXPECT_TRUE(verify_backup(backups(), second.info.id).has_value());
}

TEST_F(RocksdbBackup, HoldsACommitOfEachMomentWhileWritesGoOn) {
  fill("key", 500);
  std::atomic<bool> is_over = false;
  std::atomic<Sequence> answered = 0;
  std::thread writer([&] {
    for (int i = 0; !is_over; ++i)
      answered = store(engine(), {{"count", std::to_string(i)}, {"same", std::to_string(i)}});
  });
  while (answered == 0)
    std::this_thread::yield();
  const Sequence before = answered;
  make();
  const Sequence after = answered;
  is_over = true;
  writer.join();
  const fs::path copy = directory_.path() / "copy";
  ASSERT_TRUE(copy_backup(backups(), {}, copy).has_value());
  const auto restored = open(copy);
  EXPECT_GE(restored.engine->last_commit(), before);
  EXPECT_LE(restored.engine->last_commit(), after + 1);
  EXPECT_EQ(stored(*restored.engine, "count"), stored(*restored.engine, "same"));
}

TEST_F(RocksdbBackup, ListsADescriptionWithoutFilesAsDamagedAndTakesNoOlderOneInItsPlace) {
  store(engine(), {{"key", "value"}});
  const auto first = make().info.id;
  std::ofstream(backups() / "meta" / std::to_string(first + 1)) << "1732190000\n\nnone\n";
  const auto listed = list_backups(backups());
  ASSERT_TRUE(listed.has_value()) << listed.error().message;
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_FALSE(listed->at(0).is_damaged);
  EXPECT_EQ(listed->at(1).id, first + 1);
  EXPECT_TRUE(listed->at(1).is_damaged);
  const auto verified = verify_backup(backups(), {});
  ASSERT_FALSE(verified.has_value());
  EXPECT_TRUE(names(verified.error(), "/meta/" + std::to_string(first + 1)));
  EXPECT_TRUE(verify_backup(backups(), first).has_value());
}

TEST_F(RocksdbBackup, KeepsAsManyAsAsked) {
  for (int i = 0; i < 4; ++i) {
    store(engine(), {{"round", std::to_string(i)}});
    make();
  }
  ASSERT_EQ(list_backups(backups())->size(), 4u);
  store(engine(), {{"round", "4"}});
  make(2);
  const auto left = list_backups(backups()).value();
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].id, 4u);
  EXPECT_EQ(left[1].id, 5u);
  const auto gone = verify_backup(backups(), 1);
  ASSERT_FALSE(gone.has_value());
  EXPECT_EQ(gone.error().code, Errc::kNotFound);
  EXPECT_TRUE(names(gone.error(), "the newest is 5"));
  EXPECT_TRUE(verify_backup(backups(), 4).has_value());
}

TEST_F(RocksdbBackup, NamesTheFileThatAFlippedBitIsIn) {
  fill("key", 2000);
  make();
  const fs::path file = largest_sorted_file();
  flip_byte(file, 1000);
  expect_damage(file.filename().string());
}

TEST_F(RocksdbBackup, NamesTheFileThatLostItsEnd) {
  fill("key", 2000);
  make();
  const fs::path file = largest_sorted_file();
  fs::resize_file(file, fs::file_size(file) - 1);
  expect_damage(file.filename().string());
}

TEST_F(RocksdbBackup, IsDamagedWithoutOneOfItsFiles) {
  fill("key", 2000);
  store(engine(), {{"a", "1"}});
  make();
  fs::remove(largest_sorted_file());
  EXPECT_TRUE(list_backups(backups())->front().is_damaged);
  expect_damage("/meta/1");
}

TEST_F(RocksdbBackup, IsNotMadeAmongOtherFiles) {
  fs::create_directory(backups());
  std::ofstream(backups() / "diary") << "dear";
  const auto made = opened_.backups->make(backups(), {});
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, Errc::kInvalid);
  EXPECT_TRUE(names(made.error(), backups().string()));
  EXPECT_EQ(verify_backup(backups(), {}).error().code, Errc::kNotFound);
}

TEST_F(RocksdbBackup, IsForItsOwnerAlone) {
  make();
  struct stat status{};
  ASSERT_EQ(::stat(backups().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(RocksdbBackup, IsRefusedOnceStoppedOrClosed) {
  const auto other = open(directory_.path() / "other");
  other.engine->close();
  EXPECT_EQ(other.backups->make(backups(), {}).error().code, Errc::kUnavailable);
  opened_.backups->stop();
  EXPECT_EQ(opened_.backups->make(backups(), {}).error().code, Errc::kUnavailable);
  EXPECT_EQ(list_backups(backups()).error().code, Errc::kNotFound);
}

TEST_F(RocksdbBackup, ToAFullDiskFailsAndTheStoreGoesOn) {
  fs::create_directory(backups());
  if (::mount("tmpfs", backups().c_str(), "tmpfs", 0, "size=2m,mode=700") != 0)
    GTEST_SKIP() << "needs the right to mount a file system: " << std::strerror(errno);
  fill("key", 3000);
  const auto made = opened_.backups->make(backups(), {});
  ::umount2(backups().c_str(), MNT_DETACH);
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code, Errc::kUnavailable);
  EXPECT_TRUE(names(made.error(), backups().string()));
  EXPECT_TRUE(names(made.error(), "needs up to 3 MiB, 2 MiB are free"))
      << "refused before it copies";
  store(engine(), {{"still", "here"}});
  EXPECT_EQ(stored(engine(), "still"), "here");
  EXPECT_EQ(make().info.id, 1u);
}

TEST_F(RocksdbBackup, FindsRoomForWhatIsNotThereYet) {
  fs::create_directory(backups());
  if (::mount("tmpfs", backups().c_str(), "tmpfs", 0, "size=6m,mode=700") != 0)
    GTEST_SKIP() << "needs the right to mount a file system: " << std::strerror(errno);
  fill("key", 3000);
  const auto first = opened_.backups->make(backups(), {});
  store(engine(), {{"one", "more"}});
  const auto second = opened_.backups->make(backups(), {});
  ::umount2(backups().c_str(), MNT_DETACH);
  EXPECT_TRUE(first.has_value()) << first.error().message;
  EXPECT_TRUE(second.has_value()) << second.error().message;
}

TEST_F(RocksdbBackup, TellsTheFormatOfTheStoreAndTheTime) {
  const std::int64_t before = system_clock().wall().time_since_epoch().count();
  make();
  const BackupInfo info = list_backups(backups())->front();
  EXPECT_EQ(info.format, kStoreFormat);
  EXPECT_GE(info.made_at_ms, before);
  EXPECT_LE(info.made_at_ms, system_clock().wall().time_since_epoch().count());
}

struct NoteCase {
  const char* name;
  const char* text;
  std::optional<BackupNote> note;
};
class BackupNoteText : public testing::TestWithParam<NoteCase> {};

TEST_P(BackupNoteText, IsReadOrNone) {
  EXPECT_EQ(parse_backup_note(GetParam().text), GetParam().note);
  if (GetParam().note) EXPECT_EQ(to_text(*GetParam().note), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Texts,
    BackupNoteText,
    testing::Values(
        NoteCase{"whole", "noded 2 1700000000123", BackupNote{2, 1'700'000'000'123}},
        NoteCase{"none", "", std::nullopt},
        NoteCase{"without_time", "noded 2", std::nullopt},
        NoteCase{"of_another", "other 2 1700000000123", std::nullopt},
        NoteCase{"before_1970", "noded 2 -1", std::nullopt},
        NoteCase{"too_late", "noded 2 9223372036854775808", std::nullopt},
        NoteCase{"rest", "noded 2 17x", std::nullopt},
        NoteCase{"format_0", "noded 0 17", std::nullopt}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST(MemoryBackup, IsNone) {
  StorageSettings settings;
  settings.engine = "memory";
  EXPECT_EQ(open_engine_with_backups(settings)->backups, nullptr);
}

}  // namespace
}  // namespace noded::storage
