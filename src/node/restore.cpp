#include "node/restore.hpp"

#include "codec/text.hpp"
#include "node/data_directory.hpp"
#include "storage/open.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
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

std::string text_of(WallTime time) {
  return codec::format_iso(time.time_since_epoch().count());
}

WallTime time_of(const storage::BackupInfo& backup) {
  return WallTime(std::chrono::milliseconds(backup.made_at_ms));
}

std::unexpected<Error> refuse(
    const storage::BackupInfo& backup, const fs::path& backups, std::string_view reason
) {
  return fail(
      Errc::kInvalid,
      fmt::format(
          "backup {} of {} in {}: {}", backup.id, text_of(time_of(backup)), backups.string(), reason
      )
  );
}

// Whether a point in time can be reached from that backup, as far as can be told from outside it.
Result<> check_reach(const storage::BackupInfo& backup, const fs::path& backups, WallTime at) {
  constexpr std::uint32_t kTimedFormat = 2;
  if (backup.is_damaged)
    return fail(
        Errc::kInternal,
        fmt::format(
            "backup {} in {} is damaged: name a later one with --backup",
            backup.id,
            backups.string()
        )
    );
  if (time_of(backup) < at) return refuse(backup, backups, "it was made before the time asked for");
  if (backup.format < kTimedFormat)
    return refuse(backup, backups, "it is of store format 1, whose changes have no times");
  return {};
}

// Whole or damaged: an unreadable one may be the one that was meant.
const storage::BackupInfo* oldest_behind(
    const std::vector<storage::BackupInfo>& infos, WallTime at
) {
  const storage::BackupInfo* oldest = nullptr;
  for (auto info = infos.rbegin(); info != infos.rend(); ++info) {
    if (!info->is_damaged && time_of(*info) < at) break;
    oldest = &*info;
  }
  return oldest;
}

std::unexpected<Error> nobody_goes_back() {
  return fail(Errc::kInvalid, "no role of this node can go back in time");
}

Result<std::uint64_t> rewind(
    Engine& engine, WallTime at, const std::vector<const RoleDescriptor*>& roles
) {
  std::uint64_t changes = 0;
  bool is_known = false;
  for (const RoleDescriptor* role : roles) {
    if (role->rewind == nullptr) continue;
    is_known = true;
    const auto taken = role->rewind(engine, at);
    if (!taken) return taken;
    changes += *taken;
  }
  if (!is_known) return nobody_goes_back();
  return changes;
}

// The oldest time that all of them reach.
Result<WallTime> oldest_time(Engine& engine, const std::vector<const RoleDescriptor*>& roles) {
  std::optional<WallTime> oldest;
  for (const RoleDescriptor* role : roles) {
    if (role->oldest_time == nullptr) continue;
    const auto reached = role->oldest_time(engine);
    if (!reached) return reached;
    oldest = std::max(oldest.value_or(*reached), *reached);
  }
  if (!oldest) return nobody_goes_back();
  return *oldest;
}

std::unexpected<Error> lacks_keys(
    const BackupKeys& keys, const RestoreWish& wish, const fs::path& backups
) {
  std::vector<std::string> names;
  for (const SealingKeyId id : keys.missing)
    names.push_back(to_text(id));
  return fail(
      Errc::kNotFound,
      fmt::format(
          "the secrets in the backup are sealed under the key {}, which is neither in {} nor in "
          "{}: "
          "put a copy of the key file of that node at one of them, or restore with --without-key "
          "and put it there before the node starts",
          fmt::join(names, ", "),
          wish.key_file.string(),
          key_file_of_backups(backups).string()
      )
  );
}

// What the backup's secrets need is in the key file of the node from now on.
Result<BackupKeys> fetch_keys(
    Engine& engine,
    const RestoreWish& wish,
    const fs::path& backups,
    const std::vector<const RoleDescriptor*>& roles
) {
  auto keys = find_backup_keys(engine, roles, wish.key_file, backups);
  if (!keys) return keys;
  if (keys->place == BackupKeys::Place::kNowhere && !wish.may_lack_keys)
    return lacks_keys(*keys, wish, backups);
  if (keys->place == BackupKeys::Place::kBackups) {
    if (auto added = add_missing_keys(key_file_of_backups(backups), wish.key_file); !added)
      return std::unexpected(std::move(added.error()));
  }
  return keys;
}

Result<RestoredStore> finish_copy(
    const fs::path& copy,
    const storage::BackupInfo& backup,
    const fs::path& backups,
    const RestoreWish& wish,
    const std::vector<const RoleDescriptor*>& roles
) {
  const std::optional<WallTime>& at = wish.at;
  storage::StorageSettings settings;
  settings.directory = copy;
  settings.older_store = at ? storage::OlderStore::kRefuse : storage::OlderStore::kOpen;
  const auto engine = storage::open_engine(settings);
  if (!engine) return std::unexpected(engine.error());
  auto keys = fetch_keys(**engine, wish, backups, roles);
  if (!keys) return std::unexpected(std::move(keys.error()));
  RestoredStore restored{
      .backup = backup, .store = {}, .last_commit = {}, .taken_back = 0, .keys = std::move(*keys)
  };
  if (at) {
    const auto taken = rewind(**engine, *at, roles);
    if (!taken && taken.error().code == Errc::kInvalid)
      return refuse(backup, backups, taken.error().message);
    if (!taken) return std::unexpected(taken.error());
    restored.taken_back = *taken;
  }
  restored.last_commit = (*engine)->last_commit();
  (*engine)->close();
  return restored;
}

Result<RestoredStore> copy_to(
    const fs::path& backups,
    const RestoreWish& wish,
    const fs::path& copy,
    const std::vector<const RoleDescriptor*>& roles
) {
  const auto chosen = choose_backup(backups, wish);
  if (!chosen) return std::unexpected(chosen.error());
  const auto backup = storage::copy_backup(backups, chosen->id, copy);
  if (!backup) return std::unexpected(backup.error());
  auto restored = finish_copy(copy, *backup, backups, wish, roles);
  if (!restored) return restored;
  if (auto synced = sync_all(copy); !synced) return std::unexpected(std::move(synced.error()));
  return restored;
}

// Empty when the store is of an older format.
Result<std::optional<BackupKeys>> keys_of_backup(
    const fs::path& backups,
    const storage::BackupInfo& backup,
    const RestoreWish& wish,
    const std::vector<const RoleDescriptor*>& roles
) {
  const auto engine = storage::open_backup(backups, backup.id);
  if (!engine && engine.error().code == Errc::kInvalid) return std::nullopt;
  if (!engine) return std::unexpected(engine.error());
  auto keys = find_backup_keys(**engine, roles, wish.key_file, backups);
  (*engine)->close();
  if (!keys) return std::unexpected(std::move(keys.error()));
  return std::move(*keys);
}

}  // namespace

Result<storage::BackupInfo> choose_backup(const fs::path& backups, const RestoreWish& wish) {
  const auto infos = storage::list_backups(backups);
  if (!infos) return std::unexpected(infos.error());
  if (wish.id || !wish.at) {
    const auto found =
        wish.id ? std::ranges::find(*infos, *wish.id, &storage::BackupInfo::id) : infos->end() - 1;
    if (found == infos->end())
      return fail(
          Errc::kNotFound,
          fmt::format(
              "there is no backup {} in {}; the newest is {}",
              *wish.id,
              backups.string(),
              infos->back().id
          )
      );
    if (wish.at) {
      if (auto reached = check_reach(*found, backups, *wish.at); !reached)
        return std::unexpected(std::move(reached.error()));
    }
    return *found;
  }
  const storage::BackupInfo* const oldest = oldest_behind(*infos, *wish.at);
  if (oldest == nullptr)
    return fail(
        Errc::kNotFound,
        fmt::format(
            "no backup in {} was made at {} or later, the newest is of {}: make one now with noded "
            "backup, then restore from it",
            backups.string(),
            text_of(*wish.at),
            text_of(time_of(infos->back()))
        )
    );
  if (auto reached = check_reach(*oldest, backups, *wish.at); !reached)
    return std::unexpected(std::move(reached.error()));
  return *oldest;
}

Result<RestoredStore> restore_store(
    const fs::path& backups,
    const RestoreWish& wish,
    const fs::path& data,
    const std::vector<const RoleDescriptor*>& roles
) {
  std::error_code fault;
  const bool was_there = fs::exists(data, fault);
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
  fs::remove_all(copy, fault);
  if (fault) return unusable(copy, fault.message());
  auto restored = copy_to(backups, wish, copy, roles);
  if (!restored) {
    fs::remove_all(copy, fault);
    if (!was_there) fs::remove(directory->root, fault);  // unless something is in it
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

Result<CheckedBackup> check_backup(
    const fs::path& backups,
    const RestoreWish& wish,
    const std::vector<const RoleDescriptor*>& roles
) {
  if (!wish.at) {
    const auto verified = storage::verify_backup(backups, wish.id);
    if (!verified) return std::unexpected(verified.error());
    auto keys = keys_of_backup(backups, *verified, wish, roles);
    if (!keys) return std::unexpected(std::move(keys.error()));
    return CheckedBackup{.backup = *verified, .oldest = {}, .keys = std::move(*keys)};
  }
  const auto chosen = choose_backup(backups, wish);
  if (!chosen) return std::unexpected(chosen.error());
  const auto verified = storage::verify_backup(backups, chosen->id);
  if (!verified) return std::unexpected(verified.error());
  const auto engine = storage::open_backup(backups, chosen->id);
  if (!engine) return std::unexpected(engine.error());
  const auto oldest = oldest_time(**engine, roles);
  auto keys = find_backup_keys(**engine, roles, wish.key_file, backups);
  (*engine)->close();
  if (!keys) return std::unexpected(std::move(keys.error()));
  if (!oldest && oldest.error().code == Errc::kInvalid)
    return refuse(*chosen, backups, oldest.error().message);
  if (!oldest) return std::unexpected(oldest.error());
  if (*wish.at < *oldest)
    return refuse(
        *chosen,
        backups,
        fmt::format(
            "its change feed begins at {}, the oldest time that is possible with it",
            text_of(*oldest)
        )
    );
  return CheckedBackup{.backup = *verified, .oldest = *oldest, .keys = std::move(*keys)};
}

}  // namespace noded::node
