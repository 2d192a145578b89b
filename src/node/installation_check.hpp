// What can be told about an installation from outside the store: rights of the data directory and
// the admin socket, free space. Apart from the records, which database/consistency.hpp checks.
#pragma once

#include "noded/options.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace noded::node {

struct InstallationFlaw {
  std::string what;      // "directory_mode": stable, for programs
  std::string where;     // a path
  std::string sentence;  // for a person
  std::string mend;      // a command, or what to do
};

// Of the data directory that `options` name; it is there. Blocks.
//   directory_unreadable, directory_mode (others may read what is in it), directory_owner,
//   socket_mode (others may speak as the operator), key_file_mode (others may open the secrets),
//   key_file_unreadable, free_space (below storage.reserve, so that
//   writes are refused)
std::vector<InstallationFlaw> check_installation(const Options& options);

// Backups that migrations of the store left in the data directory, by name. No flaw: the operator
// removes them once the node has proved itself. Blocks.
std::vector<std::filesystem::path> migration_backups(const Options& options);

}  // namespace noded::node
