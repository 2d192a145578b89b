// Keeps the TLS certificates of a running node fresh.
#pragma once

#include "noded/clock.hpp"
#include "noded/lane.hpp"
#include "noded/node.hpp"
#include "noded/options.hpp"
#include "noded/task.hpp"

#include "http/tls_keys.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <memory>

namespace noded::node {

// The files that the options name, read for the first time; null when they name none. Blocks:
// before the node serves. The metrics tell when a certificate ends.
Result<std::shared_ptr<http::TlsFiles>> open_tls(
    const Options& options, const Clock& clock, telemetry::Metrics& metrics
);

// A part of reloads: reads the files again. On an error the old certificates go on serving. The
// clock outlives it.
Node::PrepareReload make_tls_part(std::shared_ptr<http::TlsFiles> files, const Clock& clock);

// Looks every `period` on `lane` whether a file has changed, until it is cancelled, and tells the
// log what became of it. The lane and the clock outlive it.
Task<> watch_tls(
    std::shared_ptr<http::TlsFiles> files,
    std::chrono::milliseconds period,
    Lane& lane,
    const Clock& clock
);

}  // namespace noded::node
