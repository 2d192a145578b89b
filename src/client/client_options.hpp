// Options of the calls that the node makes to others.
#pragma once

#include "noded/options.hpp"

namespace noded::client {

inline constexpr Option<std::chrono::milliseconds> kTimeout{
    "client.timeout", "longest time that a call to another server may take", 10s, 100ms, 5min
};
inline constexpr Option<std::chrono::milliseconds> kConnectTimeout{
    "client.connect_timeout", "longest time until such a server is reached", 5s, 50ms, 5min
};
inline constexpr Option<std::string> kCaFile{
    "client.ca_file",
    "PEM file with the certificates that other servers are trusted by; empty: those of the system",
    ""
};
inline constexpr Option<std::string> kProxy{
    "client.proxy",
    "proxy for calls to other servers, as in http://proxy.example.org:3128; empty: none. Variables"
    " of the environment are not read",
    ""
};
inline constexpr Option<std::int64_t> kThreads{
    "client.threads", "most calls to other servers at once", 4, 1, 64
};
inline constexpr Option<std::int64_t> kQueue{
    "client.queue", "calls that may wait for their turn; more are refused with 503", 64, 1, 10'000
};

inline OptionTable client_options() {
  static constexpr const OptionDeclaration* kTable[] = {
      &kTimeout, &kConnectTimeout, &kCaFile, &kProxy, &kThreads, &kQueue
  };
  return kTable;
}

}  // namespace noded::client
