// Any bytes as the description of a backup, beside files that it may name: the backup is listed,
// whole or as damaged, and one that verifies is as it was listed.
#include "storage/backup.hpp"
#include "support/temporary_directory.hpp"
#include "telemetry/log.hpp"

#include <fcntl.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace {

using namespace noded;

void must(bool holds) {
  if (!holds) std::abort();
}

void write(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

class Directory {
 public:
  Directory() {
    telemetry::start_log(
        {.level = telemetry::Level::kError, .descriptor = ::open("/dev/null", O_WRONLY | O_CLOEXEC)}
    );
    write(path() / "private/1/CURRENT", "MANIFEST-000005\n");
    write(path() / "shared_checksum/000009_s0A1B2C3D4E5F6G7H8I9J_4.sst", "rows");
  }
  const std::filesystem::path& path() const { return directory_.path(); }
  void describe(std::string_view bytes) const { write(path() / "meta/1", bytes); }

 private:
  test::TemporaryDirectory directory_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Directory directory;
  directory.describe({reinterpret_cast<const char*>(data), size});
  const auto listed = storage::list_backups(directory.path());
  must(listed && listed->size() == 1);
  const storage::BackupInfo& backup = listed->front();
  must(backup.id == 1);
  must(!backup.is_damaged || backup.files == 0);
  const auto verified = storage::verify_backup(directory.path(), {});
  must(!verified || !backup.is_damaged);
  if (!verified) {
    must(verified.error().message.contains(directory.path().string()));
    return 0;
  }
  must(verified->files == backup.files && verified->bytes == backup.bytes);
  must(verified->format == backup.format && verified->made_at_ms == backup.made_at_ms);
  return 0;
}
