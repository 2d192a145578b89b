#include "storage/rocksdb/rocksdb_open.hpp"

#include "storage/number.hpp"
#include "storage/rocksdb/log_check.hpp"
#include "storage/rocksdb/rocksdb_backend.hpp"
#include "storage/rocksdb/rocksdb_tuning.hpp"
#include "telemetry/log.hpp"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/iterator.h>

#include <charconv>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace noded::storage {
namespace {

constexpr std::string_view kFormatName = "noded ";

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

Error open_error(const rocksdb::Status& status, const std::string& directory) {
  const std::string cause = status.ToString();
  if (status.IsIOError() && cause.find("/LOCK:") != std::string::npos) {
    return {Errc::kUnavailable, fmt::format("another noded uses {}", directory), {}, {}};
  }
  if (status.IsCorruption()) {
    return {
        Errc::kInternal, fmt::format("the store in {} is damaged: {}", directory, cause), {}, {}
    };
  }
  return {
      Errc::kUnavailable, fmt::format("cannot open the store in {}: {}", directory, cause), {}, {}
  };
}

Result<std::optional<std::string>> read_note(
    rocksdb::DB& db, std::string_view name, const std::string& directory
) {
  std::string value;
  const rocksdb::Status status = db.Get(rocksdb::ReadOptions(), name, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return std::unexpected(open_error(status, directory));
  return value;
}

Result<bool> is_empty(rocksdb::DB& db, const std::string& directory) {
  const std::unique_ptr<rocksdb::Iterator> iterator(db.NewIterator(rocksdb::ReadOptions()));
  iterator->SeekToFirst();
  if (!iterator->status().ok()) return std::unexpected(open_error(iterator->status(), directory));
  return !iterator->Valid();
}

Result<> write_format(rocksdb::DB& db, const std::string& directory) {
  rocksdb::WriteOptions writes;
  writes.sync = true;
  const rocksdb::Status status =
      db.Put(writes, kFormatNote, fmt::format("{}{}", kFormatName, kStoreFormat));
  if (!status.ok()) return std::unexpected(open_error(status, directory));
  return {};
}

// Checks the format of a store, or makes it that of an empty one.
Result<> check_format(rocksdb::DB& db, const std::string& directory) {
  const auto note = read_note(db, kFormatNote, directory);
  if (!note) return std::unexpected(note.error());
  if (!note->has_value()) {
    const auto empty = is_empty(db, directory);
    if (!empty) return std::unexpected(empty.error());
    if (*empty) return write_format(db, directory);
    return fail(
        Errc::kInvalid, fmt::format("{} holds a RocksDB that is no store of noded", directory)
    );
  }
  const auto format = parse_store_format(**note);
  if (!format)
    return fail(
        Errc::kInternal,
        fmt::format("the store in {} is damaged: its format is unreadable", directory)
    );
  if (*format > kStoreFormat) {
    return fail(
        Errc::kInvalid,
        fmt::format(
            "the store in {} has format {}; this noded knows formats up to {}: use the newer noded "
            "that wrote it",
            directory,
            *format,
            kStoreFormat
        )
    );
  }
  return {};
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

std::optional<std::uint32_t> parse_store_format(std::string_view note) {
  if (!note.starts_with(kFormatName)) return std::nullopt;
  note.remove_prefix(kFormatName.size());
  std::uint32_t version = 0;
  const auto [end, fault] = std::from_chars(note.data(), note.data() + note.size(), version);
  if (fault != std::errc() || end != note.data() + note.size() || version == 0) return std::nullopt;
  return version;
}

Result<OpenedStore> open_rocksdb(const StorageSettings& settings) {
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
  auto files = std::make_shared<RocksdbFiles>(std::unique_ptr<rocksdb::DB>(opened));
  if (auto checked = check_format(files->db(), directory); !checked)
    return std::unexpected(std::move(checked.error()));
  const auto sequence = read_sequence(files->db(), directory);
  if (!sequence) return std::unexpected(sequence.error());
  return OpenedStore{std::move(files), *sequence, std::move(background)};
}

}  // namespace noded::storage
