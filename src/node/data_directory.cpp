#include "node/data_directory.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace noded::node {

Result<DataDirectory> open_data_directory(const std::filesystem::path& path) {
  std::error_code fault;
  const std::filesystem::path root = std::filesystem::absolute(path, fault).lexically_normal();
  if (!fault && std::filesystem::create_directories(root, fault)) {
    std::filesystem::permissions(root, std::filesystem::perms::owner_all, fault);
  }
  if (fault) {
    return fail(
        Errc::kUnavailable,
        fmt::format("cannot use the data directory {}: {}", path.string(), fault.message())
    );
  }
  if (::access(root.c_str(), R_OK | W_OK | X_OK) != 0) {
    return fail(
        Errc::kUnavailable,
        fmt::format("cannot use the data directory {}: {}", root.string(), std::strerror(errno))
    );
  }
  return DataDirectory{root};
}

Result<> become_owner(const DataDirectory& data) {
  if (::geteuid() != 0) return {};
  struct stat status{};
  if (::stat(data.root.c_str(), &status) == 0) {
    if (status.st_uid == 0) return {};
    if (::setgroups(0, nullptr) == 0 && ::setgid(status.st_gid) == 0 &&
        ::setuid(status.st_uid) == 0) {
      return {};
    }
  }
  return fail(
      Errc::kUnavailable,
      fmt::format(
          "cannot become the owner of the data directory {}: {}",
          data.root.string(),
          std::strerror(errno)
      )
  );
}

}  // namespace noded::node
