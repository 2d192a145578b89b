#include "storage/rocksdb/backup_room.hpp"

#include <fmt/format.h>
#include <rocksdb/metadata.h>

#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace noded::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMebibyte = 1024 * 1024;
// Descriptions of files, the manifest, what a file system adds.
constexpr std::uint64_t kSmallFiles = kMebibyte;

// Number and size, which RocksDB writes into the name of a shared file: 000123_sIDENTITY_4567.sst.
using FileIdentity = std::pair<std::string, std::string>;

std::set<FileIdentity> shared_files(const fs::path& directory) {
  std::set<FileIdentity> found;
  std::error_code fault;
  for (fs::directory_iterator entry(directory / "shared_checksum", fault), end;
       !fault && entry != end;
       entry.increment(fault)) {
    const std::string name = entry->path().stem().string();
    const std::size_t first = name.find('_');
    if (first == std::string::npos) continue;
    found.emplace(name.substr(0, first), name.substr(name.rfind('_') + 1));
  }
  return found;
}

// Rounded up, so that what is needed never reads as what is there.
std::uint64_t mebibytes_up(std::uint64_t bytes) {
  return (bytes + kMebibyte - 1) / kMebibyte;
}

}  // namespace

std::uint64_t bytes_to_copy(rocksdb::DB& db, const fs::path& directory) {
  const auto shared = shared_files(directory);
  std::vector<rocksdb::LiveFileMetaData> files;
  db.GetLiveFilesMetaData(&files);
  std::uint64_t bytes = kSmallFiles;
  for (const rocksdb::LiveFileMetaData& file : files) {
    const std::string number = fs::path(file.relative_filename).stem().string();
    if (!shared.contains({number, std::to_string(file.size)})) bytes += file.size;
  }
  std::uint64_t unsorted = 0;
  db.GetIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &unsorted);
  return bytes + unsorted;
}

Result<> require_room(const fs::path& directory, std::uint64_t needed, std::string_view purpose) {
  std::error_code fault;
  const fs::space_info space = fs::space(directory, fault);
  if (fault || space.available >= needed) return {};
  return fail(
      Errc::kUnavailable,
      fmt::format(
          "{} in {} needs up to {} MiB, {} MiB are free there",
          purpose,
          directory.string(),
          mebibytes_up(needed),
          space.available / kMebibyte
      )
  );
}

}  // namespace noded::storage
