#include "node/backup_keys.hpp"

#include "node/key_file.hpp"

#include <algorithm>
#include <utility>

namespace noded::node {
namespace {

namespace fs = std::filesystem;

// Of a file that may not be there.
Result<NodeKeys> keys_in(const fs::path& file) {
  auto keys = read_key_file(file);
  if (!keys && keys.error().code == Errc::kNotFound) return NodeKeys();
  return keys;
}

std::vector<SealingKeyId> without(std::vector<SealingKeyId> ids, const NodeKeys& keys) {
  std::erase_if(ids, [&keys](SealingKeyId id) { return keys.has(id); });
  return ids;
}

template <class Add>
Result<> merge(const fs::path& from, const fs::path& to, Add add) {
  const auto given = keys_in(from);
  if (!given) return std::unexpected(given.error());
  if (given->all().empty()) return {};
  auto keys = keys_in(to);
  if (!keys) return std::unexpected(std::move(keys.error()));
  if (auto added = add(*keys, *given); !added) return added;
  return write_key_file(to, *keys);
}

Result<> add_last_all(NodeKeys& keys, const NodeKeys& given) {
  for (const NodeKey& key : given.all()) {
    if (auto added = keys.add_last(key.bytes); !added) return added;
  }
  return {};
}

}  // namespace

fs::path key_file_of_backups(const fs::path& backups) {
  return backups / "node.keys";
}

Result<BackupKeys> find_backup_keys(
    Engine& engine,
    const std::vector<const RoleDescriptor*>& roles,
    const fs::path& key_file,
    const fs::path& backups
) {
  BackupKeys found;
  for (const RoleDescriptor* role : roles) {
    if (role->sealing_keys == nullptr) continue;
    const auto keys = role->sealing_keys(engine);
    if (!keys) return std::unexpected(keys.error());
    found.needed.insert(found.needed.end(), keys->begin(), keys->end());
  }
  if (found.needed.empty()) return found;
  const auto own = keys_in(key_file);
  if (!own) return std::unexpected(own.error());
  found.place = BackupKeys::Place::kKeyFile;
  found.missing = without(found.needed, *own);
  if (found.missing.empty()) return found;
  const auto beside = keys_in(key_file_of_backups(backups));
  if (!beside) return std::unexpected(beside.error());
  found.missing = without(std::move(found.missing), *beside);
  found.place = found.missing.empty() ? BackupKeys::Place::kBackups : BackupKeys::Place::kNowhere;
  return found;
}

Result<> add_missing_keys(const fs::path& from, const fs::path& to) {
  return merge(from, to, [](NodeKeys& keys, const NodeKeys& given) -> Result<> {
    if (keys.all().empty()) return add_last_all(keys, given);
    for (const NodeKey& key : given.all()) {
      if (auto added = keys.add_first(key.bytes); !added) return added;
    }
    return {};
  });
}

Result<> append_new_keys(const fs::path& from, const fs::path& to) {
  return merge(from, to, add_last_all);
}

}  // namespace noded::node
