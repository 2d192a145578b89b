#include "storage/rocksdb/rocksdb_migration.hpp"

#include "storage/rocksdb/backup_room.hpp"
#include "storage/rocksdb/rocksdb_backup.hpp"
#include "storage/rocksdb/rocksdb_format.hpp"
#include "telemetry/log.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace noded::storage {
namespace {

namespace fs = std::filesystem;
using telemetry::Fields;
using telemetry::Level;

constexpr std::chrono::seconds kLogged{5};  // between two lines about progress

rocksdb::WriteOptions synced() {
  rocksdb::WriteOptions writes;
  writes.sync = true;
  return writes;
}

void tell(const StorageSettings& settings, std::string_view status) {
  if (settings.on_migration) settings.on_migration(status);
}

// The steps write no more than the store holds already.
Result<> require_room_for(
    rocksdb::DB& db, const StorageSettings& settings, const fs::path& backup
) {
  const std::uint64_t copied = bytes_to_copy(db, backup);
  const std::uint64_t rewritten = bytes_to_copy(db, {});
  return require_room(
      settings.directory.parent_path(),
      copied + rewritten + settings.reserve_bytes,
      "a migration of the store with the backup before it"
  );
}

Result<> back_up(
    const std::shared_ptr<RocksdbFiles>& files, const StorageSettings& settings, const Clock& clock
) {
  const fs::path directory = migration_backup(settings.directory);
  if (auto room = require_room_for(files->db(), settings, directory); !room) return room;
  const std::string status = fmt::format("making a backup in {}", directory.string());
  tell(settings, status);
  const auto source =
      make_backup_source(files, clock, [&settings, &status] { tell(settings, status); });
  const auto made = source->make(directory, {});
  if (!made) return std::unexpected(made.error());
  telemetry::log(
      Level::kInfo,
      "backup before a migration",
      Fields()
          .text("directory", directory.string())
          .number("backup", made->info.id)
          .number("bytes", static_cast<std::int64_t>(made->info.bytes))
          .text("hint", "remove the directory once the node has proved itself")
  );
  return {};
}

// A backup of the store as it was, unless an earlier start made it and was then cut off.
Result<> secure(
    const std::shared_ptr<RocksdbFiles>& files,
    const StorageSettings& settings,
    const Clock& clock,
    std::uint32_t last
) {
  const std::string directory = settings.directory.string();
  const auto note = read_note(files->db(), kMigrationNote, directory);
  if (!note) return std::unexpected(note.error());
  if (note->has_value()) {
    telemetry::log(Level::kInfo, "a migration that was cut off goes on");
    return {};
  }
  if (auto backed_up = back_up(files, settings, clock); !backed_up) return backed_up;
  const rocksdb::Status status = files->db().Put(synced(), kMigrationNote, format_note(last));
  if (!status.ok()) return std::unexpected(open_error(status, directory));
  return {};
}

}  // namespace

MigrationRun::MigrationRun(
    rocksdb::DB& db,
    const StorageSettings& settings,
    const Clock& clock,
    const MigrationStep& step,
    std::uint32_t last
)
    : db_(db),
      settings_(settings),
      clock_(clock),
      step_(step),
      last_(last),
      now_ms_(clock.wall().time_since_epoch().count()),
      logged_(clock.steady()) {}

Result<> MigrationRun::write(rocksdb::WriteBatch& batch, std::uint64_t entries) {
  const rocksdb::Status status = db_.Write(synced(), &batch);
  if (!status.ok()) return std::unexpected(open_error(status, settings_.directory.string()));
  batch.Clear();
  entries_ += entries;
  tell();
  return {};
}

Result<> MigrationRun::finish(rocksdb::WriteBatch& batch, std::uint64_t entries) {
  rocksdb::Status status = batch.Put(kFormatNote, format_note(step_.to));
  if (status.ok() && step_.to == last_) status = batch.Delete(kMigrationNote);
  if (!status.ok()) return std::unexpected(open_error(status, settings_.directory.string()));
  if (auto written = write(batch, entries); !written) return written;
  telemetry::log(
      Level::kInfo,
      "store migrated",
      Fields()
          .number("from", step_.from)
          .number("to", step_.to)
          .number("entries", static_cast<std::int64_t>(entries_))
  );
  return {};
}

Error MigrationRun::read_failure(const rocksdb::Status& status) const {
  return open_error(status, settings_.directory.string());
}

void MigrationRun::tell() {
  storage::tell(settings_, fmt::format("migrating the store: {} entries", entries_));
  const SteadyTime now = clock_.steady();
  if (now - logged_ < kLogged) return;
  logged_ = now;
  telemetry::log(
      Level::kInfo,
      "migrating the store",
      Fields().number("to", step_.to).number("entries", static_cast<std::int64_t>(entries_))
  );
}

fs::path migration_backup(const fs::path& store) {
  return store.parent_path() / fmt::format("backup-before-format-{}", kStoreFormat);
}

Result<> migrate(
    const std::shared_ptr<RocksdbFiles>& files,
    std::uint32_t format,
    const StorageSettings& settings,
    const Clock& clock,
    std::span<const MigrationStep> steps
) {
  const std::uint32_t last = steps.back().to;
  telemetry::log(
      Level::kInfo,
      "the store is of an older format",
      Fields().number("from", format).number("to", last)
  );
  if (auto secured = secure(files, settings, clock, last); !secured) return secured;
  for (const MigrationStep& step : steps) {
    if (step.from < format) continue;
    telemetry::log(
        Level::kInfo,
        "migrating the store",
        Fields().number("from", step.from).number("to", step.to).text("what", step.sentence)
    );
    MigrationRun run(files->db(), settings, clock, step, last);
    if (auto done = step.run(run); !done) return done;
  }
  return {};
}

}  // namespace noded::storage
