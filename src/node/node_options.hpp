// Options of the node as a whole, and the tables of every folder that a node is made of.
#pragma once

#include "noded/options.hpp"

#include <vector>

namespace noded::node {

inline constexpr Option<std::vector<std::string>> kRole{
    "role", "what this node is: names of roles", {"api"}
};
inline constexpr Option<std::vector<std::string>> kListen{
    "listen",
    "addresses that are served: ADDRESS:PORT or https://ADDRESS:PORT, where port 0 takes any free "
    "one, or fd:NAME (https://fd:NAME) for a socket that the service manager passed",
    {"127.0.0.1:1337"},
    {},
    Reload::kRestart,
    "address"
};
inline constexpr Option<std::string> kData{
    "data_dir", "directory of everything that the node keeps", "./noded-data"
};
inline constexpr Option<std::vector<std::string>> kPlugins{
    "plugins", "shared libraries, each with a role of its own", {}, {}, Reload::kRestart, "path"
};
inline constexpr Option<std::string> kKeyFile{
    "secrets.key_file",
    "file with the keys under which the store's secrets are sealed, made at the first start; "
    "empty: "
    "node.keys in data_dir",
    ""
};
inline constexpr Option<std::string> kMetricsFor{
    "metrics.for",
    "who may read /metrics: peers on this machine that no proxy speaks for, or anyone",
    "local",
    {"local", "anyone"}
};

inline OptionTable node_options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kRole, &kListen, &kData, &kKeyFile, &kPlugins, &kMetricsFor
  };
  return kTable;
}

// Of the node and of all folders below it; roles bring their own.
std::vector<OptionTable> host_option_tables();

}  // namespace noded::node
