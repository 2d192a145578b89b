// The directory that backups are kept in: what may be one, and who uses it.
#pragma once

#include "noded/result.hpp"

#include <filesystem>

namespace noded::storage {

// Advisory lock on a directory, until destroyed: one writer, or any number of readers.
class DirectoryLock {
 public:
  enum class Kind : bool { kRead, kWrite };

  // Does not wait. kConflict: somebody else holds it; kUnavailable: it cannot be opened.
  static Result<DirectoryLock> take(const std::filesystem::path& directory, Kind kind);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Makes the directory, mode 0700, when there is none. kInvalid: something else is in it;
// kUnavailable: it cannot be made, read or written.
Result<> prepare_backup_directory(const std::filesystem::path& directory);

// kNotFound: no backups are there.
Result<> check_backup_directory(const std::filesystem::path& directory);

}  // namespace noded::storage
