// Which hosts a node answers for.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace noded::node {

// `named`: the option http.hosts; `listening`: texts of the option listen. Empty: any host, by "*"
// or because nothing is named and the node can be reached from beyond this machine, under names
// that it cannot know.
std::optional<std::vector<std::string>> known_hosts(
    const std::vector<std::string>& named, const std::vector<std::string>& listening
);

}  // namespace noded::node
