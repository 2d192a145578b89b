// From the texts of the option `listen` to listening sockets.
#pragma once

#include "noded/result.hpp"

#include "config/configuration.hpp"
#include "http/server.hpp"
#include "runtime/passed_sockets.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace noded::node {

// What `listen` says; where nobody set it and the service manager passed sockets, those.
std::vector<std::string> listen_texts(
    const config::Configuration& options, std::span<const runtime::PassedSocket> sockets
);

// Starts to accept on each and returns the URLs. `tls` is null when no certificate is named. The
// error names the text that cannot be had, and why.
Result<std::vector<std::string>> listen_on(
    http::Server& server,
    const std::vector<std::string>& texts,
    std::span<const runtime::PassedSocket> sockets,
    const std::shared_ptr<const http::TlsFiles>& tls
);

}  // namespace noded::node
