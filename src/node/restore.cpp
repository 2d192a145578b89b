#include "node/restore.hpp"

#include "node/data_directory.hpp"
#include "storage/open.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace noded::node {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unusable(const fs::path& path, const std::string& reason) {
  return fail(Errc::kUnavailable, fmt::format("cannot restore {}: {}", path.string(), reason));
}

class Descriptor {
 public:
  explicit Descriptor(const fs::path& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

Result<> sync(const fs::path& path) {
  const Descriptor descriptor(path);
  if (descriptor.number() < 0 || ::fsync(descriptor.number()) != 0)
    return unusable(path, std::strerror(errno));
  return {};
}

Result<> sync_all(const fs::path& directory) {
  std::error_code fault;
  for (fs::directory_iterator entry(directory, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    if (auto synced = sync(entry->path()); !synced) return synced;
  }
  if (fault) return unusable(directory, fault.message());
  return sync(directory);
}

Result<> check_vacant(const fs::path& store) {
  std::error_code fault;
  if (!fs::exists(store, fault) && !fault) return {};
  if (!fault && fs::is_directory(store, fault) && fs::is_empty(store, fault) && !fault) return {};
  if (fault) return unusable(store, fault.message());
  return fail(
      Errc::kExists,
      fmt::format(
          "{} already holds a store: stop the node and move that directory away, or restore into "
          "another data directory with --data",
          store.string()
      )
  );
}

Result<Sequence> open_once(const fs::path& store) {
  storage::StorageSettings settings;
  settings.directory = store;
  const auto engine = storage::open_engine(settings);
  if (!engine) return std::unexpected(engine.error());
  const Sequence last = (*engine)->last_commit();
  (*engine)->close();
  return last;
}

Result<RestoredStore> copy_to(
    const fs::path& backups, std::optional<std::uint32_t> id, const fs::path& copy
) {
  auto backup = storage::copy_backup(backups, id, copy);
  if (!backup) return std::unexpected(std::move(backup.error()));
  const auto last_commit = open_once(copy);
  if (!last_commit) return std::unexpected(last_commit.error());
  if (auto synced = sync_all(copy); !synced) return std::unexpected(std::move(synced.error()));
  return RestoredStore{.backup = *backup, .store = {}, .last_commit = *last_commit};
}

}  // namespace

Result<RestoredStore> restore_store(
    const fs::path& backups, std::optional<std::uint32_t> id, const fs::path& data
) {
  const auto directory = open_data_directory(data);
  if (!directory) return std::unexpected(directory.error());
  if (auto owner = become_owner(*directory); !owner)
    return std::unexpected(std::move(owner.error()));
  const Descriptor lock(directory->root);
  if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return fail(
        Errc::kConflict,
        fmt::format("another restore into {} is under way", directory->root.string())
    );
  }
  const fs::path store = directory->store();
  if (auto vacant = check_vacant(store); !vacant) return std::unexpected(std::move(vacant.error()));
  const fs::path copy = directory->root / "store.restoring";
  std::error_code fault;
  fs::remove_all(copy, fault);
  if (fault) return unusable(copy, fault.message());
  auto restored = copy_to(backups, id, copy);
  if (!restored) {
    fs::remove_all(copy, fault);
    return restored;
  }
  fs::rename(copy, store, fault);  // over an empty directory, never over a store
  if (fault) return unusable(store, fault.message());
  if (auto synced = sync(directory->root); !synced)
    return std::unexpected(std::move(synced.error()));
  restored->store = store;
  return restored;
}

Result<std::vector<storage::BackupInfo>> list_backups(const fs::path& backups) {
  return storage::list_backups(backups);
}

Result<storage::BackupInfo> check_backup(const fs::path& backups, std::optional<std::uint32_t> id) {
  return storage::verify_backup(backups, id);
}

}  // namespace noded::node
