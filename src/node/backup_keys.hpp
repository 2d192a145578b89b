// Whether the keys that a backup's secrets need are at hand. They are not in a backup unless it was
// made with them; then they lie beside it, in a key file of their own.
#pragma once

#include "noded/engine.hpp"
#include "noded/result.hpp"
#include "noded/role.hpp"
#include "noded/secret_box.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace noded::node {

// The key file of a directory of backups. One made with its keys leaves those of older ones there.
std::filesystem::path key_file_of_backups(const std::filesystem::path& backups);

struct BackupKeys {
  enum class Place : std::uint8_t {
    kNotNeeded,  // nothing in it is sealed
    kKeyFile,    // of the node that is restored to
    kBackups,    // together with the one beside the backups
    kNowhere,    // `missing` is not empty
  };
  Place place = Place::kNotNeeded;
  std::vector<SealingKeyId> needed;
  std::vector<SealingKeyId> missing;
};

// The keys that what `roles` sealed in that store needs, and where they are. Errors are those of
// RoleDescriptor::sealing_keys and read_key_file, but kNotFound. Blocks, as the two below.
Result<BackupKeys> find_backup_keys(
    Engine& engine,
    const std::vector<const RoleDescriptor*>& roles,
    const std::filesystem::path& key_file,
    const std::filesystem::path& backups
);

// The keys of the file `from` that `to` lacks; in front, where they open and do not seal, if `to`
// had any. Nothing happens when there is no file `from`. Errors: those of read_key_file and
// write_key_file.
Result<> add_missing_keys(const std::filesystem::path& from, const std::filesystem::path& to);
// The same at the end: for the backups of a node that has got a new key.
Result<> append_new_keys(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace noded::node
