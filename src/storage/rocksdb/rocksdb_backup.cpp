#include "storage/rocksdb/rocksdb_backup.hpp"

#include "storage/rocksdb/backup_directory.hpp"
#include "storage/rocksdb/backup_note.hpp"
#include "storage/rocksdb/backup_room.hpp"
#include "storage/rocksdb/rocksdb_format.hpp"
#include "storage/rocksdb/rocksdb_log.hpp"
#include "storage/rocksdb/rocksdb_tuning.hpp"

#include <fmt/format.h>
#include <rocksdb/utilities/backup_engine.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

namespace noded::storage {
namespace {

namespace fs = std::filesystem;

rocksdb::BackupEngineOptions backup_options(const fs::path& directory, rocksdb::Logger& log) {
  rocksdb::BackupEngineOptions options(directory.string());
  options.share_table_files = true;
  options.share_files_with_checksum = true;
  options.sync = true;
  options.info_log = &log;
  return options;
}

Error backup_error(const rocksdb::Status& status, const fs::path& directory) {
  const std::string cause = status.ToString();
  if (status.IsIncomplete())
    return {
        Errc::kUnavailable,
        fmt::format("the backup in {} was stopped: {}", directory.string(), cause),
        {},
        {}
    };
  if (status.IsCorruption())
    return {
        Errc::kInternal,
        fmt::format("the backup in {} is damaged: {}", directory.string(), cause),
        {},
        {}
    };
  return {Errc::kUnavailable, fmt::format("backup in {}: {}", directory.string(), cause), {}, {}};
}

BackupInfo info_of(const rocksdb::BackupInfo& info) {
  constexpr BackupNote kOfTheFirst{.format = 1, .made_at_ms = 0};
  const auto note = parse_backup_note(info.app_metadata);
  return {
      .id = info.backup_id,
      .made_at_ms = note ? note->made_at_ms : info.timestamp * 1000,
      .files = info.number_files,
      .bytes = info.size,
      .format = note.value_or(kOfTheFirst).format,
      .is_damaged = false
  };
}

// Every file below the directory and its size in bytes.
std::map<std::string, std::uint64_t> files_in(const fs::path& directory) {
  std::map<std::string, std::uint64_t> sizes;
  std::error_code fault;
  for (fs::recursive_directory_iterator entry(directory, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    std::error_code gone;
    const std::uint64_t size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) sizes.emplace(entry->path().string(), size);
  }
  return sizes;
}

std::uint64_t new_bytes(
    const fs::path& directory, const std::map<std::string, std::uint64_t>& old
) {
  std::uint64_t bytes = 0;
  for (const auto& [name, size] : files_in(directory)) {
    if (!old.contains(name)) bytes += size;
  }
  return bytes;
}

class RocksdbBackupSource final : public BackupSource {
 public:
  RocksdbBackupSource(
      const std::shared_ptr<RocksdbFiles>& files,
      const Clock& clock,
      std::function<void()> on_copied
  )
      : files_(files), clock_(clock), on_copied_(std::move(on_copied)) {}

  Result<MadeBackup> make(const fs::path& directory, std::optional<std::uint32_t> keep) override {
    if (auto prepared = prepare_backup_directory(directory); !prepared)
      return std::unexpected(std::move(prepared.error()));
    const auto lock = DirectoryLock::take(directory, DirectoryLock::Kind::kWrite);
    if (!lock) return std::unexpected(lock.error());
    const auto files = files_.lock();
    if (files == nullptr)
      return fail(
          Errc::kUnavailable,
          fmt::format("no backup in {}: the store is closed", directory.string())
      );
    const std::uint64_t needed = bytes_to_copy(files->db(), directory);
    if (auto room = require_room(directory, needed, "a backup"); !room)
      return std::unexpected(std::move(room.error()));
    const auto log = make_rocksdb_log();
    rocksdb::BackupEngine* opened = nullptr;
    const rocksdb::Status status = rocksdb::BackupEngine::Open(
        rocksdb::Env::Default(), backup_options(directory, *log), &opened
    );
    if (!status.ok()) return std::unexpected(backup_error(status, directory));
    const std::unique_ptr<rocksdb::BackupEngine> engine(opened);
    const Turn turn(*this, engine.get());
    return make_in(*engine, files->db(), directory, keep);
  }

  void stop() override {
    const std::lock_guard guard(mutex_);
    is_stopped_ = true;
    if (running_ != nullptr) running_->StopBackup();
  }

 private:
  // While it lives, stop() reaches this engine.
  class Turn {
   public:
    Turn(RocksdbBackupSource& source, rocksdb::BackupEngine* engine) : source_(source) {
      const std::lock_guard guard(source_.mutex_);
      source_.running_ = engine;
      if (source_.is_stopped_) engine->StopBackup();
    }
    ~Turn() {
      const std::lock_guard guard(source_.mutex_);
      source_.running_ = nullptr;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    RocksdbBackupSource& source_;
  };

  // The format is the store's own: it may be an older one that is about to be migrated.
  Result<std::string> describe(rocksdb::DB& db, const fs::path& directory) const {
    const auto format = check_format(db, directory.string());
    if (!format) return std::unexpected(format.error());
    return to_text({.format = *format, .made_at_ms = clock_.wall().time_since_epoch().count()});
  }

  Result<MadeBackup> make_in(
      rocksdb::BackupEngine& engine,
      rocksdb::DB& db,
      const fs::path& directory,
      std::optional<std::uint32_t> keep
  ) const {
    const auto note = describe(db, directory);
    if (!note) return std::unexpected(note.error());
    const auto known = files_in(directory);
    rocksdb::CreateBackupOptions options;
    // Sorted files can be shared with the next backup, logs cannot; and without a log there would
    // be no other copy of what is in memory.
    options.flush_before_backup = true;
    if (on_copied_) options.progress_callback = on_copied_;
    rocksdb::BackupID id = 0;
    rocksdb::Status status = engine.CreateNewBackupWithMetadata(options, &db, *note, &id);
    rocksdb::BackupInfo info;
    if (status.ok()) status = engine.GetBackupInfo(id, &info);
    if (!status.ok()) return std::unexpected(backup_error(status, directory));
    const MadeBackup made{.info = info_of(info), .copied_bytes = new_bytes(directory, known)};
    if (keep) status = engine.PurgeOldBackups(*keep);
    // What an interrupted backup left.
    if (status.ok()) status = engine.GarbageCollect();
    if (!status.ok()) return std::unexpected(backup_error(status, directory));
    return made;
  }

  std::weak_ptr<RocksdbFiles> files_;
  const Clock& clock_;
  std::function<void()> on_copied_;
  std::mutex mutex_;
  rocksdb::BackupEngine* running_ = nullptr;
  bool is_stopped_ = false;
};

// Backups that are there, opened for reading.
struct OpenedBackups {
  std::shared_ptr<rocksdb::Logger> log;
  std::unique_ptr<rocksdb::BackupEngineReadOnly> engine;
};

Result<OpenedBackups> open_backups(const fs::path& directory) {
  if (auto checked = check_backup_directory(directory); !checked)
    return std::unexpected(std::move(checked.error()));
  OpenedBackups backups{.log = make_rocksdb_log(), .engine = nullptr};
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  const rocksdb::Status status = rocksdb::BackupEngineReadOnly::Open(
      rocksdb::Env::Default(), backup_options(directory, *backups.log), &opened
  );
  if (!status.ok()) return std::unexpected(backup_error(status, directory));
  backups.engine.reset(opened);
  return backups;
}

// A backup that is open for reading, and all that its files rest on.
struct BackupFiles {
  BackupFiles(DirectoryLock taken, OpenedBackups opened, std::unique_ptr<rocksdb::DB> db)
      : lock(std::move(taken)), backups(std::move(opened)), files(std::move(db)) {}
  DirectoryLock lock;
  OpenedBackups backups;
  RocksdbFiles files;
};

// Of the descriptions that are there, readable or not.
std::vector<std::uint32_t> described_ids(const fs::path& directory) {
  std::vector<std::uint32_t> ids;
  std::error_code fault;
  for (fs::directory_iterator entry(directory / "meta", fault), end; !fault && entry != end;
       entry.increment(fault)) {
    const std::string name = entry->path().filename().string();
    std::uint32_t id = 0;
    const auto [rest, wrong] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (wrong == std::errc() && rest == name.data() + name.size() && id > 0) ids.push_back(id);
  }
  return ids;
}

std::vector<BackupInfo> infos_of(
    const rocksdb::BackupEngineReadOnly& engine, const fs::path& directory
) {
  std::vector<rocksdb::BackupInfo> whole;
  engine.GetBackupInfo(&whole);
  std::vector<rocksdb::BackupID> damaged;
  engine.GetCorruptedBackups(&damaged);
  std::vector<BackupInfo> out;
  for (const auto& info : whole) {
    // A description that names no files counts as whole there, but gets no number.
    if (info.backup_id == 0)
      damaged = described_ids(directory);
    else
      out.push_back(info_of(info));
  }
  for (const auto id : damaged) {
    if (std::ranges::find(out, id, &BackupInfo::id) != out.end()) continue;
    BackupInfo& info = out.emplace_back();
    info.id = id;
    info.is_damaged = true;
  }
  std::ranges::sort(out, {}, &BackupInfo::id);
  return out;
}

std::unexpected<Error> no_backups(const fs::path& directory) {
  return fail(Errc::kNotFound, fmt::format("there are no backups in {}", directory.string()));
}

// That one or the newest, damaged or not: an older one is never taken in silence.
Result<BackupInfo> choose(
    const rocksdb::BackupEngineReadOnly& engine,
    const fs::path& directory,
    std::optional<std::uint32_t> id
) {
  const auto infos = infos_of(engine, directory);
  if (infos.empty()) return no_backups(directory);
  const auto found = id ? std::ranges::find(infos, *id, &BackupInfo::id) : infos.end() - 1;
  if (found == infos.end())
    return fail(
        Errc::kNotFound,
        fmt::format(
            "there is no backup {} in {}; the newest is {}",
            *id,
            directory.string(),
            infos.back().id
        )
    );
  if (!found->is_damaged) return *found;
  return fail(
      Errc::kInternal,
      fmt::format(
          "backup {} in {} is damaged: {} is unreadable or names a file that is missing",
          found->id,
          directory.string(),
          (directory / "meta" / std::to_string(found->id)).string()
      )
  );
}

}  // namespace

std::shared_ptr<BackupSource> make_backup_source(
    const std::shared_ptr<RocksdbFiles>& files, const Clock& clock, std::function<void()> on_copied
) {
  return std::make_shared<RocksdbBackupSource>(files, clock, std::move(on_copied));
}

Result<std::vector<BackupInfo>> list_backups(const fs::path& directory) {
  const auto backups = open_backups(directory);
  if (!backups) return std::unexpected(backups.error());
  auto infos = infos_of(*backups->engine, directory);
  if (infos.empty()) return no_backups(directory);
  return infos;
}

Result<BackupInfo> verify_backup(const fs::path& directory, std::optional<std::uint32_t> id) {
  if (auto checked = check_backup_directory(directory); !checked)
    return std::unexpected(std::move(checked.error()));
  const auto lock = DirectoryLock::take(directory, DirectoryLock::Kind::kRead);
  if (!lock) return std::unexpected(lock.error());
  const auto backups = open_backups(directory);
  if (!backups) return std::unexpected(backups.error());
  const auto chosen = choose(*backups->engine, directory, id);
  if (!chosen) return chosen;
  const rocksdb::Status status = backups->engine->VerifyBackup(chosen->id, true);
  if (!status.ok()) return std::unexpected(backup_error(status, directory));
  return chosen;
}

Result<OpenedStore> open_backup_files(
    const StorageSettings& settings, std::uint32_t id, const Clock& clock
) {
  const fs::path& directory = settings.directory;
  if (auto checked = check_backup_directory(directory); !checked)
    return std::unexpected(std::move(checked.error()));
  auto lock = DirectoryLock::take(directory, DirectoryLock::Kind::kRead);
  if (!lock) return std::unexpected(lock.error());
  auto backups = open_backups(directory);
  if (!backups) return std::unexpected(backups.error());
  rocksdb::BackupInfo info;
  rocksdb::Status status = backups->engine->GetBackupInfo(id, &info, true);
  if (!status.ok()) return std::unexpected(backup_error(status, directory));
  rocksdb::Options options = rocksdb_options(settings);
  options.env = info.env_for_open.get();
  auto background = std::make_shared<BackgroundFaults>();
  options.listeners.push_back(background);
  rocksdb::DB* opened = nullptr;
  status = rocksdb::DB::OpenForReadOnly(options, info.name_for_open, &opened);
  if (!status.ok()) return std::unexpected(backup_error(status, directory));
  const auto whole = std::make_shared<BackupFiles>(
      std::move(*lock), std::move(*backups), std::unique_ptr<rocksdb::DB>(opened)
  );
  auto store = recognise_store({whole, &whole->files}, settings, clock, std::move(background));
  if (store) store->takes_writes = false;
  return store;
}

Result<BackupInfo> copy_backup(
    const fs::path& directory, std::optional<std::uint32_t> id, const fs::path& store
) {
  if (auto checked = check_backup_directory(directory); !checked)
    return std::unexpected(std::move(checked.error()));
  const auto lock = DirectoryLock::take(directory, DirectoryLock::Kind::kRead);
  if (!lock) return std::unexpected(lock.error());
  const auto backups = open_backups(directory);
  if (!backups) return std::unexpected(backups.error());
  const auto chosen = choose(*backups->engine, directory, id);
  if (!chosen) return chosen;
  rocksdb::Status status =
      backups->engine->RestoreDBFromBackup(chosen->id, store.string(), store.string());
  // Copying finds the damage without telling the file.
  if (status.IsCorruption()) {
    const rocksdb::Status found = backups->engine->VerifyBackup(chosen->id, true);
    if (!found.ok()) status = found;
  }
  if (!status.ok()) return std::unexpected(backup_error(status, directory));
  return chosen;
}

}  // namespace noded::storage
