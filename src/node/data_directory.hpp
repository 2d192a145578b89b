// The directory of everything that a node keeps.
#pragma once

#include "noded/result.hpp"

#include <filesystem>

namespace noded::node {

// Paths in the data directory. docs/storage_format.md describes what is in them.
struct DataDirectory {
  std::filesystem::path root;
  std::filesystem::path store() const { return root / "store"; }
  std::filesystem::path key_file() const { return root / "node.keys"; }
  std::filesystem::path admin_socket() const { return root / "noded.sock"; }
};

// Makes the directory (mode 0700) and its parents when there are none. kUnavailable with the
// system's reason.
Result<DataDirectory> open_data_directory(const std::filesystem::path& path);

// Root becomes the owner of the directory, for the rest of the process: what a command makes there
// has to be the node's own. Nothing happens for anybody else. kUnavailable.
Result<> become_owner(const DataDirectory& data);

}  // namespace noded::node
