#include "node/new_store.hpp"

#include "node/data_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace noded::node {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unusable(const fs::path& path, const std::string& reason) {
  return fail(Errc::kUnavailable, fmt::format("cannot use {}: {}", path.string(), reason));
}

Result<> require_no_store(const fs::path& store) {
  std::error_code fault;
  const bool is_there = fs::exists(store, fault);
  if (!fault && (!is_there || (fs::is_directory(store, fault) && fs::is_empty(store, fault))))
    return {};
  if (fault) return unusable(store, fault.message());
  return fail(
      Errc::kExists,
      fmt::format(
          "{} already holds a store: name another data directory with --data, or stop the node and "
          "move that one away",
          store.string()
      )
  );
}

Result<> sync(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int fault = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!done) return unusable(directory, std::strerror(fault));
  return {};
}

// Before the store: a key without a store does no harm.
Result<> move_key_file(const DataDirectory& made, const DataDirectory& data) {
  if (::link(made.key_file().c_str(), data.key_file().c_str()) != 0) {
    if (errno == ENOENT) return {};  // another file holds the keys
    return unusable(data.key_file(), std::strerror(errno));
  }
  return sync(data.root);
}

}  // namespace

Result<NewStore> NewStore::begin(const fs::path& data) {
  const auto found = open_data_directory(data);
  if (!found) return std::unexpected(found.error());
  const int lock = ::open(found->root.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (lock < 0) return unusable(found->root, std::strerror(errno));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const int fault = errno;
    ::close(lock);
    if (fault != EWOULDBLOCK) return unusable(found->root, std::strerror(fault));
    return fail(
        Errc::kConflict,
        fmt::format("another import or restore into {} is under way", found->root.string())
    );
  }
  NewStore made{{}};
  made.lock_ = lock;
  if (auto vacant = require_no_store(found->store()); !vacant)
    return std::unexpected(std::move(vacant.error()));
  made.root_ = found->root;
  std::error_code fault;
  fs::remove_all(made.directory(), fault);
  if (fault) return unusable(made.directory(), fault.message());
  if (::mkdir(made.directory().c_str(), S_IRWXU) != 0)
    return unusable(made.directory(), std::strerror(errno));
  return made;
}

NewStore::~NewStore() {
  std::error_code ignored;  // the next import removes what is left
  if (!root_.empty()) fs::remove_all(directory(), ignored);
  if (lock_ >= 0) ::close(lock_);
}

Result<> NewStore::publish() {
  const DataDirectory made{directory()};
  const DataDirectory data{root_};
  if (auto vacant = require_no_store(data.store()); !vacant) return vacant;
  if (auto synced = sync(made.store()); !synced) return synced;
  if (auto moved = move_key_file(made, data); !moved) return moved;
  std::error_code fault;
  fs::rename(made.store(), data.store(), fault);  // over an empty directory, never over a store
  if (fault) return unusable(data.store(), fault.message());
  return sync(root_);
}

}  // namespace noded::node
