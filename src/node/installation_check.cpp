#include "node/installation_check.hpp"

#include "node/data_directory.hpp"
#include "node/key_file.hpp"
#include "node/node_options.hpp"
#include "node/node_secrets.hpp"
#include "storage/storage_options.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace noded::node {
namespace {

using Flaws = std::vector<InstallationFlaw>;

constexpr unsigned kRightsOfOthers = 077;
constexpr unsigned kRights = 0777;

void check_directory(const std::filesystem::path& root, Flaws& flaws) {
  struct stat status{};
  if (::stat(root.c_str(), &status) != 0) {
    flaws.push_back(
        {"directory_unreadable",
         root.string(),
         fmt::format("the data directory cannot be looked at: {}", std::strerror(errno)),
         "run this as the user of the node"}
    );
    return;
  }
  if (status.st_uid != ::geteuid() && ::geteuid() != 0) {
    flaws.push_back(
        {"directory_owner",
         root.string(),
         fmt::format(
             "the data directory belongs to user {}, this is user {}", status.st_uid, ::geteuid()
         ),
         "run this as the user of the node, or chown -R the directory to it"}
    );
  }
  if ((status.st_mode & kRightsOfOthers) == 0) return;
  flaws.push_back(
      {"directory_mode",
       root.string(),
       fmt::format(
           "the data directory has mode {:04o} instead of 0700: others on this machine get at "
           "records and secrets",
           status.st_mode & kRights
       ),
       fmt::format("chmod 700 '{}'", root.string())}
  );
}

void check_socket(const std::filesystem::path& socket, Flaws& flaws) {
  struct stat status{};
  if (::stat(socket.c_str(), &status) != 0) return;  // no node runs
  if ((status.st_mode & kRightsOfOthers) == 0) return;
  flaws.push_back(
      {"socket_mode",
       socket.string(),
       fmt::format(
           "the admin socket has mode {:04o} instead of 0600: others on this machine may act as "
           "the operator",
           status.st_mode & kRights
       ),
       fmt::format("chmod 600 '{}'", socket.string())}
  );
}

void check_key_file(const std::filesystem::path& file, Flaws& flaws) {
  const auto keys = read_key_file(file);
  if (keys || keys.error().code == Errc::kNotFound) return;  // a store that needs it says so
  const bool is_open = keys.error().code == Errc::kForbidden;
  flaws.push_back(
      {is_open ? "key_file_mode" : "key_file_unreadable",
       file.string(),
       keys.error().message,
       is_open ? fmt::format("chmod 600 '{}'", file.string())
               : "put the file back from a copy, or correct what it names"}
  );
}

void check_space(const std::filesystem::path& root, std::uint64_t reserve, Flaws& flaws) {
  constexpr std::uint64_t kMiB = 1024 * 1024;
  std::error_code fault;
  const auto space = std::filesystem::space(root, fault);
  if (fault || space.available >= reserve) return;
  flaws.push_back(
      {"free_space",
       root.string(),
       fmt::format(
           "{} MiB are free, less than storage.reserve ({} MiB): writes are refused",
           space.available / kMiB,
           reserve / kMiB
       ),
       "free space on that file system, or lower storage.reserve"}
  );
}

}  // namespace

std::vector<InstallationFlaw> check_installation(const Options& options) {
  std::error_code fault;
  const DataDirectory data{std::filesystem::absolute(options.get(kData), fault).lexically_normal()};
  const auto storage = storage::storage_settings(options, data.store());
  Flaws flaws;
  check_directory(data.root, flaws);
  check_socket(data.admin_socket(), flaws);
  check_key_file(key_file_of(options, data), flaws);
  if (storage.engine != "memory") check_space(data.root, storage.reserve_bytes, flaws);
  return flaws;
}

std::vector<std::filesystem::path> migration_backups(const Options& options) {
  std::error_code fault;
  const auto root = std::filesystem::absolute(options.get(kData), fault).lexically_normal();
  std::vector<std::filesystem::path> found;
  for (std::filesystem::directory_iterator entry(root, fault), end; !fault && entry != end;
       entry.increment(fault)) {
    if (entry->path().filename().string().starts_with("backup-before-format-"))
      found.push_back(entry->path());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace noded::node
