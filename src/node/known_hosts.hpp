// Which hosts a node answers for.
#pragma once

#include "noded/options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace noded::node {

// The names of `http.hosts`. Empty: any host, by "*" or because nothing is named and the node can
// be reached from beyond this machine, under names that it cannot know.
std::optional<std::vector<std::string>> known_hosts(const Options& options);

}  // namespace noded::node
