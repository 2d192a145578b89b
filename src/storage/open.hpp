// open_engine(): from settings to a running store.
#pragma once

#include "noded/clock.hpp"
#include "noded/engine.hpp"

#include "storage/backup.hpp"
#include "storage/committer.hpp"
#include "storage/storage_options.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace noded::storage {

struct OpenedEngine {
  std::unique_ptr<Engine> engine;
  std::shared_ptr<BackupSource> backups;  // null: the engine keeps nothing on a disk
};

// Blocks; makes the directory (mode 0700) when there is none. `clock` outlives the engine.
// kUnavailable: another process uses the directory, or it cannot be read or written; kInvalid: what
// is there is no store of noded, one of a newer format, or one of an older format that the settings
// do not let it migrate; kInternal: the files are damaged. Each message names the directory.
Result<std::unique_ptr<Engine>> open_engine(
    const StorageSettings& settings, OnFatal on_fatal = {}, const Clock& clock = system_clock()
);

// The same, with what makes backups of it.
Result<OpenedEngine> open_engine_with_backups(
    const StorageSettings& settings, OnFatal on_fatal = {}, const Clock& clock = system_clock()
);

// That backup where it is, without copying it, as an engine that only reads: commits fail. Nobody
// writes to the directory meanwhile. Errors are those of verify_backup() and open_engine();
// kInvalid also for a store of an older format.
Result<std::unique_ptr<Engine>> open_backup(
    const std::filesystem::path& directory, std::uint32_t id, const Clock& clock = system_clock()
);

}  // namespace noded::storage
