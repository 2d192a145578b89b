// `noded key …`: the API keys of an application, over the admin socket of a running node or on a
// store that no node uses.
#pragma once

#include "cli/loaded.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace noded::cli {

struct NewKey {
  std::string user;  // e-mail address or id
  std::string name;
  std::string role;  // or:
  std::vector<std::string> permissions;
  std::string expires_at;
  std::vector<std::string> cidrs;
  std::int64_t rate = 0;
};

// Each returns the exit code. A key's text goes to standard output, alone on its line.
int list_keys(const Loaded& loaded, const std::string& user);
int create_key(const Loaded& loaded, const NewKey& key);
int rotate_key(const Loaded& loaded, const std::string& id, std::int64_t overlap_s);
int revoke_key(const Loaded& loaded, const std::string& id);

}  // namespace noded::cli
