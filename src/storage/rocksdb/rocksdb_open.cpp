#include "storage/rocksdb/rocksdb_open.hpp"

#include "storage/number.hpp"
#include "storage/rocksdb/log_check.hpp"
#include "storage/rocksdb/rocksdb_format.hpp"
#include "storage/rocksdb/rocksdb_migration.hpp"
#include "storage/rocksdb/rocksdb_tuning.hpp"
#include "telemetry/log.hpp"

#include <fmt/format.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

namespace noded::storage {
namespace {

// RocksDB begins an empty store where CURRENT is missing and removes what it does not know: not
// over somebody's records.
Result<> check_files(const std::filesystem::path& directory) {
  std::error_code fault;
  if (std::filesystem::exists(directory / "CURRENT", fault)) return {};
  for (std::filesystem::directory_iterator entry(directory, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with("MANIFEST-") || name.ends_with(".sst") || name.ends_with(".log")) {
      return fail(
          Errc::kInternal,
          fmt::format(
              "the store in {} is damaged: {} is there but not CURRENT", directory.string(), name
          )
      );
    }
  }
  if (fault)
    return fail(
        Errc::kUnavailable, fmt::format("cannot read {}: {}", directory.string(), fault.message())
    );
  return {};
}

// Refuses a damaged log unless its loss is accepted. Then, true: RocksDB has to write what is left
// to sorted files, so that the log is gone. Who does not sync was never promised the end of a log.
Result<bool> check_log(const StorageSettings& settings) {
  const auto damage = find_log_damage(settings.directory);
  if (!damage) return std::unexpected(damage.error());
  if (!*damage) return false;
  const std::string place =
      fmt::format("{} cannot be read from byte {} on", (*damage)->file.string(), (*damage)->offset);
  if (settings.accept_lost_writes || settings.durability != "synced") {
    telemetry::log(
        telemetry::Level::kWarning,
        "store begins without lost writes",
        telemetry::Fields()
            .text("cause", place)
            .number("lost_bytes_at_most", static_cast<std::int64_t>((*damage)->lost_bytes))
    );
    return true;
  }
  return fail(
      Errc::kInternal,
      fmt::format(
          "the store in {} is damaged: {}, which is not what a power cut leaves; up to {} bytes of "
          "writes that were confirmed are lost. Restore a backup, or start once with --set "
          "storage.accept_lost_writes=true to go on without them",
          settings.directory.string(),
          place,
          (*damage)->lost_bytes
      )
  );
}

Result<> make_directory(const std::filesystem::path& directory) {
  namespace fs = std::filesystem;
  std::error_code fault;
  fs::create_directories(directory, fault);
  if (!fault) fs::permissions(directory, fs::perms::owner_all, fs::perm_options::replace, fault);
  if (fault)
    return fail(
        Errc::kUnavailable, fmt::format("cannot use {}: {}", directory.string(), fault.message())
    );
  return {};
}

// What is done with a store of an older format.
Result<> meet_older_format(
    const std::shared_ptr<RocksdbFiles>& files,
    std::uint32_t format,
    const StorageSettings& settings,
    const Clock& clock
) {
  if (format == kStoreFormat || settings.older_store == OlderStore::kOpen) return {};
  if (settings.older_store == OlderStore::kMigrate)
    return migrate(files, format, settings, clock, migration_steps());
  return fail(
      Errc::kInvalid,
      fmt::format(
          "the store in {} has format {}, this noded works with format {}: start the node, which "
          "makes a backup in {} and migrates the store",
          settings.directory.string(),
          format,
          kStoreFormat,
          migration_backup(settings.directory).string()
      )
  );
}

Result<Sequence> read_sequence(rocksdb::DB& db, const std::string& directory) {
  const auto note = read_note(db, kSequenceNote, directory);
  if (!note) return std::unexpected(note.error());
  if (!note->has_value()) return Sequence{0};
  const auto number = decode_number(**note);
  if (number && *number >= 0) return static_cast<Sequence>(*number);
  return fail(
      Errc::kInternal,
      fmt::format("the store in {} is damaged: its last commit is unreadable", directory)
  );
}

}  // namespace

Result<OpenedStore> open_rocksdb(const StorageSettings& settings, const Clock& clock) {
  const std::string directory = settings.directory.string();
  if (auto made = make_directory(settings.directory); !made)
    return std::unexpected(std::move(made.error()));
  if (auto checked = check_files(settings.directory); !checked)
    return std::unexpected(std::move(checked.error()));
  const auto has_lost_writes = check_log(settings);
  if (!has_lost_writes) return std::unexpected(has_lost_writes.error());
  rocksdb::Options options = rocksdb_options(settings);
  if (*has_lost_writes) options.avoid_flush_during_recovery = false;
  options.create_if_missing = true;
  auto background = std::make_shared<BackgroundFaults>();
  options.listeners.push_back(background);
  options.max_bgerror_resume_count = 0;  // see BackgroundFaults
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, directory, &opened);
  if (!status.ok()) return std::unexpected(open_error(status, directory));
  return recognise_store(
      std::make_shared<RocksdbFiles>(std::unique_ptr<rocksdb::DB>(opened)),
      settings,
      clock,
      std::move(background)
  );
}

Result<OpenedStore> recognise_store(
    std::shared_ptr<RocksdbFiles> files,
    const StorageSettings& settings,
    const Clock& clock,
    std::shared_ptr<BackgroundFaults> background
) {
  const std::string directory = settings.directory.string();
  const auto format = check_format(files->db(), directory);
  if (!format) return std::unexpected(format.error());
  if (auto met = meet_older_format(files, *format, settings, clock); !met)
    return std::unexpected(std::move(met.error()));
  const auto sequence = read_sequence(files->db(), directory);
  if (!sequence) return std::unexpected(sequence.error());
  return OpenedStore{std::move(files), *sequence, std::move(background)};
}

}  // namespace noded::storage
