#include "storage/open.hpp"

#include "storage/memory/memory_backend.hpp"
#include "storage/rocksdb/rocksdb_backend.hpp"
#include "storage/store.hpp"
#include "telemetry/log.hpp"

#include <utility>

namespace noded::storage {
namespace {

Result<std::unique_ptr<Backend>> open_backend(const StorageSettings& settings, const Clock& clock) {
  if (settings.engine == "memory") return make_memory_backend();
  if (settings.engine == "rocksdb") return open_rocksdb_backend(settings, clock);
  return fail(Errc::kInvalid, "there is no storage.engine \"" + settings.engine + "\"");
}

}  // namespace

Result<std::unique_ptr<Engine>> open_engine(
    const StorageSettings& settings, OnFatal on_fatal, const Clock& clock
) {
  auto opened = open_engine_with_backups(settings, std::move(on_fatal), clock);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return std::move(opened->engine);
}

Result<OpenedEngine> open_engine_with_backups(
    const StorageSettings& settings, OnFatal on_fatal, const Clock& clock
) {
  auto backend = open_backend(settings, clock);
  if (!backend) return std::unexpected(std::move(backend.error()));
  CommitterSettings committer;
  committer.reserve_bytes = settings.reserve_bytes;
  committer.room_bytes = 4 * settings.write_buffer_bytes;
  committer.front = settings.front;
  committer.durability = settings.engine == "memory" ? "none" : settings.durability;
  if (committer.durability != "synced") {
    telemetry::log(
        settings.engine == "memory" ? telemetry::Level::kInfo : telemetry::Level::kWarning,
        "store does not sync writes",
        telemetry::Fields().text("engine", settings.engine).text("durability", committer.durability)
    );
  }
  auto range_cache = settings.scan_cache_bytes == 0
                         ? nullptr
                         : std::make_shared<RangeCache>(settings.scan_cache_bytes);
  OpenedEngine opened{.engine = nullptr, .backups = (*backend)->backup_source()};
  opened.engine = std::make_unique<Store>(
      std::move(*backend),
      committer,
      settings.max_transaction_bytes,
      std::move(range_cache),
      clock,
      std::move(on_fatal)
  );
  return opened;
}

Result<std::unique_ptr<Engine>> open_backup(
    const std::filesystem::path& directory, std::uint32_t id, const Clock& clock
) {
  StorageSettings settings;
  settings.directory = directory;
  settings.older_store = OlderStore::kRefuse;
  auto backend = open_backup_backend(settings, id, clock);
  if (!backend) return std::unexpected(std::move(backend.error()));
  return std::make_unique<Store>(
      std::move(*backend),
      CommitterSettings{},
      settings.max_transaction_bytes,
      nullptr,
      clock,
      OnFatal{}
  );
}

}  // namespace noded::storage
