// Keeps the TLS certificates of a running node fresh.
#pragma once

#include "noded/clock.hpp"
#include "noded/lane.hpp"
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

// Reads the files again on `lane` and tells the log what became of it; on an error the old
// certificates go on serving and the error comes back.
Task<Result<>> refresh_tls(
    std::shared_ptr<http::TlsFiles> files, http::TlsFiles::When when, Lane& lane, const Clock& clock
);

// Looks every `period` whether a file has changed, until it is cancelled. The lane and the clock
// outlive it.
Task<> watch_tls(
    std::shared_ptr<http::TlsFiles> files,
    std::chrono::milliseconds period,
    Lane& lane,
    const Clock& clock
);

}  // namespace noded::node
