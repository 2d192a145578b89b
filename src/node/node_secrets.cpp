#include "node/node_secrets.hpp"

#include "node/node_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace noded::node {

std::filesystem::path key_file_of(const Options& options, const DataDirectory& data) {
  const std::string& named = options.get(kKeyFile);
  if (named.empty()) return data.key_file();
  std::error_code fault;
  const auto whole = std::filesystem::absolute(named, fault);
  return fault ? std::filesystem::path(named) : whole.lexically_normal();
}

Result<std::unique_ptr<NodeSecrets>> NodeSecrets::open(const std::filesystem::path& file) {
  std::unique_ptr<NodeSecrets> made(new NodeSecrets(file));
  const auto keys = read_key_file(file);
  if (keys) {
    made->use(*keys);
  } else if (keys.error().code != Errc::kNotFound) {
    return std::unexpected(keys.error());
  }
  return made;
}

std::shared_ptr<const NodeSecrets::Ring> NodeSecrets::ring() const {
  const std::scoped_lock lock(mutex_);
  return ring_;
}

void NodeSecrets::use(const NodeKeys& keys) {
  auto ring = std::make_shared<Ring>();
  for (const NodeKey& key : keys.all()) {
    if (ring->keys.add(key.id, key.bytes)) ring->ids.push_back(key.id);
  }
  const std::scoped_lock lock(mutex_);
  ring_ = std::move(ring);
}

template <class Change>
Result<> NodeSecrets::change_file(Change change) {
  auto keys = read_key_file(file_);
  if (!keys && keys.error().code != Errc::kNotFound) return std::unexpected(keys.error());
  if (!keys && !ring()->ids.empty()) {
    return fail(
        Errc::kUnavailable,
        fmt::format("the key file {} is gone: put it back from a copy", file_.string())
    );
  }
  NodeKeys changed = keys ? std::move(*keys) : NodeKeys();
  if (auto done = change(changed); !done) return done;
  if (auto written = write_key_file(file_, changed); !written) return written;
  use(changed);
  return {};
}

Result<> NodeSecrets::make_first_key() {
  const std::scoped_lock lock(file_mutex_);
  if (!ring()->ids.empty()) return {};
  return change_file([](NodeKeys& keys) -> Result<> {
    if (!keys.all().empty()) return {};
    return keys.add_last(new_key_bytes());
  });
}

Result<std::string> NodeSecrets::seal(std::string_view secret, std::string_view context) {
  auto present = ring();
  if (present->ids.empty()) {
    if (auto made = make_first_key(); !made) return std::unexpected(std::move(made.error()));
    present = ring();
  }
  return present->keys.seal(secret, context);
}

Result<std::string> NodeSecrets::open(std::string_view sealed, std::string_view context) const {
  const auto present = ring();
  auto opened = present->keys.open(sealed, context);
  if (opened || opened.error().code != Errc::kNotFound) return opened;
  return fail(Errc::kNotFound, missing_key(*key_of(sealed), *present));
}

std::string NodeSecrets::missing_key(SealingKeyId id, const Ring& ring) const {
  std::vector<std::string> names;
  for (const SealingKeyId known : ring.ids)
    names.push_back(to_text(known));
  const std::string there = names.empty() ? "and there is no such file"
                                          : fmt::format("which has {}", fmt::join(names, ", "));
  return fmt::format(
      "the secrets of the store are sealed under the key {}, which is not in the key file {} ({}): "
      "put a copy of "
      "the file with that key there, or name it by secrets.key_file",
      to_text(id),
      file_.string(),
      there
  );
}

std::optional<SealingKeyId> NodeSecrets::key_of(std::string_view sealed) const {
  return crypto::sealing_key_of(sealed);
}

std::vector<SealingKeyId> NodeSecrets::keys() const {
  return ring()->ids;
}

Result<SealingKeyId> NodeSecrets::add_key() {
  const std::scoped_lock lock(file_mutex_);
  auto added = change_file([](NodeKeys& keys) { return keys.add_last(new_key_bytes()); });
  if (!added) return std::unexpected(std::move(added.error()));
  return ring()->ids.back();
}

Result<> NodeSecrets::forget_keys(std::span<const SealingKeyId> ids) {
  const std::scoped_lock lock(file_mutex_);
  return change_file([ids](NodeKeys& keys) -> Result<> {
    const SealingKeyId last = keys.all().back().id;
    for (const SealingKeyId id : ids) {
      if (id != last) keys.remove(id);
    }
    return {};
  });
}

}  // namespace noded::node
