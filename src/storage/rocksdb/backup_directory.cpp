#include "storage/rocksdb/backup_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace noded::storage {
namespace {

namespace fs = std::filesystem;

// What RocksDB keeps the descriptions of backups in, once there was a first.
constexpr const char* kDescriptions = "meta";

std::unexpected<Error> unusable(const fs::path& directory, const std::string& reason) {
  return fail(
      Errc::kUnavailable,
      fmt::format("cannot use the backup directory {}: {}", directory.string(), reason)
  );
}

}  // namespace

Result<DirectoryLock> DirectoryLock::take(const fs::path& directory, Kind kind) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return unusable(directory, std::strerror(errno));
  DirectoryLock lock(descriptor);
  const int operation = kind == Kind::kWrite ? LOCK_EX : LOCK_SH;
  // File systems without such locks have none to respect either.
  if (::flock(descriptor, operation | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return fail(
        Errc::kConflict,
        fmt::format("{} is in use by another backup or restore", directory.string())
    );
  }
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<> prepare_backup_directory(const fs::path& directory) {
  std::error_code fault;
  if (fs::create_directories(directory, fault))
    fs::permissions(directory, fs::perms::owner_all, fs::perm_options::replace, fault);
  if (fault) return unusable(directory, fault.message());
  if (::access(directory.c_str(), R_OK | W_OK | X_OK) != 0)
    return unusable(directory, std::strerror(errno));
  const bool is_empty = fs::is_empty(directory, fault);
  if (fault) return unusable(directory, fault.message());
  if (is_empty || fs::is_directory(directory / kDescriptions, fault)) return {};
  return fail(
      Errc::kInvalid,
      fmt::format(
          "{} holds something that is no backup: name an empty directory", directory.string()
      )
  );
}

Result<> check_backup_directory(const fs::path& directory) {
  std::error_code fault;
  if (fs::is_directory(directory / kDescriptions, fault)) return {};
  if (fault && fault != std::errc::no_such_file_or_directory)
    return unusable(directory, fault.message());
  return fail(Errc::kNotFound, fmt::format("there are no backups in {}", directory.string()));
}

}  // namespace noded::storage
