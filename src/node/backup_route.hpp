// Backups of the running node's store, asked for over the admin socket.
#pragma once

#include "noded/http.hpp"
#include "noded/secret_box.hpp"

#include "runtime/thread_lane.hpp"
#include "storage/backup.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace noded::node {

// Copies on a thread of its own, which yields to the loops and to the store. Made, closed and
// destroyed on the main loop's thread.
class Backups {
 public:
  // `source` may be null: then every backup is refused. `data` is the data directory.
  // `secrets` outlives it.
  Backups(
      std::shared_ptr<storage::BackupSource> source,
      std::filesystem::path data,
      const SecretBox& secrets
  );

  // POST /api/admin/backup, on the admin socket: {"directory":"/absolute","keep":N?,
  // "with_key":bool?}. 200 {"backup":id,"files":n,"bytes":n,"copied_bytes":n,"milliseconds":n,
  // "key_file":text,"keys":[text],"key_included":bool}, where `keys` are those of the node; 400
  // with what is wrong with the directory; 409 while another one is made; 503 when it cannot be
  // written.
  std::vector<http::Route> routes();

  void stop();   // what is under way ends soon; any thread
  void close();  // stops and waits

 private:
  struct Wanted {
    std::filesystem::path directory;
    std::optional<std::uint32_t> keep;
    bool with_key = false;
  };
  Result<Wanted> parse(const std::string& body) const;
  Task<http::Response> answer(http::Request& request);
  Task<Result<storage::MadeBackup>> make(Wanted wanted);

  std::shared_ptr<storage::BackupSource> source_;
  std::filesystem::path data_;
  const SecretBox& secrets_;
  std::atomic<bool> is_busy_ = false;
  runtime::ThreadLane lane_;
};

}  // namespace noded::node
